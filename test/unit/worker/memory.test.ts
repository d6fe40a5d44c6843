import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { TaskChild } from "../../../src/worker/task-child.ts";

const ENTRY = join(import.meta.dirname, "..", "..", "fixtures", "processes", "memory.ts");
/** MB of the function: far above what a task process has that does nothing. */
const ALLOTTED = 1_024;

describe.skipIf(process.platform !== "linux")(
  "the memory of an environment (known on Linux alone)",
  { timeout: 60_000 },
  () => {
    let child: TaskChild;
    afterEach(() => child.stop());

    /** @param own MB that the supervisor has */
    const run = (own: number, task: string, ...args: readonly number[]) => {
      child = new TaskChild(ENTRY, ALLOTTED, {}, null, () => own);
      return child.run({
        payload: JSON.stringify([args, {}]),
        request: { id: "id", task, retries: 0, maxRetries: 0, softTimeLimit: null },
        each: null,
        owner: null,
        timeLimit: 25,
        softTimeLimit: null,
        stop: new AbortController().signal,
        onReport: () => {},
        onAsk: async () => null,
      });
    };
    const lost = (allowed: number) => ({
      kind: "lost",
      how: expect.stringMatching(new RegExp(`^it used \\d+ MB of memory, ${allowed} MB are allowed$`)),
    });

    it("has 120 MB for the supervisor at the least: a task that takes more than the rest is lost", async () => {
      expect(await run(90, "memory.take", 950, 20)).toMatchObject(lost(904));
    });

    it("leaves a task less where the supervisor has more", async () => {
      expect(await run(400, "memory.take", 600, 20)).toMatchObject(lost(624));
      child.stop();
      expect(await run(90, "memory.take", 600, 1)).toMatchObject({ kind: "result" });
    });

    it("is used by what a task has started as well", async () => {
      expect(await run(400, "memory.start", 600)).toMatchObject(lost(624));
    });
  },
);
