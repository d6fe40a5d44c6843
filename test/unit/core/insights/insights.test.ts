import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Counters, addCounters } from "../../../../src/core/insights/histogram.ts";
import { type TaskInsight, hourInsightOf, insightOf } from "../../../../src/core/insights/insights.ts";
import {
  type AttemptStats,
  COUNTED_OUTCOMES,
  countersOf,
  hourOf,
  lastHours,
} from "../../../../src/core/insights/summary.ts";

const AT = Date.parse("2026-11-22T15:12:00Z");
const HOUR = hourOf(AT);

const ATTEMPT: AttemptStats = {
  task: "t.t",
  at: AT,
  outcome: "succeeded",
  runtime: 60,
  wait: 0.1,
  memory: 80,
  payload: 200,
  stored: 0,
  timedOut: false,
  reported: false,
  via: "plain",
  softLimit: null,
  allotted: 512,
};

const sum = (attempts: readonly Partial<AttemptStats>[]): Counters =>
  addCounters(...attempts.map((attempt) => countersOf({ ...ATTEMPT, ...attempt })));
const insight = (attempts: readonly Partial<AttemptStats>[], timeLimit = 880): TaskInsight =>
  insightOf("t.t", [{ task: "t.t", hour: HOUR, counters: sum(attempts) }], timeLimit);
const times = (count: number, attempt: Partial<AttemptStats>) => Array.from({ length: count }, () => attempt);

describe("insights", () => {
  it("count attempts by how they ended", () => {
    const outcomes = COUNTED_OUTCOMES.map((outcome) => ({ outcome }));
    expect(insight([...outcomes, { outcome: "retried" }])).toMatchObject({
      runs: 6,
      succeeded: 1,
      failed: 1,
      retried: 2,
      retry_rate: 0.333,
    });
  });

  it("have runtimes, waits, memory and payloads of all hours together", () => {
    const counters = sum(times(95, { runtime: 1, wait: 2, payload: 1_000 }));
    const slow = sum(times(5, { runtime: 100, wait: 50, payload: 100_000, memory: 300 }));
    const {
      runtime,
      queue_wait: wait,
      memory,
      payload,
    } = insightOf(
      "t.t",
      [
        { task: "t.t", hour: "2026-11-22T14", counters },
        { task: "t.t", hour: HOUR, counters: slow },
      ],
      300,
    );
    const near = (value: number, error: number) => expect.toSatisfy((got: number) => Math.abs(got / value - 1) < error);
    expect(runtime).toEqual({ p50: near(1, 0.03), p95: near(1, 0.03), max: near(100, 0.03), mean: 5.95 });
    expect(wait).toEqual({ p50: near(2, 0.1), p95: near(2, 0.1), max: near(50, 0.1) });
    expect(memory).toEqual({ max: near(300, 0.03) });
    expect(payload).toEqual({ p95: near(1_000, 0.1), max: near(100_000, 0.1) });
  });

  it("leave out what could not be measured", () => {
    expect(insight([{ wait: null, memory: null }])).toMatchObject({
      queue_wait: { p50: null, p95: null, max: null },
      memory: { max: null },
    });
  });

  it("cost what the worker's time and the requests cost", () => {
    const { cost } = insight(times(1_000, { runtime: 1 }));
    // 1.03 s of 512 MB are $6.87 for a million, requests $3.90, the summary $0.63, logs $0.60 (reference: 5.1 of the
    // cost model).
    expect(cost.per_task_usd * 1e6).toBeCloseTo(11.99, 1);
    expect(cost.total_usd).toBeCloseTo(cost.per_task_usd * 1_000, 8);
  });

  it("charge the task for its retries", () => {
    const once = insight([{}]).cost.per_task_usd;
    const { cost } = insight([{ outcome: "retried" }, { outcome: "succeeded" }]);
    expect(cost.per_task_usd).toBeCloseTo(2 * once, 6);
  });

  it("of an hour say when it began", () => {
    expect(hourInsightOf({ task: "t.t", hour: HOUR, counters: sum([{}]) })).toMatchObject({
      time: "2026-11-22T15:00:00.000Z",
      task: "t.t",
      succeeded: 1,
    });
    expect(lastHours(AT, 3)).toEqual(["2026-11-22T13", "2026-11-22T14", "2026-11-22T15"]);
  });
});

