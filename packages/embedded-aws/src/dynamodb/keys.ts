import { sortableBytes, sortableText } from "./compare.ts";
import { sortableNumber } from "./numbers.ts";
import type { Position } from "./sorted.ts";
import type { AttributeValue } from "./values.ts";

/** The types that a key may have. */
export type KeyType = "S" | "N" | "B";

/** An attribute of a key. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** The attributes of a table's or an index's key. */
export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range: KeyAttribute | undefined;
}

/** A key's value as a text in the order of its type; undefined for a value of another type. */
export function sortableKey(type: KeyType, value: AttributeValue): string | undefined {
  if (type === "S") return "S" in value ? sortableText(value.S) : undefined;
  if (type === "N") return "N" in value ? sortableNumber(value.N) : undefined;
  return "B" in value ? sortableBytes(value.B) : undefined;
}

/** Where a key stands. `partition` and `sort` are sortable keys; `tie` tells items of an index apart. */
export function positionOf(partition: string, sort: string, tie: string): Position {
  return { hash: hashOf(partition), partition, sort, tie };
}

/** A name for a position in a table, of no other one. */
export function nameOf({ partition, sort }: Position): string {
  return `${partition.length}:${partition}${sort}`;
}

/** The smallest text that is after all that begin with this one; undefined where there is none. */
export function afterPrefix(prefix: string): string | undefined {
  for (let end = prefix.length; end > 0; end--) {
    const unit = prefix.charCodeAt(end - 1);
    if (unit < 0xffff) return prefix.slice(0, end - 1) + String.fromCharCode(unit + 1);
  }
  return undefined;
}

/** How many hashes there are: small enough for V8 to keep one without a box. */
export const HASHES = 2 ** 31;

/** A hash of 31 bits, even enough for the segments of a scan: FNV-1a, its bits mixed at the end. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 1;
}
