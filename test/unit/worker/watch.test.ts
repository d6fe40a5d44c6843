import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchForStop } from "../../../src/worker/watch.ts";

describe("the watch over an attempt", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** The seconds at which a watch looks, up to a number of them. */
  const looksWithin = async (seconds: number, look: (times: number) => Promise<boolean>): Promise<number[]> => {
    const start = Date.now();
    const looks: number[] = [];
    const watch = watchForStop(() => {
      looks.push((Date.now() - start) / 1000);
      return look(looks.length);
    });
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    watch.close();
    return looks;
  };

  it("looks first after 2 s, so that a short task pays nothing, and then ever more seldom, but every 10 s at least", async () => {
    const looks = await looksWithin(120, async () => false);
    expect(looks.slice(0, 3)).toEqual([2, 5, 9.5]);
    const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(Math.max(...pauses)).toBe(10);
    expect(await looksWithin(1.9, async () => false)).toEqual([]);
  });

  it("aborts at the look that finds the attempt to be stopped, and looks no more", async () => {
    const watch = watchForStop(async () => true);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(watch.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(watch.signal.aborted).toBe(true);
    expect(await looksWithin(60, async (times) => times === 2)).toEqual([2, 5]);
  });

  it("goes on after a look that failed", async () => {
    expect(await looksWithin(6, () => Promise.reject(new Error("throttled")))).toEqual([2, 5]);
  });

  it("does not abort once it is closed, though a look is under way", async () => {
    const answer = Promise.withResolvers<boolean>();
    const watch = watchForStop(() => answer.promise);
    await vi.advanceTimersByTimeAsync(2_000);
    watch.close();
    answer.resolve(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(watch.signal.aborted).toBe(false);
  });
});
