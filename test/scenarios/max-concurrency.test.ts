import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BatchAnswer } from "../../src/core/http/answer-schemas.ts";
import { call, ended, useApi } from "./support/api.ts";
import { type OwnStage, startStage } from "./support/stage.ts";

/** Invocations of the module at a time, by the stage; the machine would have room for more. */
const MAX_CONCURRENCY = 2;
const ENVIRONMENTS = 6;
const TASKS = 40;

let stage: OwnStage | undefined;
beforeAll(async () => {
  const modules = { probe: { maxConcurrency: MAX_CONCURRENCY } };
  stage = await startStage({ auth: "none", modules }, { queueEnvironments: ENVIRONMENTS });
  useApi(stage.embedded.apiUrl);
});
afterAll(async () => {
  await stage?.stop();
});

describe("a module with a maximum concurrency", () => {
  it("never runs more of its tasks at a time, and leaves none of its turns unused", async () => {
    const tasks = Array.from({ length: TASKS }, () => ({ task: "probe.sleep", args: [0.1] }));
    const { tasks: submitted } = BatchAnswer.parse((await call("POST", "/tasks/batch", { tasks })).json);
    const records = await Promise.all(submitted.map(({ task_id: id }) => ended(id)));
    expect(records.map(({ status }) => status)).toEqual(tasks.map(() => "SUCCESS"));
    expect(mostAtOnce(records)).toBe(MAX_CONCURRENCY);
  });
});

/** How many of these ran at one moment. What ends in the millisecond in which another starts made room for it. */
function mostAtOnce(records: readonly { started_at: string | null; done_at: string | null }[]): number {
  const moments = records.flatMap(({ started_at: started, done_at: done }) => [
    { at: Date.parse(started ?? ""), change: 1 },
    { at: Date.parse(done ?? ""), change: -1 },
  ]);
  let running = 0;
  let most = 0;
  for (const { change } of moments.toSorted((a, b) => a.at - b.at || a.change - b.change)) {
    running += change;
    most = Math.max(most, running);
  }
  return most;
}
