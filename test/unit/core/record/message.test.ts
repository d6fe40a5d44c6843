import { describe, expect, it } from "vitest";
import { bucketOf, bucketsOfDay, seqOf } from "../../../../src/core/insights/buckets.ts";
import { RunMessageSchema, createCall } from "../../../../src/core/record/message.ts";
import { createOpenApi } from "../../../../src/core/http/openapi.ts";
import { ROUTES } from "../../../../src/core/http/routes.ts";
import { loneTask } from "../../../../src/core/canvas/plan.ts";
import type { NodeOptions } from "../../../../src/core/canvas/signature.ts";
import { TaskNodeSchema } from "../../../../src/core/canvas/task-schema.ts";

const defaults = { time_limit: 300, soft_time_limit: 200, max_retries: 3, ignore_result: false };
const context = { root: "r", correlation: "c", origin: "api", now: 1_000 };
const callOf = (options: NodeOptions): ReturnType<typeof createCall> =>
  createCall(loneTask("1", { task: "a.b", args: [], kwargs: {}, options, immutable: false }), defaults, context, {
    json: "[[],{}]",
  });

describe("a call", () => {
  it("takes the task's limits where its options say nothing", () => {
    expect(callOf({})).toMatchObject({
      time_limit: 300,
      soft_time_limit: 200,
      max_retries: 3,
      eta: null,
      expires: null,
    });
  });

  it("takes its options' limits, and no soft limit that would come after the hard one", () => {
    expect(callOf({ time_limit: 100 })).toMatchObject({ time_limit: 100, soft_time_limit: null });
    expect(callOf({ max_retries: null })).toMatchObject({ max_retries: null });
  });

  it("a call counts seconds from submission", () => {
    expect(callOf({ countdown: 2, expires: 3.5 })).toMatchObject({ eta: 3_000, expires: 4_500 });
    expect(callOf({ countdown: 0 }).eta).toBeNull();
    expect(callOf({ eta: "1970-01-01T00:01:00Z", expires: "1970-01-01T01:00:00+01:00" })).toMatchObject({
      eta: 60_000,
      expires: 0,
    });
  });

  it("keeps its options as they were given, without its links", () => {
    expect(callOf({ countdown: 2, link: [TaskNodeSchema.parse({ task: "a.b" })] }).options).toEqual({ countdown: 2 });
  });
});

describe("a message", () => {
  it("may come from Step Functions with an id and a token only", () => {
    expect(RunMessageSchema.parse({ op: "run", id: "i", token: "t" })).toEqual({
      op: "run",
      id: "i",
      token: "t",
      attempt: 0,
      hops: 0,
    });
  });

  it("is refused where it is something else", () => {
    expect(RunMessageSchema.safeParse({ op: "sweep" }).success).toBe(false);
  });
});

describe("the index of recent tasks", () => {
  it("puts every task into one of its day's partitions, and always the same", () => {
    const time = Date.parse("2026-11-22T23:59:59.999Z");
    expect(bucketsOfDay("2026-11-22")).toContain(bucketOf("some-id", time));
    expect(bucketOf("some-id", time)).toBe(bucketOf("some-id", time));
  });

  it("sorts by time, then by id", () => {
    expect([seqOf("b", 1), seqOf("a", 2), seqOf("a", 1)].toSorted()).toEqual([
      seqOf("a", 1),
      seqOf("b", 1),
      seqOf("a", 2),
    ]);
  });
});

describe("the OpenAPI document", () => {
  const document = createOpenApi();

  it("the OpenAPI document has every route", () => {
    for (const route of ROUTES)
      expect(document).toHaveProperty(["paths", route.path, route.method.toLowerCase(), "operationId"], route.name);
  });

  it("refers to nothing that it does not hold", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) =>
      (path ?? "").split("/"),
    );
    expect(references.length).toBeGreaterThan(10);
    for (const path of references) expect(document).toHaveProperty(path);
  });
});
