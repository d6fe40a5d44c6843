import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { every, periodicInput } from "../../src/core/define/schedule.ts";
import { ScheduleAnswer, SchedulesAnswer, SubmissionAnswer } from "../../src/core/http/answer-schemas.ts";
import { call, ended, refused, taskOf } from "./support/api.ts";
import { JumpClock } from "../../src/testing/jump-clock.ts";
import { type Rig, startRig } from "./support/rig.ts";

const MINUTE = 60;
const clock = new JumpClock();
let rig: Rig;

beforeAll(async () => {
  rig = await startRig({ clock });
});
afterAll(async () => {
  await rig.stop();
  clock.close();
});

const Page = z.object({ tasks: z.array(z.object({ task_id: z.string(), status: z.string() })) });
const runs = async (task: string): Promise<z.infer<typeof Page>["tasks"]> =>
  Page.parse((await call("GET", `/tasks?task=${task}`)).json).tasks;
const ran = async (task: string, count: number): Promise<void> => {
  const done = Array.from({ length: count }, () => expect.objectContaining({ status: "SUCCESS" }));
  await expect.poll(() => runs(task), { timeout: 20_000 }).toEqual(done);
};

describe("a periodic task", () => {
  it("runs once for each slot, however often that fires, and is listed as any task", async () => {
    const schedule = every({ minutes: 5 }, { args: [1, 2] });
    const input = periodicInput("math.mul", "math.mul-five", schedule);
    const start = clock.now();
    await rig.aws.schedule("math.mul-five", schedule.expression, "math", input);
    clock.jump(4 * MINUTE);
    await ran("math.mul", 1);
    clock.jump(MINUTE);
    await ran("math.mul", 2);
    const [latest] = await runs("math.mul");
    const record = await taskOf(latest?.task_id ?? "");
    expect(record).toMatchObject({ args: [1, 2], result: 2, parent_id: null, root_id: record.task_id });
    expect(Date.parse(record.created_at)).toBeGreaterThanOrEqual(start);
    // The same slot once more: Scheduler promises at least once.
    const slot = record.created_at.replace(/\.\d+Z$/, "Z");
    await rig.aws.send("math", JSON.parse(input.replace("<aws.scheduler.scheduled-time>", slot)));
    const empty = { waiting: 0, inFlight: 0, delayed: 0 };
    await expect.poll(() => rig.aws.depth("math"), { timeout: 20_000 }).toEqual(empty);
    await ran("math.mul", 2);
    expect((await taskOf(record.task_id)).events.filter(({ status }) => status === "STARTED")).toHaveLength(1);
    clock.jump(5 * MINUTE);
    await ran("math.mul", 3);
  });

  it("is told with its last run, its outcome and the next five, and is run at once when somebody asks", async () => {
    const { args, schedule } = await leapDay();
    expect(args).toEqual([1]);
    expect(schedule).toMatchObject({ expression: "cron(30 3 29 2 ? *)", timezone: "Asia/Seoul", last: null });
    expect(schedule.next.slice(0, 2)).toEqual(["2028-02-28T18:30:00.000Z", "2032-02-28T18:30:00.000Z"]);
    expect(schedule.next).toHaveLength(5);
    await rig.aws.send("probe", message(schedule, "2028-02-28T18:30:00Z"));
    const told = expect.objectContaining({ status: "SUCCESS", error: null });
    await expect.poll(async () => (await leapDay()).schedule.last, { timeout: 20_000 }).toEqual(told);
    expect((await leapDay()).schedule.last_slot).toBe("2028-02-28T18:30:00.000Z");
    const now = SubmissionAnswer.parse((await call("POST", `/schedules/${schedule.name}/run`, {})).json);
    expect(await ended(now.task_id)).toMatchObject({ task: "probe.leap_day", result: 1 });
    await refused(404, "POST", "/schedules/none/run", {});
  });

  it("does not run while it is paused, and goes on when it is resumed", async () => {
    const { schedule } = await leapDay();
    const paused = ScheduleAnswer.parse((await call("POST", `/schedules/${schedule.name}/pause`, {})).json);
    expect(paused.paused_at).not.toBeNull();
    await rig.aws.send("probe", message(schedule, "2032-02-28T18:30:00Z"));
    const empty = { waiting: 0, inFlight: 0, delayed: 0 };
    await expect.poll(() => rig.aws.depth("probe"), { timeout: 20_000 }).toEqual(empty);
    expect((await leapDay()).schedule.last_slot).toBe(schedule.last_slot);
    const resumed = ScheduleAnswer.parse((await call("POST", `/schedules/${schedule.name}/resume`, {})).json);
    expect(resumed.paused_at).toBeNull();
    await rig.aws.send("probe", message(schedule, "2032-02-28T18:30:00Z"));
    const last = "2032-02-28T18:30:00.000Z";
    await expect.poll(async () => (await leapDay()).schedule.last_slot, { timeout: 20_000 }).toBe(last);
  });
});

async function leapDay(): Promise<{ schedule: ScheduleAnswer; args: unknown[] }> {
  const { schedules } = SchedulesAnswer.parse((await call("GET", "/schedules")).json);
  const schedule = ScheduleAnswer.parse(schedules.find((one) => one.task === "probe.leap_day"));
  return { schedule, args: schedule.args };
}

/** What Scheduler sends for one slot. */
function message({ name, task, args, kwargs }: ScheduleAnswer, slot: string): object {
  return { op: "periodic", task, schedule: name, slot, args, kwargs };
}
