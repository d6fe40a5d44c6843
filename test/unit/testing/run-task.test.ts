import { describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { chain, defineTask, group } from "celeriac";
import { startBulk } from "../../../functions/tasks/records.ts";
import { mul } from "../../../functions/tasks/math.ts";
import { runTask } from "../../../src/testing/index.ts";
import * as probe from "../../tasks/probe.ts";

describe("a task that a test runs in process", () => {
  it("gives its result as JSON has it, with its type", async () => {
    const run = await runTask(mul, [6, 7]);
    expectTypeOf(run.result).toBeNumber();
    expect(run).toMatchObject({ status: "SUCCESS", result: 42, error: null, submitted: [] });
    const dated = defineTask("test.dated", {
      args: z.tuple([z.unknown()]),
      run: (_self, given) => ({ at: new Date(0), nothing: undefined, given }),
    });
    const { result } = await runTask(dated, [{ when: new Date(0) }]);
    expectTypeOf(result.at).toBeString();
    expect(result).toEqual({ at: "1970-01-01T00:00:00.000Z", given: { when: "1970-01-01T00:00:00.000Z" } });
  });

  it("refuses what JSON or its schemas refuse", async () => {
    // @ts-expect-error -- it takes numbers
    await expect(runTask(mul, [6, "7"])).rejects.toMatchObject({ code: "invalid_arguments" });
    // JSON has no NaN.
    await expect(runTask(mul, [6, Number.NaN])).rejects.toMatchObject({ code: "invalid_arguments" });
    const endless = defineTask("test.endless", { args: z.tuple([]), run: () => Infinity });
    const run = await runTask(endless, []);
    expect(run).toMatchObject({ status: "FAILURE", error: { code: "invalid_result" } });
    expect(() => run.result).toThrow("which JSON cannot say");
  });

  it("records progress, states and logs", async () => {
    const run = await runTask(probe.progress, [2, 30]);
    expect(run.states.map(({ progress }) => progress)).toEqual([
      { current: 1, total: 2, message: "step 1 of 2" },
      { current: 2, total: 2, message: "step 2 of 2" },
    ]);
    expect(run.slept).toBe(60);
    const chatty = defineTask("test.chatty", {
      args: z.tuple([]),
      run: (self) => self.log.warn("careful", { count: 1 }),
    });
    expect((await runTask(chatty, [])).logs).toEqual([{ level: "warn", message: "careful", fields: { count: 1 } }]);
  });

  it("retries at once, by its policy, and tells how often and why", async () => {
    const run = await runTask(probe.flaky, [2]);
    expect(run).toMatchObject({ status: "SUCCESS", result: 3, retries: [{ countdown: 0 }, { countdown: 0 }] });
    expect(run.retries[0]?.cause).toBeInstanceOf(probe.ExpectedError);
    const once = await runTask(probe.flaky, [2], { attempts: 1 });
    expect(once.status).toBe("RETRY");
    const bounded = await runTask(probe.flaky, [2], { request: { maxRetries: 1 } });
    expect(bounded).toMatchObject({ status: "FAILURE", error: { message: "attempt 2 of 2 fails" } });
  });

  it("has effects once, whatever becomes of its attempts", async () => {
    const run = await runTask(probe.once, [0, 0, "retry"]);
    expect(run).toMatchObject({ status: "SUCCESS", effects: ["effect"] });
    expect(run.submitted).toHaveLength(1);
  });

  it("records what it submits and what replaces it, and runs none of it", async () => {
    const starter = defineTask("test.starter", {
      args: z.tuple([]),
      run: async () => {
        await mul.delay(1, 2);
        await chain(mul.s(1, 2), group(mul.s(3), mul.s(4))).applyAsync({ countdown: 5 });
      },
    });
    const { submitted } = await runTask(starter, []);
    expect(submitted.map(({ node }) => node)).toMatchObject([
      { task: "math.mul", args: [1, 2] },
      { chain: [{ options: { countdown: 5 } }, { group: [{ args: [3] }, { args: [4] }] }] },
    ]);
    const run = await runTask(startBulk, [20, 10]);
    expect(run.status).toBe("REPLACED");
    expect(run.replacement).toMatchObject({ chord: { header: [{ args: [0, 10] }, { args: [10, 20] }] } });
  });

  it("meets its limits as its time passes, and the signal of the test", async () => {
    const guarded = await runTask(probe.delayedSumWithSoftGuard, [[1, 2], 60], { request: { softTimeLimit: 30 } });
    expect(guarded.result).toBe(0);
    const late = await runTask(probe.sleep, [60], { request: { timeLimit: 30 } });
    expect(late).toMatchObject({ status: "FAILURE", error: { code: "time_limit" } });
    const aborted = defineTask("test.aborted", { args: z.tuple([]), run: (self) => self.signal.throwIfAborted() });
    const reason = new Error("stop");
    expect((await runTask(aborted, [], { signal: AbortSignal.abort(reason) })).error).toBe(reason);
  });

  it("knows the request that it is given", async () => {
    const run = await runTask(probe.ids, ["x"], { request: { rootId: "root", parentId: "parent" } });
    expect(run.result).toEqual(["root", "parent", "x"]);
  });

  it("keeps apart what tasks at once submit", async () => {
    const runs = await Promise.all([1, 2, 3].map((n) => runTask(probe.start, [{ task: "math.mul", args: [n, n] }])));
    expect(runs.map(({ submitted }) => submitted.map(({ node }) => node))).toMatchObject(
      [1, 2, 3].map((n) => [{ args: [n, n] }]),
    );
  });
});
