/**
 * Values by key, and their keys in the order of S3's listings, which is that of their UTF-8 bytes. Putting and removing
 * cost nothing for the order: what was added since the last listing is sorted and merged at the next one.
 */
export class KeyIndex<T> {
  readonly #values = new Map<string, T>();
  #sorted: string[] = [];
  #added: string[] = [];
  /** Removed keys that are still in `#sorted`. */
  #stale = 0;

  get size(): number {
    return this.#values.size;
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  values(): IterableIterator<T> {
    return this.#values.values();
  }

  set(key: string, value: T): void {
    if (!this.#values.has(key)) this.#added.push(key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#stale++;
  }

  /**
   * The first key that is `key` or behind it, and those that follow, as long as the caller goes on; `skipTo` jumps
   * ahead.
   */
  from(key: string): KeyCursor {
    this.#merge();
    const sorted = this.#sorted;
    let at = lowerBound(sorted, key, 0);
    return {
      next: () => {
        while (at < sorted.length) {
          const found = sorted[at++];
          if (found !== undefined && this.#values.has(found)) return found;
        }
        return null;
      },
      skipPrefix: (prefix) => {
        at = endOfPrefix(sorted, prefix, at);
      },
    };
  }

  #merge(): void {
    if (this.#added.length === 0 && this.#stale <= this.#sorted.length / 2) return;
    const added = this.#added.toSorted(compareKeys);
    const merged: string[] = [];
    let [left, right] = [0, 0];
    for (;;) {
      const [a, b] = [this.#sorted[left], added[right]];
      if (a === undefined && b === undefined) break;
      const first = b === undefined || (a !== undefined && compareKeys(a, b) <= 0);
      const key = first ? this.#sorted[left++] : added[right++];
      // A key that was removed and added again is in both.
      if (key !== undefined && key !== merged.at(-1) && this.#values.has(key)) merged.push(key);
    }
    [this.#sorted, this.#added, this.#stale] = [merged, [], 0];
  }
}

/** A place in the keys' order. Puts and removals do not move it. */
export interface KeyCursor {
  /** Null at the end. */
  readonly next: () => string | null;
  /** Jumps behind all keys that begin so. */
  readonly skipPrefix: (prefix: string) => void;
}

/** By UTF-8 bytes: UTF-16 has surrogates before U+E000 to U+FFFF, UTF-8 what they stand for behind. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}

function lowerBound(sorted: readonly string[], key: string, from: number): number {
  return firstWhere(sorted, from, (one) => compareKeys(one, key) >= 0);
}

function endOfPrefix(sorted: readonly string[], prefix: string, from: number): number {
  return firstWhere(sorted, from, (one) => !one.startsWith(prefix) && compareKeys(one, prefix) > 0);
}

function firstWhere(sorted: readonly string[], from: number, holds: (key: string) => boolean): number {
  let [low, high] = [from, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle] ?? "")) high = middle;
    else low = middle + 1;
  }
  return low;
}
