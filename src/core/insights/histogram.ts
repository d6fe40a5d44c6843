/**
 * Counts by name. Adding two name by name gives the counts of both together, in any order: that is what DynamoDB's ADD
 * does.
 */
export type Counters = Readonly<Record<string, number>>;

/** Buckets that grow by a constant factor, so that every estimate is off by the same small part of itself. */
export interface Scale {
  /** What its counters are called: this and the bucket's number. */
  readonly prefix: string;
  /** Buckets of one doubling: 16 make an estimate right to 2.2%, 4 to 9.1%. */
  readonly perDoubling: number;
}

/** The doublings that are told apart, around 1: from a millisecond in seconds to 268 MB in bytes. */
const SMALLEST = -10;
const LARGEST = 28;

/** By what part of itself an estimate of `scale` may be off, within the range of its buckets. */
export function errorOf({ perDoubling }: Scale): number {
  return 2 ** (1 / (2 * perDoubling)) - 1;
}

/** The counter of the bucket that holds `value`; below the smallest and above the largest bucket it is that. */
export function bucketFor(scale: Scale, value: number): string {
  const { prefix, perDoubling } = scale;
  const exponent = Math.min(LARGEST, Math.max(SMALLEST, Math.log2(Math.max(value, 2 ** SMALLEST))));
  return `${prefix}${Math.ceil(exponent * perDoubling) - SMALLEST * perDoubling}`;
}

/**
 * The buckets of a scale that hold something, smallest first: the upper edge of each, which belongs to it, and its
 * count.
 */
export function bucketsOf(counters: Counters, { prefix, perDoubling }: Scale): { edge: number; count: number }[] {
  return Object.entries(counters)
    .filter(([name]) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map(([name, count]) => ({ index: Number(name.slice(prefix.length)), count }))
    .toSorted((a, b) => a.index - b.index)
    .map(({ index, count }) => ({ edge: 2 ** (index / perDoubling + SMALLEST), count }));
}

/**
 * What a part `q` (0 to 1) of all values is not above, by nearest rank; 1 gives the largest. Off by {@link errorOf} at
 * the most, for it is the middle of the value's bucket; null without values.
 */
export function quantile(counters: Counters, scale: Scale, q: number): number | null {
  const buckets = bucketsOf(counters, scale);
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let left = Math.max(1, Math.ceil(q * total));
  for (const { edge, count } of buckets) {
    left -= count;
    if (left <= 0) return significant(edge / (1 + errorOf(scale)));
  }
  return null;
}

/** Adds counters, name by name. */
export function addCounters(...all: readonly Counters[]): Counters {
  const sum: Record<string, number> = {};
  for (const counters of all)
    for (const [name, count] of Object.entries(counters)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

/** To three digits: more would pretend to know more than a bucket does. */
export function significant(value: number): number {
  return Number(value.toPrecision(3));
}
