import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startSchedules } from "../../src/events/schedules.ts";
import type { Collection, Storage, Stored } from "../../src/storage/storage.ts";
import { createVolatileStorage } from "../../src/storage/storage.ts";

const MINUTE = 60_000;
const RULE = { arn: "arn:rule/r", expression: "rate(10 minutes)", interval: 10 * MINUTE };

/** A storage that has written all that it was told. */
function keeping(): Storage {
  const values = new Map<string, Stored>();
  const collection: Collection = {
    entries: () => [...values],
    put: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
  return { ...createVolatileStorage(), durable: true, collection: () => collection };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("a rule's time comes when it would have come without a restart", () => {
  const storage = keeping();
  const times: number[] = [];
  const begun = Date.now();
  const due = (): void => void times.push((Date.now() - begun) / MINUTE);
  for (let restarts = 0; restarts < 5; restarts += 1) {
    const stop = startSchedules([RULE], due, storage);
    vi.advanceTimersByTime(7 * MINUTE);
    stop();
  }
  expect(times).toEqual([10, 20, 30]);
});

it("what came due while nothing ran comes once, at once, and then in its old rhythm", () => {
  const storage = keeping();
  const times: number[] = [];
  const begun = Date.now();
  startSchedules([RULE], () => {}, storage)();
  vi.setSystemTime(begun + 45 * MINUTE);
  const stop = startSchedules([RULE], () => void times.push((Date.now() - begun) / MINUTE), storage);
  vi.advanceTimersByTime(20 * MINUTE);
  stop();
  expect(times).toEqual([45, 50, 60]);
});

it("a rule whose rate was changed begins anew, and one that is no more is forgotten", () => {
  const storage = keeping();
  const times: number[] = [];
  const begun = Date.now();
  startSchedules([RULE], () => {}, storage)();
  vi.advanceTimersByTime(5 * MINUTE);
  const changed = { ...RULE, expression: "rate(8 minutes)", interval: 8 * MINUTE };
  const stop = startSchedules([changed], () => void times.push((Date.now() - begun) / MINUTE), storage);
  vi.advanceTimersByTime(9 * MINUTE);
  stop();
  startSchedules([], () => {}, storage);
  expect(times).toEqual([13]);
  expect([...storage.collection("").entries()]).toEqual([]);
});