describe("the class of a task", () => {
  it.each([
    [0.01, "too_short"],
    [9.5, "too_short"],
    [12, "short"],
    [28, "short"],
    [32, "best"],
    [290, "best"],
    [320, "long"],
    [870, "long"],
  ])("that runs for %d s is %s", (runtime, sizeClass) => {
    expect(insight([{ runtime }]).class).toBe(sizeClass);
  });

  it("that its limit ends after more than five minutes is too_long: nobody knows how long it would have run", () => {
    const killed = { runtime: 880, timedOut: true, outcome: "failed" } as const;
    expect(insight([killed, { runtime: 60 }]).class).toBe("too_long");
    expect(insight([killed, ...times(99, { runtime: 60 })]).class).toBe("best");
    expect(insight([{ ...killed, runtime: 2 }, { runtime: 1 }]).class).toBe("too_short");
  });
});

describe("the chunk size", () => {
  const runtime = fc.double({ min: 0.002, max: 27, noNaN: true });

  it("brings calls that are too short into the best range", () => {
    fc.assert(
      fc.property(runtime, (seconds) => {
        const size = insight([{ runtime: seconds }]).chunk_size ?? 1;
        if (size === 10_000) return;
        expect(insight([{ runtime: seconds * size }]).class).toBe("best");
      }),
    );
  });

  it("keeps to half of the hard limit, to what a result may have, and to 10,000 calls", () => {
    expect(insight([{ runtime: 2 }], 40).chunk_size).toBe(10);
    expect(insight([{ runtime: 0.1, payload: 100_000 }]).chunk_size).toBe(26);
    expect(insight([{ runtime: 0 }]).chunk_size).toBe(10_000);
    expect(insight([{ runtime: 5 }], 6).chunk_size).toBeNull();
  });

  it.each([40, 400, 880])("is not there for a task of %d s", (seconds) => {
    expect(insight([{ runtime: seconds }]).chunk_size).toBeNull();
  });
});

describe("the advice", () => {
  /** What is said of as many attempts as it takes for anything to be said. */
  const advice = (attempts: readonly Partial<AttemptStats>[], timeLimit?: number) =>
    insight(
      attempts.flatMap((attempt) => times(20, attempt)),
      timeLimit,
    ).advice.join("\n");

  it("is not given on too few runs, nor on the size of a task that mostly fails", () => {
    expect(insight(times(19, { runtime: 2 })).advice).toEqual([]);
    const failing = [...times(30, { outcome: "failed", runtime: 2 } as const), ...times(20, { runtime: 2 })];
    expect(insight(failing).advice).toEqual([expect.stringContaining("60% of its runs fail")]);
  });

  it("is nothing for a task of a good size that is well", () => {
    expect(insight(times(20, {})).advice).toEqual([]);
  });

  it("names the chunk size for a task that is too short, and the limit that leaves no room for it", () => {
    expect(advice([{ runtime: 2 }])).toMatch(
      /^Half of its runs take under 2 s; .* Put 47 calls into one, some 94 s of work/,
    );
    expect(advice([{ runtime: 5 }], 6)).toMatch(/raise timeLimit/);
  });

  it("asks a long task for progress, unless it reports", () => {
    expect(advice([{ runtime: 400 }])).toMatch(/self\.progress/);
    expect(advice([{ runtime: 400, reported: true }])).toBe("");
  });

  it("asks to split what runs into its limit", () => {
    expect(advice([{ runtime: 870, timedOut: true, outcome: "failed" }])).toMatch(
      /split it into parts of 30 s to 5 min/,
    );
  });

  it.each<[string, Partial<AttemptStats>, RegExp]>([
    ["memory above 500 MB", { memory: 620 }, /has up to 6[0-3]\d MB of memory/],
    ["payloads above 1 MB", { payload: 3_000_000 }, /pass a key of S3/],
    ["payloads above 100 MB", { payload: 200_000_000 }, /guideline is 100 MB/],
    ["retries", { outcome: "retried" }, /100% of its runs are retried/],
    ["failures", { outcome: "failed" }, /100% of its runs fail/],
    ["limits", { outcome: "failed", timedOut: true, runtime: 40 }, /killed at its hard limit of 15 min/],
    ["long waits", { wait: 200 }, /maxConcurrency/],
  ])("speaks of %s", (_, attempt, words) => {
    expect(advice([attempt])).toMatch(words);
    expect(advice([{}])).not.toMatch(words);
  });
});
