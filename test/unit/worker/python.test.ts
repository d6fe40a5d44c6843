import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { TaskChild } from "../../../src/worker/task-child.ts";

describe("a task process of another runtime", () => {
  let child: TaskChild | undefined;
  afterEach(() => child?.stop());

  it("that cannot be started fails each task that is given to it, and says why", async () => {
    child = new TaskChild("celeriac_worker", 512, {}, join(import.meta.dirname, "no-python"));
    for (const _ of [1, 2]) {
      const outcome = await child.run({
        payload: "[[],{}]",
        request: {},
        each: null,
        owner: null,
        timeLimit: 60,
        softTimeLimit: null,
        stop: new AbortController().signal,
        onReport: () => {},
        onAsk: async () => null,
      });
      expect(outcome).toMatchObject({ kind: "lost", how: expect.stringMatching(/^it could not be started .*ENOENT/) });
    }
  });
});
