import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { BatchAnswer } from "../../src/core/http/answer-schemas.ts";
import { call, ended, submit, taskOf } from "./support/api.ts";
import { type Rig, startRig } from "./support/rig.ts";

/** Starts a second that `probe.limited` has. */
const RATE = 20;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ queueEnvironments: 6 });
});
afterAll(() => rig.stop());

const millis = (time: string | null): number => Date.parse(time ?? "");

describe("a rate limit", () => {
  it("holds over all environments together, and every task runs once", async () => {
    const tasks = Array.from({ length: 60 }, (_, index) => ({ task: "probe.limited", args: [index] }));
    const { tasks: submitted } = BatchAnswer.parse((await call("POST", "/tasks/batch", { tasks })).json);
    const records = await Promise.all(submitted.map(async ({ task_id: id }) => ended(id)));
    const results = records.map(({ result }) => z.tuple([z.number(), z.string()]).parse(result));
    expect(results.map(([index]) => index)).toEqual(tasks.map((_, index) => index));
    expect(new Set(results.map(([, hostname]) => hostname)).size).toBeGreaterThan(1);
    const asked = Math.min(...records.map(({ created_at: created }) => millis(created)));
    const last = Math.max(...records.map(({ started_at: started }) => millis(started)));
    // The first start of all is free, each further one takes its part of a second.
    expect(last - asked).toBeGreaterThanOrEqual(((tasks.length - 1) / RATE) * 1000);
    const { events } = await taskOf(submitted.at(-1)?.task_id ?? "");
    expect(events.map(({ status }) => status)).toEqual(["PENDING", "STARTED", "SUCCESS"]);
  });

  it("has a step of a canvas wait with its token, and the members of a group", async () => {
    const members = Array.from({ length: 30 }, (_, index) => ({ task: "probe.limited", args: [index] }));
    const { task_id: id } = await submit("/chain", {
      tasks: [{ group: members }, { task: "probe.size" }, { task: "probe.limited" }],
    });
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: [30, expect.any(String)] });
  });

  it("charges a message for one start, however often it is delivered, and never leaves its task unrun", async () => {
    const far = Date.now() + 600_000;
    await rig.aws.setAttributes("rate#probe.limited", { next: far });
    const { task_id: id } = await submit("/tasks", { task: "probe.limited", args: [1] });
    await expect.poll(async () => (await rig.aws.depth("probe")).delayed, { timeout: 20_000 }).toBe(1);
    const item = z.object({ next: z.number() }).parse(await rig.aws.item("rate#probe.limited"));
    expect(item.next).toBe(far + 1000 / RATE);
    await rig.aws.purge("probe");
    const { events } = await taskOf(id);
    expect(events.map(({ status }) => status)).toEqual(["PENDING"]);
    // What had been sent comes, twice, when its start has come.
    const message = { op: "run", id, slot: { at: Date.now(), taken: 1 }, call: await callOf(id) };
    await rig.aws.send("probe", message);
    await rig.aws.send("probe", message);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS" });
    const after = z.object({ next: z.number() }).parse(await rig.aws.item("rate#probe.limited"));
    expect(after.next).toBe(item.next);
    expect((await taskOf(id)).events.filter(({ status }) => status === "STARTED")).toHaveLength(1);
  });

  it("a rate limit costs other tasks nothing", async () => {
    const before = await rig.aws.items();
    const { task_id: id } = await submit("/tasks", { task: "probe.identity", args: [1] });
    await ended(id);
    expect(await rig.aws.item("rate#probe.identity")).toBeNull();
    expect((await rig.aws.items()) - before).toBe(1);
  });
});

const callOf = async (id: string): Promise<unknown> => JSON.parse(z.string().parse((await rig.aws.item(id))?.["call"]));
