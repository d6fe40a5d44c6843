import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AttemptStats } from "../../../src/core/insights/summary.ts";
import { type Stats, createStats } from "../../../src/worker/stats.ts";

const ATTEMPT: AttemptStats = {
  task: "t.a",
  at: Date.parse("2026-11-22T15:12:00Z"),
  outcome: "succeeded",
  runtime: 0.01,
  wait: null,
  memory: null,
  payload: 10,
  stored: 0,
  timedOut: false,
  reported: false,
  via: "plain",
  softLimit: null,
  allotted: 512,
};

let writes: { task: string; hour: string; succeeded: number }[];
let fail: boolean;
let stats: Stats;

beforeEach(() => {
  vi.useFakeTimers();
  writes = [];
  fail = false;
  stats = createStats(async (task, hour, counters) => {
    if (fail) throw new Error("throttled");
    writes.push({ task, hour, succeeded: counters["succeeded"] ?? 0 });
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const invocation = async (attempt: Partial<AttemptStats> = {}): Promise<void> => {
  stats.count({ ...ATTEMPT, ...attempt });
  await stats.flush();
};
const total = (): number => writes.reduce((sum, { succeeded }) => sum + succeeded, 0);

describe("an environment's statistics", () => {
  it("of each of a few tasks are written before its invocation ends", async () => {
    for (const written of [1, 2, 3, 4, 5]) {
      await invocation();
      expect(writes).toHaveLength(written);
    }
    expect(writes[0]).toEqual({ task: "t.a", hour: "2026-11-22T15", succeeded: 1 });
  });

  it("are written once a second at the most, and none is lost", async () => {
    for (let n = 0; n < 400; n += 1) {
      await invocation();
      await vi.advanceTimersByTimeAsync(50);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    // 20 seconds, and what was saved up before.
    expect(writes.length).toBeGreaterThanOrEqual(20);
    expect(writes.length).toBeLessThanOrEqual(26);
    expect(total()).toBe(400);
  });

  it("that an environment fell asleep with are written when it wakes up", async () => {
    for (let n = 0; n < 7; n += 1) await invocation();
    expect(total()).toBe(5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(total()).toBe(7);
  });

  it("are kept apart by task and hour", async () => {
    for (let n = 0; n < 5; n += 1) await invocation();
    stats.count(ATTEMPT);
    stats.count({ ...ATTEMPT, task: "t.b" });
    stats.count({ ...ATTEMPT, at: ATTEMPT.at + 3_600_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(writes.slice(5)).toEqual([
      { task: "t.a", hour: "2026-11-22T15", succeeded: 1 },
      { task: "t.b", hour: "2026-11-22T15", succeeded: 1 },
      { task: "t.a", hour: "2026-11-22T16", succeeded: 1 },
    ]);
  });

  it("that are refused are kept and tried ever later, and fail no task", async () => {
    fail = true;
    await invocation();
    await vi.advanceTimersByTimeAsync(10_000);
    await invocation();
    fail = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(total()).toBe(2);
    await invocation();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(total()).toBe(3);
  });
});
