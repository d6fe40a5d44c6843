import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Counters,
  addCounters,
  bucketFor,
  bucketsOf,
  errorOf,
  quantile,
} from "../../../../src/core/insights/histogram.ts";
import { PAYLOAD, RUNTIME, WAIT } from "../../../../src/core/insights/summary.ts";

const counters = fc.dictionary(fc.constantFrom("a", "b", "r1", "r22", "w3"), fc.integer({ min: 0, max: 1_000_000 }));
const countersOf = (values: readonly number[], scale = RUNTIME): Counters =>
  addCounters(...values.map((value) => ({ [bucketFor(scale, value)]: 1 })));
/** Within the range that buckets tell apart. */
const value = fc.double({ min: 0.001, max: 16_000_000, noNaN: true });
/** An estimate has three digits. */
const ROUNDING = 0.006;

/** The value of a list that a part of it is not above, by nearest rank. */
function exact(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1] ?? Number.NaN;
}

describe("adding counters", () => {
  it("gives the same in any order and grouping", () => {
    fc.assert(
      fc.property(counters, counters, counters, (a, b, c) => {
        expect(addCounters(a, addCounters(b, c))).toEqual(addCounters(addCounters(a, b), c));
        expect(addCounters(a, b)).toEqual(addCounters(b, a));
        expect(addCounters(a, {})).toEqual(a);
      }),
    );
  });

  it("of two sets of values gives the counters of both together", () => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (a, b) => {
        expect(addCounters(countersOf(a), countersOf(b))).toEqual(countersOf([...a, ...b]));
      }),
    );
  });
});

describe("a quantile", () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });

  it.each([
    ["runtimes", RUNTIME, 0.022],
    ["waits", WAIT, 0.091],
    ["payloads", PAYLOAD, 0.091],
  ])("of %s is off by the error of its scale at the most", (_, scale, error) => {
    expect(errorOf(scale)).toBeLessThan(error);
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), part, (values, q) => {
        const estimate = quantile(countersOf(values, scale), scale, q) ?? Number.NaN;
        expect(Math.abs(estimate / exact(values, q) - 1)).toBeLessThanOrEqual(errorOf(scale) + ROUNDING);
      }),
    );
  });

  it("is not below one of a smaller part", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), part, part, (values, a, b) => {
        const of = (q: number): number => quantile(countersOf(values), RUNTIME, q) ?? Number.NaN;
        expect(of(Math.min(a, b))).toBeLessThanOrEqual(of(Math.max(a, b)));
      }),
    );
  });

  it("of nothing is not known", () => {
    expect(quantile({}, RUNTIME, 0.5)).toBeNull();
    expect(quantile({ retried: 3, replaced: 1 }, RUNTIME, 0.5)).toBeNull();
  });
});

describe("a bucket", () => {
  it("ends with its edge: powers of two are edges", () => {
    for (const scale of [RUNTIME, WAIT])
      for (const edge of [2 ** -10, 0.25, 1, 64, 1024])
        expect(bucketsOf({ [bucketFor(scale, edge)]: 1 }, scale)).toEqual([{ edge, count: 1 }]);
  });

  it("takes what is below the smallest or above the largest, so that an item has some hundred at the most", () => {
    expect(bucketFor(RUNTIME, 0)).toBe("r0");
    expect(bucketFor(RUNTIME, -1)).toBe("r0");
    expect(bucketFor(WAIT, Number.POSITIVE_INFINITY)).toBe("w152");
  });
});
