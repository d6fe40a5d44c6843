import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DescribedErrorSchema } from "../../../src/core/record/end.ts";
import type { Ask, Outcome, Report } from "../../../src/worker/ipc.ts";
import { TaskChild } from "../../../src/worker/task-child.ts";
import { type OddRecipe, oddValues } from "../../fixtures/odd-values.ts";

const ENTRY = join(import.meta.dirname, "..", "..", "fixtures", "processes", "odd.ts");
/** MB of the supervisor: the process of the tests has more the longer it runs. */
const SMALL = (): number => 100;
/** How a task of that process ends, with an odd value. */
const WAYS =
  "returns resolves throws rejects replaces replacesWith retriesIn retriesAtMost retriesFor throwsRetry delays delaysAnyway appliesAsync links progresses updatesState once onceUnder logs sleeps removesListeners".split(
    " ",
  );
/** Seconds that no odd outcome needs. */
const HARD_LIMIT = 20;

/** What is wrong with an outcome, whatever the task did; null where nothing is. */
function faultOf(outcome: Outcome): string | null {
  switch (outcome.kind) {
    case "result":
    case "replace":
      JSON.parse(outcome.json);
      return null;
    case "retry":
      return Number.isFinite(outcome.countdown) ? faultOfError(outcome.error) : "a countdown that is no number";
    case "error":
      return faultOfError(outcome.error);
    default:
      return `${outcome.kind}: neither what the task did nor what it threw`;
  }
}

function faultOfError(error: unknown): string | null {
  const text = JSON.stringify(error);
  if (text.length > 40_000) return "an error that fills its item";
  if (text.includes("could not be read by its supervisor")) return text;
  return error === null || JSON.stringify(DescribedErrorSchema.parse(error)) === text
    ? null
    : `${text} changes on its way`;
}

