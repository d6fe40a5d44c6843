import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { every, periodicInput } from "../../src/core/define/schedule.ts";
import { call, taskOf } from "./support/api.ts";
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
});
