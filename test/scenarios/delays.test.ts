import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { call, ended, submit, taskOf } from "./support/api.ts";
import { JumpClock } from "../../src/testing/jump-clock.ts";
import { type Rig, startRig } from "./support/rig.ts";

const MINUTE = 60;
const HOUR = 3600;

const Message = z.looseObject({ op: z.literal("run") });

const clock = new JumpClock();
let rig: Rig;

beforeAll(async () => {
  rig = await startRig({ clock });
});
afterAll(async () => {
  await rig.stop();
  clock.close();
});

/** Waits until this many messages wait in Scheduler. */
const scheduled = async (count: number): Promise<void> => {
  await expect.poll(() => rig.aws.schedules(), { timeout: 20_000 }).toHaveLength(count);
};
const emptied = async (module: string): Promise<void> => {
  const empty = { waiting: 0, inFlight: 0, delayed: 0 };
  await expect.poll(() => rig.aws.depth(module), { timeout: 20_000 }).toEqual(empty);
};
const attemptsOf = async (id: string): Promise<(string | number)[][]> =>
  (await taskOf(id)).events.map(({ status, attempt }) => [status, attempt]);

describe("a task that is due in more than 15 minutes", () => {
  it("waits in Scheduler, in no queue, and runs once when its time has come", async () => {
    const eta = new Date(clock.now() + 3 * HOUR * 1000).toISOString();
    const { task_id: id } = await submit("/tasks", { task: "probe.identity", args: [1], options: { eta } });
    const [schedule] = await rig.aws.schedules();
    expect(schedule).toMatch(new RegExp(`^${id}-0-`));
    expect(await rig.aws.depth("probe")).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
    clock.jump(3 * HOUR);
    const record = await ended(id);
    expect(record).toMatchObject({ status: "SUCCESS", result: 1 });
    expect(Date.parse(record.started_at ?? "")).toBeGreaterThanOrEqual(Date.parse(eta));
    await scheduled(0);
  });

  it("runs once though its schedule fires twice", async () => {
    const { task_id: id } = await submit("/tasks", {
      task: "probe.identity",
      args: [1],
      options: { countdown: 2 * HOUR },
    });
    const [name] = await rig.aws.schedules();
    const body: unknown = JSON.parse(await rig.aws.inputOf(name ?? ""));
    clock.jump(2 * HOUR);
    await rig.aws.send("probe", body);
    await ended(id);
    await rig.aws.send("probe", body);
    await emptied("probe");
    expect(await attemptsOf(id)).toEqual([
      ["PENDING", 0],
      ["STARTED", 0],
      ["SUCCESS", 0],
    ]);
  });

  it("is started early by Scheduler, and held back in its queue for the rest", async () => {
    const { task_id: id } = await submit("/tasks", {
      task: "probe.identity",
      args: [1],
      options: { countdown: HOUR },
    });
    clock.jump(HOUR - 2 * MINUTE);
    await expect.poll(async () => (await rig.aws.depth("probe")).delayed, { timeout: 20_000 }).toBe(1);
    expect((await taskOf(id)).status).toBe("PENDING");
    clock.jump(2 * MINUTE);
    await rig.aws.purge("probe");
  });

  it("keeps what a client wrote, though it looks like one of Scheduler's keywords", async () => {
    const text = "<aws.scheduler.scheduled-time>";
    const { task_id: id } = await submit("/tasks", {
      task: "probe.identity",
      args: [text],
      options: { countdown: HOUR },
    });
    clock.jump(HOUR);
    expect(await ended(id)).toMatchObject({ result: text });
  });

  it("is revoked where it expires before its time", async () => {
    const options = { countdown: HOUR, expires: HOUR / 2 };
    const { task_id: id } = await submit("/tasks", { task: "probe.identity", args: [1], options });
    clock.jump(HOUR);
    expect(await ended(id)).toMatchObject({ status: "REVOKED", error: { type: "Expired" }, started_at: null });
  });

  it("never runs where it was revoked, and its record outlives its message", async () => {
    const { task_id: id } = await submit("/tasks", {
      task: "probe.identity",
      args: [1],
      options: { countdown: 30 * 24 * HOUR },
    });
    await call("POST", `/tasks/${id}/revoke`, {});
    const revoked = await ended(id);
    const { ttl } = z.object({ ttl: z.number() }).parse(await rig.aws.item(id));
    expect(ttl * 1000).toBeGreaterThan(clock.now() + 31 * 24 * HOUR * 1000);
    clock.jump(30 * 24 * HOUR);
    await scheduled(0);
    await emptied("probe");
    expect(await ended(id)).toEqual(revoked);
  });

  it("comes by its queue in steps where it is one of many", async () => {
    const tasks = [{ task: "probe.identity", args: [1], options: { countdown: HOUR } }];
    const answer = await call("POST", "/tasks/batch", { tasks });
    expect(answer.status).toBe(202);
    expect(await rig.aws.schedules()).toEqual([]);
    expect((await rig.aws.depth("probe")).delayed).toBe(1);
    await rig.aws.purge("probe");
  });
});

describe("a retry that is due in an hour", () => {
  it("comes when its time has come, as the next attempt", async () => {
    const { task_id: id } = await submit("/tasks", { task: "probe.retry_in", args: [HOUR] });
    await scheduled(1);
    expect(await taskOf(id)).toMatchObject({ status: "RETRY", retries: 1 });
    clock.jump(HOUR);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 1, retries: 1 });
  });

  it("comes from the message of the attempt before where that is delivered again", async () => {
    const { task_id: id } = await submit("/tasks", { task: "probe.retry_in", args: [HOUR] });
    await scheduled(1);
    const [name] = await rig.aws.schedules();
    const message = Message.parse(JSON.parse(await rig.aws.inputOf(name ?? "")));
    await rig.aws.send("probe", { ...message, attempt: 0, hops: 0, due: undefined });
    await emptied("probe");
    clock.jump(HOUR - 10 * MINUTE);
    expect((await taskOf(id)).status).toBe("RETRY");
    clock.jump(10 * MINUTE);
    await ended(id);
    await scheduled(0);
    expect((await attemptsOf(id)).filter(([status]) => status === "STARTED")).toHaveLength(2);
  });
});

describe("a step of a canvas that is due 20 minutes after the one before", () => {
  it("keeps its place, its token and its input while it waits, and no sweep takes it for lost", async () => {
    const { task_id: id, root_id: root } = await submit("/chain", {
      tasks: [
        { task: "math.add", args: [1, 2] },
        { task: "math.add", args: [10], options: { countdown: 20 * MINUTE } },
        { task: "math.add", args: [100] },
      ],
    });
    await scheduled(1);
    const execution = await rig.aws.executionOf(root);
    clock.jump(15 * MINUTE);
    await rig.aws.send("canvas", { op: "sweep", grace: 1 });
    await emptied("canvas");
    expect(await rig.aws.item(`root#${root}`)).toMatchObject({ epoch: 0 });
    clock.jump(5 * MINUTE);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 113 });
    await expect.poll(() => rig.aws.status(execution.arn)).toBe("SUCCEEDED");
  });
});

describe("schedules", () => {
  it("schedules outlive a restart", async () => {
    const data = mkdtempSync(join(tmpdir(), "celeriac-delays-"));
    const first = await startRig({ clock, data });
    const { task_id: id } = await submit("/tasks", { task: "probe.identity", args: [1], options: { countdown: HOUR } });
    await first.stop();
    clock.jump(2 * HOUR);
    const second = await startRig({ clock, data });
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 1 });
    await second.stop();
    rmSync(data, { recursive: true });
  });
});
