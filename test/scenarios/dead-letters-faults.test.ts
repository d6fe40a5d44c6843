import { afterAll, beforeAll, expect, inject, it, vi } from "vitest";
import { BatchAnswer, QueuesAnswer, RedriveAnswer } from "../../src/core/http/answer-schemas.ts";
import { MAX_RETURNS } from "../../src/core/limits.ts";
import { call } from "./support/api.ts";
import { type Rig, startRig } from "./support/rig.ts";
import { extraStarts, takeTally } from "./support/tally.ts";

/** Tasks whose messages die. */
const DEAD = 1_000;

let rig: Rig;
const isOurs = inject("assembly") !== "";
beforeAll(async () => {
  if (isOurs) rig = await startRig();
});
afterAll(() => rig?.stop());

const given = (id: string): object => ({ op: "run", id, attempt: 0, hops: 0, returns: MAX_RETURNS });

const recordsQueue = async (): Promise<unknown> => {
  const { queues } = QueuesAnswer.parse((await call("GET", "/queues")).json);
  const { name, waiting, in_flight: inFlight, delayed, dead } = queues.find((queue) => queue.name === "records") ?? {};
  return { name, waiting, inFlight, delayed, dead };
};

const queueIs = (waiting: number, dead: number): Promise<void> =>
  vi.waitFor(
    async () => expect(await recordsQueue()).toEqual({ name: "records", waiting, inFlight: 0, delayed: 0, dead }),
    { timeout: 120_000, interval: 500 },
  );

const redrive = async (): Promise<number> =>
  RedriveAnswer.parse((await call("POST", "/queues/records/redrive", {})).json).redriven;

it.skipIf(!isOurs)(
  `${DEAD} tasks whose messages died are counted, and run once each when their queue is redriven twice at a time`,
  { timeout: 300_000 },
  async () => {
    // Nothing runs the messages. Those in their place have come back from the dead as often as one may.
    rig.setFaults({ "refuse-batch": 1, visibility: 0.2 });
    const tasks = Array.from({ length: DEAD }, (_, n) => ({ task: "records.process_chunk", args: [0, n % 50] }));
    const submitted = BatchAnswer.parse((await call("POST", "/tasks/batch", { tasks })).json).tasks;
    await rig.aws.purge("records");
    await Promise.all(submitted.map(({ task_id: id }) => rig.aws.send("dead", given(id))));
    await queueIs(0, 0);
    rig.setFaults({});
    await queueIs(0, DEAD);

    const [first, second] = await Promise.all([redrive(), redrive()]);
    expect(first + second).toBeGreaterThanOrEqual(DEAD);
    await queueIs(0, 0);
    const tally = await takeTally(rig.aws);
    const statesOf = (id: string): readonly string[] =>
      (tally.tasks.get(id)?.events ?? []).filter((state) => state !== "PROGRESS");
    const wrong = submitted.filter(({ task_id: id }) => statesOf(id).join(" ") !== "FAILURE STARTED SUCCESS");
    expect(wrong.map(({ task_id: id }) => [id, statesOf(id)])).toEqual([]);
    expect(tally.tasks.size).toBe(DEAD);
    expect(extraStarts(tally.tasks.values())).toBe(0);
    expect(await redrive()).toBe(0);
  },
);
