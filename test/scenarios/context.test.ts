import { describe, expect, it } from "vitest";
import * as z from "zod";
import { call, ended, run, submit } from "./support/api.ts";

const Context = z.strictObject({
  task_id: z.guid(),
  task_name: z.literal("probe.request_info"),
  retries: z.literal(0),
  args: z.array(z.unknown()),
  kwargs: z.record(z.string(), z.unknown()),
  group: z.null(),
  group_index: z.null(),
  root_id: z.guid(),
  parent_id: z.guid().nullable(),
  correlation_id: z.string(),
  message_id: z.string().min(8),
  receive_count: z.literal(1),
  sent_at: z.iso.datetime(),
  queue: z.literal("probe"),
  hostname: z.string().regex(/task-probe\/.+/),
  eta: z.iso.datetime().nullable(),
  expires: z.iso.datetime().nullable(),
  time_limit: z.number(),
  soft_time_limit: z.number().nullable(),
  headers: z.record(z.string(), z.string()),
  origin: z.string(),
});

describe("the request context", () => {
  it("has every attribute of the contract", async () => {
    const { task_id: id } = await submit("/test-request-info", { data: { a: [1] } });
    const context = Context.parse((await ended(id)).result);
    expect(context).toMatchObject({
      task_id: id,
      root_id: id,
      parent_id: null,
      args: [{ a: [1] }],
      kwargs: {},
      headers: {},
      origin: "api",
      eta: null,
      time_limit: 300,
    });
  });

  it("may be asked for without data, or without a body", async () => {
    const empty = await submit("/test-request-info", {});
    expect(Context.parse((await ended(empty.task_id)).result).args).toEqual([]);
    const none = await submit("/test-request-info", undefined);
    expect(Context.parse((await ended(none.task_id)).result).args).toEqual([]);
  });

  it("the request context tells what the options said", async () => {
    const options = { headers: { tenant: "acme" }, time_limit: 60, soft_time_limit: 50, expires: 600, countdown: 1 };
    const context = Context.parse((await run("probe.request_info", [], { options })).result);
    expect(context).toMatchObject({ headers: { tenant: "acme" }, time_limit: 60, soft_time_limit: 50 });
    expect(context.eta).not.toBeNull();
    expect(context.expires).not.toBeNull();
  });

  it("carries the caller's correlation id, and a link the same and its parent's ids", async () => {
    const body = { task: "probe.identity", args: [0], options: { link: [{ task: "probe.request_info" }] } };
    const { task_id: id } = await submit("/tasks", body, { "x-correlation-id": "my-request-7" });
    const [child = ""] = (await ended(id)).children;
    expect(Context.parse((await ended(child)).result)).toMatchObject({
      correlation_id: "my-request-7",
      parent_id: id,
      root_id: id,
      origin: "probe.identity",
    });
  });

  it("gives an answer the correlation id of its request", async () => {
    const answer = await call("GET", "/health", undefined, { "x-correlation-id": "abc" });
    expect(answer.headers.get("x-correlation-id")).toBe("abc");
    expect((await call("GET", "/health")).headers.get("x-correlation-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});