describe("an outcome", () => {
  let child: TaskChild;
  const asks: Ask[] = [];
  const reports: Report[] = [];

  beforeAll(() => {
    child = new TaskChild(ENTRY, 1024, {}, null, SMALL);
  });
  afterAll(() => child.stop());

  const run = (task: string, ...args: readonly OddRecipe[]): Promise<Outcome> => {
    asks.length = 0;
    reports.length = 0;
    return child.run({
      payload: JSON.stringify([args, {}]),
      request: { id: "id", task, retries: 0, maxRetries: 3, softTimeLimit: 10 },
      each: null,
      owner: null,
      timeLimit: HARD_LIMIT,
      softTimeLimit: 10,
      stop: new AbortController().signal,
      onReport: (report) => void reports.push(report),
      onAsk: async (ask) => {
        asks.push(ask);
        return ask.kind === "claim" ? { effect: crypto.randomUUID() } : crypto.randomUUID();
      },
    });
  };
  /** What a task failed with, as `type: message`. */
  const errorOf = (outcome: Outcome): string =>
    outcome.kind === "error" ? `${outcome.error.type}: ${outcome.error.message}` : outcome.kind;

  it.each([
    ["a Map", "map", "InvalidResult: The result cannot be written as JSON: /x/0 is a Map"],
    ["a Set", "set", "InvalidResult: The result cannot be written as JSON: /x/0 is a Set"],
    ["an error", "error", "InvalidResult: The result cannot be written as JSON: /x/0 is a TypeError"],
    ["headers", "headers", "InvalidResult: The result cannot be written as JSON: /x/0 is a Headers"],
    ["a response", "response", "InvalidResult: The result cannot be written as JSON: /x/0 is a Response"],
    ["bytes", "bytes", "InvalidResult: The result cannot be written as JSON: /x/0 is a Uint8Array"],
    ["a promise", "promise", "InvalidResult: The result cannot be written as JSON: /x/0/0 is a promise: await it"],
    ["an async generator", "asyncGenerator", "InvalidResult: The result cannot be written as JSON: /x/0 is a"],
  ])("is InvalidResult, by its place, where a result has %s in it", async (_what, name, expected) => {
    expect(errorOf(await run("odd.returns", { x: [name] }))).toContain(expected);
  });

  it("is null where the result's toJSON gives nothing", async () => {
    expect(await run("odd.returns", "toJsonOfNothing")).toEqual({ kind: "result", json: "null" });
  });

  it("is ResultTooLarge at once, and not retried, above 5 MB", async () => {
    expect(errorOf(await run("retried.returns", "long"))).toMatch(/^ResultTooLarge: /);
    expect(errorOf(await run("retried.returns", "manyHoles"))).toMatch(/^ResultTooLarge: /);
  });

  it.each(["text", "nothing", "number", "instance", "proxy"])(
    "is a TypeError where a task replaces itself by %s",
    async (name) => {
      expect(errorOf(await run("odd.replaces", name))).toMatch(/^TypeError: /);
    },
  );

  it("names what of a replacement's arguments JSON cannot say", async () => {
    expect(errorOf(await run("odd.replacesWith", "bigint"))).toMatch(
      /^InvalidCanvas: .*\/chain\/0\/args\/0 is a bigint.*\/chain\/1\/args\/0\/value is a bigint/,
    );
    expect(errorOf(await run("odd.replacesWith", "cycle"))).toContain("/chain/0/args/0/self/0 holds itself");
  });

  it.each(["bigint", "cycle", "nan", "function", "symbol", "map", "set"])(
    "names the argument of delay() that JSON cannot say, and sends nothing: %s",
    async (name) => {
      expect(errorOf(await run("odd.delays", [name]))).toMatch(/^InvalidArguments: odd\.taken .*\/args\/0\/0\b/);
      expect(await run("odd.delaysAnyway", [name])).toMatchObject({ kind: "result" });
      expect(errorOf(await run("odd.links", name))).toMatch(/^InvalidCanvas: .*\/options\/link\/0\/args\/0\b/);
      expect(asks).toEqual([]);
    },
  );

  it("keeps its autoretryFor where the error is odd", async () => {
    for (const name of ["errorOfList", "errorOfNumber", "errorWithGetters", "errorWithoutClass"])
      expect(await run("retried.throws", name)).toMatchObject({ kind: "retry", countdown: 0 });
  });

  it("is heard though the task before took every listener and process.send away", async () => {
    const pids = [];
    for (let round = 0; round < 3; round += 1) {
      expect(await run("odd.removesListeners", "number")).toEqual({ kind: "result", json: "0.1" });
      const outcome = await run("odd.fine");
      expect(asks).toHaveLength(1);
      pids.push(outcome.kind === "result" ? outcome.json : outcome.kind);
    }
    expect(new Set(pids).size).toBe(1);
    expect(Number(pids[0])).toBeGreaterThan(0);
  });

  it("bounds what a task says of itself on the way", async () => {
    await run("odd.progresses", "number");
    expect(reports.length).toBeGreaterThan(0);
    for (const { progress } of reports) expect(Buffer.byteLength(progress?.message ?? "")).toBeLessThanOrEqual(1_024);
    expect(reports.at(-1)?.progress?.message).toMatch(/…$/);
  });

  it("comes at once, and can be stored, whatever a task gives, throws or asks for", async () => {
    const leaf = fc.constantFrom(...Object.keys(oddValues));
    const { recipe } = fc.letrec<{ recipe: OddRecipe }>((tie) => ({
      recipe: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        { weight: 3, arbitrary: leaf },
        fc.array(tie("recipe"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b/c", "countdown", "then", "toJSON", "node", "task"), tie("recipe"), {
          maxKeys: 2,
        }),
      ),
    }));
    const way = fc.constantFrom(...WAYS);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("odd", "retried"), way, recipe, async (module, name, value) => {
        const outcome = await run(`${module}.${name}`, value);
        expect(faultOf(outcome)).toBeNull();
      }),
      { numRuns: Number(process.env["CELERIAC_ODD_RUNS"] ?? 100) },
    );
  }, 600_000);
});
