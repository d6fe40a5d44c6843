import { describe, expect, it } from "vitest";
import { metaOf, storedException } from "../../../src/celery/result.ts";
import { aRecord } from "../../fixtures/records.ts";

const AT = Date.parse("2026-01-02T03:04:05.678Z");

describe("a result for Celery's clients", () => {
  it("is none while the task waits", () => {
    expect(metaOf("a", aRecord({ status: "PENDING" }), null)).toBeNull();
  });

  it("has the value, and the time as Python writes it", () => {
    const meta = metaOf("a", aRecord({ status: "SUCCESS", done: AT }), "[1,2]");
    expect(meta).toMatchObject({ task_id: "a", status: "SUCCESS", result: [1, 2], traceback: null });
    expect(meta?.date_done).toBe("2026-01-02T03:04:05.678000+00:00");
  });

  it("names the children as AsyncResult does", () => {
    const meta = metaOf("a", aRecord({ status: "SUCCESS", done: AT, children: ["b"] }), "1");
    expect(meta?.children).toEqual([[["b", [["a", null], null]], null]]);
  });

  it("is an exception of Celery's, of Python's, or of a class that the client makes", () => {
    expect(storedException("TimeLimitExceeded", "m")).toMatchObject({ exc_module: "celery.exceptions" });
    expect(storedException("InvalidArguments", "m")).toMatchObject({ exc_type: "TypeError", exc_module: "builtins" });
    expect(storedException("KeyError", "m")).toMatchObject({ exc_type: "KeyError", exc_module: "builtins" });
    expect(storedException("OrderError", "m")).toEqual({
      exc_type: "OrderError",
      exc_message: ["m"],
      exc_module: "celeriac",
    });
  });

  it("of a revoked task is TaskRevokedError, as Celery's own", () => {
    const error = { type: "Revoked", message: "The task was revoked.", task_id: "a" };
    expect(metaOf("a", aRecord({ status: "REVOKED", error, done: AT }), null)).toMatchObject({
      status: "REVOKED",
      result: { exc_type: "TaskRevokedError", exc_message: ["revoked"] },
    });
  });

  it("that no item has room for says where it is", () => {
    const meta = metaOf("a", aRecord({ status: "SUCCESS", done: AT }), JSON.stringify("x".repeat(400_000)));
    expect(meta).toMatchObject({ status: "FAILURE", result: { exc_type: "ResultTooLarge" } });
    expect(JSON.stringify(meta)).toContain("GET /result/");
  });
});
