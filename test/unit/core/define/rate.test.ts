import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DefinitionError } from "../../../../src/core/errors.ts";
import { intervalOf, reserve, stillCounts } from "../../../../src/core/define/rate.ts";

const NOW = Date.parse("2026-11-22T10:00:00Z");

describe("a rate limit", () => {
  it.each([
    ["10/s", 100],
    ["100/m", 600],
    ["1000/h", 3_600],
    ["0.5/s", 2_000],
    [4, 250],
    [0.1, 10_000],
    ["1000/s", 1],
    ["3/s", 333.334],
  ])("%s leaves %d ms between two starts", (limit, interval) => {
    expect(intervalOf(limit)).toBe(interval);
  });

  it.each(["10", "10/d", "0/s", "-1/s", "ten/s", "10 / s", "1001/s", 0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "is not %j, and the error says what it may be",
    (limit) => {
      expect(() => intervalOf(limit)).toThrow(DefinitionError);
      expect(() => intervalOf(limit)).toThrow(/such as "10\/s", "100\/m" or "1000\/h", above 0 and up to 1000\/s/);
    },
  );
});

/** The starts that tasks get which ask at these times, in milliseconds from NOW. */
function startsOf(times: readonly number[], interval: number): number[] {
  let next: number | null = null;
  return times.map((time) => {
    const reservation = reserve(next, NOW + time, interval);
    next = reservation.next;
    return reservation.start - NOW;
  });
}

/** Milliseconds: doubles are this exact in our time. */
const ROUNDING = 0.1;

describe("reserved starts", () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 200 });
  const interval = fc.double({ min: 1, max: 10_000, noNaN: true });

  it("are never more in any window than its length allows, and one, though workers' clocks differ", () => {
    fc.assert(
      fc.property(arrivals, interval, (times, ms) => {
        const starts = startsOf(times, ms);
        const broken = starts.flatMap((from, first) =>
          starts.slice(first).filter((until, more) => more > (until - from + ROUNDING) / ms),
        );
        expect(broken).toEqual([]);
      }),
    );
  });

  it("are never before the task asks, and at once where nobody waits", () => {
    fc.assert(
      fc.property(arrivals, interval, (times, ms) => {
        const sorted = times.toSorted((a, b) => a - b);
        const starts = startsOf(sorted, ms);
        for (const [index, start] of starts.entries()) {
          const before = index === 0 ? Number.NEGATIVE_INFINITY : (starts[index - 1] ?? 0) + ms;
          expect(start).toBeCloseTo(Math.max(sorted[index] ?? 0, before), 3);
        }
      }),
    );
  });

  it("are not saved up while nobody asks", () => {
    expect(startsOf([0, 60_000, 60_000, 60_000], 100)).toEqual([0, 60_000, 60_100, 60_200]);
  });

  it("count when they are missed by a little, and by twice as much each time that one was missed", () => {
    const slot = { at: NOW, taken: 1 };
    expect(stillCounts(slot, NOW - 10)).toBe(true);
    expect(stillCounts(slot, NOW + 5_000)).toBe(true);
    expect(stillCounts(slot, NOW + 5_001)).toBe(false);
    expect(stillCounts({ at: NOW, taken: 4 }, NOW + 40_000)).toBe(true);
  });
});
