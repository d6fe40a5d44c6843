import type { Entry } from "./secondary-index.ts";
import { attribute } from "./values.ts";

/** Seconds that are looked at together. */
const BUCKET = 20;

/** What is longer past than this is not deleted: AWS takes it for a mistake. Five years, in seconds. */
const TOO_OLD = 5 * 365 * 24 * 3_600;

/** The items that have an end, by the time of it: finding those that are over looks at no others. */
export class ExpiryList {
  readonly #buckets = new Map<number, Set<Entry>>();
  readonly #name: string;

  /** @param name the attribute that holds the second of the end, since 1970 */
  constructor(name: string) {
    this.#name = name;
  }

  add(entry: Entry): void {
    const bucket = this.#bucketOf(entry);
    if (bucket === undefined) return;
    const entries = this.#buckets.get(bucket);
    if (entries === undefined) this.#buckets.set(bucket, new Set([entry]));
    else entries.add(entry);
  }

  /** Takes an entry out, whose item is still what it was when it was added. */
  remove(entry: Entry): void {
    const bucket = this.#bucketOf(entry);
    const entries = bucket === undefined ? undefined : this.#buckets.get(bucket);
    if (bucket === undefined || entries === undefined) return;
    entries.delete(entry);
    if (entries.size === 0) this.#buckets.delete(bucket);
  }

  /** Entries that were over at `now`, in seconds since 1970; `limit` at the most. */
  over(now: number, limit: number): readonly Entry[] {
    const found: Entry[] = [];
    for (const [bucket, entries] of this.#buckets) {
      if (bucket * BUCKET > now) continue;
      for (const entry of entries) {
        const end = this.#endOf(entry) ?? now;
        if (end >= now || end < now - TOO_OLD) continue;
        found.push(entry);
        if (found.length >= limit) return found;
      }
    }
    return found;
  }

  #bucketOf(entry: Entry): number | undefined {
    const end = this.#endOf(entry);
    return end === undefined ? undefined : Math.floor(end / BUCKET);
  }

  #endOf({ item }: Entry): number | undefined {
    const value = attribute(item, this.#name);
    return value !== undefined && "N" in value ? Number(value.N) : undefined;
  }
}
