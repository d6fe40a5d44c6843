import type { Stored } from "../../../src/storage/storage.ts";

/** The names of the collections that are written to. */
export const COLLECTIONS = ["orders", "notes"] as const;

/** One thing that a storage is told. */
export interface Operation {
  readonly collection: (typeof COLLECTIONS)[number];
  readonly key: string;
  /** Null removes. */
  readonly value: Stored | null;
}

/** The operation of this number: always the same, over 50 keys, sometimes large, sometimes a removal. */
export function operation(number: number): Operation {
  const chance = (number * 7919) % 1000;
  const text = `${number}:${"x".repeat(chance > 990 ? 100_000 : chance)}`;
  return {
    collection: chance % 3 === 0 ? "notes" : "orders",
    key: `key/${chance % 50}`,
    value: chance % 5 === 0 ? null : text,
  };
}

/** What the collections hold after the first so many operations, by collection and key. */
export function stateAfter(count: number): Map<string, Stored> {
  const state = new Map<string, Stored>();
  for (let number = 0; number < count; number += 1) {
    const { collection, key, value } = operation(number);
    if (value === null) state.delete(`${collection} ${key}`);
    else state.set(`${collection} ${key}`, value);
  }
  return state;
}
