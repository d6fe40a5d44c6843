import { describe, expect, it, vi } from "vitest";
import { functionResource } from "../support/assembly.ts";
import { newEvents, RECORD } from "../support/events.ts";
import { invoke } from "../support/invoke.ts";
import type { Invoked } from "../support/invoke.ts";
import { startRun } from "../support/run.ts";
import type { Run } from "../support/run.ts";

/** What the function below is to do. */
interface Event {
  readonly name?: string;
  /** Milliseconds until it answers. */
  readonly wait?: number;
  /** What it leaves behind, which fails after it has answered, or at once where it waits. */
  readonly leaves?: "timer" | "promise";
  /** Milliseconds after which that fails. */
  readonly after?: number;
}

/** Waits for others or leaves something behind, as it is told; answers who it is. Each start is recorded. */
const CODE = `${RECORD}
  import { AsyncLocalStorage } from "node:async_hooks";
  import { setTimeout as sleep } from "node:timers/promises";
  const whose = new AsyncLocalStorage();
  export const handler = ({ name, wait = 0, leaves, after = 0 }, context) => whose.run(name, async () => {
    if (leaves === "timer") setTimeout(() => { throw new RangeError("left by " + name); }, after);
    if (leaves === "promise") void sleep(after).then(() => Promise.reject(new RangeError("left by " + name)));
    record(name);
    await sleep(wait);
    const { awsRequestId } = context;
    return { name: whose.getStore(), pid: process.pid, id: awsRequestId, left: context.getRemainingTimeInMillis() };
  });`;

/**
 * Starts a function with room for so many invocations in a process, and tells how to invoke it and which invocations
 * have begun.
 */
async function startFunction(concurrency: number, Timeout = 10) {
  const events = newEvents<string>();
  const resource = functionResource("f", { Timeout, Environment: { Variables: { EVENTS: events.file } } });
  const run = await startRun({ F: resource }, { f: CODE }, { concurrency: () => concurrency });
  const call = (event: Event): Promise<Invoked> => invoke(run, "f", JSON.stringify(event));
  const begun = (...names: readonly string[]): Promise<unknown> =>
    vi.waitUntil(() => names.every((name) => events.all().includes(name)), { timeout: 8000 });
  return { run, call, begun };
}

function linesWith(run: Run, text: string): readonly string[] {
  return run.log.filter((line) => line.includes(text));
}

describe("a process with room for several invocations", () => {
  it("has them in flight at the same time, each with its own answer, context and request id", async () => {
    const { call } = await startFunction(10);
    const names = ["a", "b", "c", "d", "e"];
    const all = await Promise.all(names.map((name, index) => call({ name, wait: 300 - 50 * index })));
    expect(all.map(({ payload }) => payload["name"])).toEqual(names);
    expect(new Set(all.map(({ payload }) => payload["pid"]))).toHaveLength(1);
    expect(new Set(all.map(({ payload }) => payload["id"]))).toHaveLength(5);
  });

  it("is joined by another one only when it is full", async () => {
    const { call } = await startFunction(2);
    const all = await Promise.all(["a", "b", "c"].map((name) => call({ name, wait: 1000 })));
    expect(new Set(all.map(({ payload }) => payload["pid"]))).toHaveLength(2);
  });

  it("times out the one whose time is over, and lets the others finish before it ends", async () => {
    const { call, begun } = await startFunction(10, 1);
    const slow = call({ name: "slow", wait: 5000 });
    await begun("slow");
    await new Promise((resolve) => {
      setTimeout(resolve, 400);
    });
    const quick = call({ name: "quick", wait: 800 });
    expect((await slow).payload).toMatchObject({ errorType: "Sandbox.Timedout" });
    const next = await call({ name: "next" });
    const { payload } = await quick;
    expect(payload).toMatchObject({ name: "quick" });
    expect(next.payload["pid"]).not.toBe(payload["pid"]);
  });

  it.each(["timer", "promise"] as const)(
    "fails the invocation whose %s threw with its error, and the others as lost, not with what is not theirs",
    async (leaves) => {
      const { run, call, begun } = await startFunction(10);
      const other = call({ name: "other", wait: 5000 });
      await begun("other");
      const guilty = await call({ name: "guilty", wait: 5000, leaves });
      expect(guilty.payload).toMatchObject({ errorType: "RangeError", errorMessage: "left by guilty" });
      const lost = await other;
      expect(lost).toMatchObject({ error: "Unhandled", payload: { errorType: "Runtime.ExitError" } });
      expect(JSON.stringify(lost.payload)).not.toContain("guilty");
      expect((await call({ name: "next" })).payload).toMatchObject({ name: "next" });
      expect(linesWith(run, "left by guilty")).toHaveLength(1);
    },
  );

  it.each(["timer", "promise"] as const)(
    "ends when the %s that an invocation left behind throws after its answer, which stands",
    async (leaves) => {
      const { run, call, begun } = await startFunction(10);
      const other = call({ name: "other", wait: 5000 });
      await begun("other");
      expect((await call({ name: "guilty", leaves, after: 200 })).payload).toMatchObject({ name: "guilty" });
      expect((await other).payload).toMatchObject({ errorType: "Runtime.ExitError" });
      expect((await call({ name: "next" })).payload).toMatchObject({ name: "next" });
      expect(linesWith(run, "left by guilty")).toHaveLength(1);
    },
  );

  it("finishes what it runs when there is new code, which serves what comes then", async () => {
    const { run, call, begun } = await startFunction(10);
    const old = call({ name: "old", wait: 1000 });
    await begun("old");
    await run.deploy(
      { F: functionResource("f-v2") },
      { "f-v2": `export const handler = async () => ({ name: "v2" });` },
    );
    expect((await call({ name: "x" })).payload).toEqual({ name: "v2" });
    expect((await old).payload).toMatchObject({ name: "old" });
  });
});

describe("a process with room for one invocation", () => {
  it("fails the one that it runs for what an earlier one left behind, as Lambda does", async () => {
    const { call } = await startFunction(1);
    await call({ name: "guilty", leaves: "timer", after: 300 });
    const { payload } = await call({ name: "victim", wait: 5000 });
    expect(payload).toMatchObject({ errorType: "RangeError", errorMessage: "left by guilty" });
    expect((await call({ name: "next" })).payload).toMatchObject({ name: "next" });
  });
});
