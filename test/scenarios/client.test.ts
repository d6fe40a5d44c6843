import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type * as math from "../../functions/tasks/math.ts";
import type * as probe from "../tasks/probe.ts";
import {
  RequestRefused,
  TaskFailed,
  TaskRevoked,
  chain,
  chord,
  createClient,
  group,
  task,
} from "../../src/client/index.ts";
import { apiUrl } from "./support/served.ts";

const client = createClient<typeof math | typeof probe>({ url: apiUrl });
const add = client.task("math.add");
const mul = task<typeof math.mul>("math.mul");
const tsum = task<typeof math.tsum>("math.tsum");

describe("a client over HTTP", { concurrent: true }, () => {
  it("runs a task by its name and by a reference", async () => {
    expect(await (await client.delay("math.mul", 6, 7)).result({ timeout: 40 })).toBe(42);
    expect(await (await client.delay(add, 2, 2)).result()).toBe(4);
  });

  it("runs canvases that the builders of tasks make", async () => {
    const canvases = [chain(mul.s(2, 3), mul.s(4)), chord([mul.s(2, 3), mul.s(4, 5)], tsum)] as const;
    const handles = await Promise.all(canvases.map((canvas) => client.delay(canvas)));
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual([24, 26]);
    const members = await client.apply(group(mul.s(1, 2), mul.s(3, 4)), { headers: { tenant: "a" } });
    expect(await members.result()).toEqual([2, 12]);
    expect(members.submission?.tasks.map((one) => one.task)).toEqual(["math.mul", "math.mul"]);
  });

  it("runs a batch, and gives handles in its order", async () => {
    const handles = await client.batch([mul.s(1, 2), tsum.s([1, 2, 3])]);
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual([2, 6]);
  });

  it("takes the options of a call", async () => {
    const taskId = randomUUID();
    const handle = await client.apply("probe.request_info", {
      args: [],
      taskId,
      countdown: 0.1,
      priority: 4,
      correlationId: "of-a-client",
      headers: { tenant: "b" },
    });
    expect(handle.taskId).toBe(taskId);
    expect(await handle.result()).toMatchObject({ correlation_id: "of-a-client", headers: { tenant: "b" } });
  });

  it("tells how far a task is, state by state", async () => {
    const statuses: string[] = [];
    for await (const { status } of await client.delay("probe.progress", 3, 0.6)) statuses.push(status);
    expect(statuses).toContain("PROGRESS");
    expect(statuses.at(-1)).toBe("SUCCESS");
  });

  it("throws what a task threw, and runs it again", async () => {
    const handle = await client.delay("probe.fail");
    await expect(handle.result()).rejects.toBeInstanceOf(TaskFailed);
    await expect(handle.result()).rejects.toMatchObject({ type: "ExpectedError", taskId: handle.taskId });
    const again = await handle.retry();
    expect(again.taskId).not.toBe(handle.taskId);
    await expect(again.result()).rejects.toMatchObject({ type: "ExpectedError" });
    await again.forget();
    await expect(again.record()).rejects.toMatchObject({ status: 404 });
  });

  it("revokes what has not started", async () => {
    const handle = await client.apply("math.add", { args: [1, 2], countdown: 600 });
    await handle.revoke();
    await expect(handle.result()).rejects.toBeInstanceOf(TaskRevoked);
  });

  it("starts once for one idempotency key", async () => {
    const how = { args: [1, 2] as const, idempotencyKey: randomUUID() };
    const handles = await Promise.all([1, 2, 3].map(() => client.apply(mul, { ...how, args: [1, 2] })));
    expect(new Set(handles.map(({ taskId }) => taskId)).size).toBe(1);
    await expect(client.apply(mul, { ...how, args: [2, 2] })).rejects.toMatchObject({ status: 409 });
  });

  it("is told every fault of what it asks for", async () => {
    const wrong = createClient({ url: apiUrl });
    const error = await wrong.delay("math.mul", "x").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RequestRefused);
    expect(error).toMatchObject({
      status: 400,
      code: "invalid_input",
      errors: [{ path: "/args/0" }, { path: "/args" }],
    });
  });

  it("gives results that only S3 holds", async () => {
    const text = await (await client.delay("probe.blob", 1_500_000)).result();
    expect(text).toHaveLength(1_500_000);
  });

  it("gives up a wait, and not the task", async () => {
    const handle = await client.delay("probe.sleep", 2);
    await expect(handle.result({ timeout: 0.2 })).rejects.toMatchObject({ code: "result_timeout" });
    expect(await handle.result()).toBe(2);
  });
});
