import { compareNumbers } from "./numbers.ts";
import { type AttributeValue, attribute, membersOf, typeOf } from "./values.ts";

/** Whether two values are the same: of one type, sets in any order. */
export function equal(a: AttributeValue, b: AttributeValue): boolean {
  if (a === b) return true;
  if ("S" in a) return "S" in b && a.S === b.S;
  if ("N" in a) return "N" in b && a.N === b.N;
  if ("BOOL" in a) return "BOOL" in b && a.BOOL === b.BOOL;
  if ("NULL" in a) return "NULL" in b;
  if ("B" in a) return "B" in b && a.B === b.B;
  if ("L" in a) {
    return "L" in b && a.L.length === b.L.length && a.L.every((member, i) => same(member, b.L[i]));
  }
  if ("M" in a) {
    if (!("M" in b)) return false;
    const names = Object.keys(a.M);
    if (names.length !== Object.keys(b.M).length) return false;
    return names.every((name) => same(attribute(a.M, name), attribute(b.M, name)));
  }
  return typeOf(a) === typeOf(b) && sameMembers(membersOf(a) ?? [], membersOf(b) ?? []);
}

/** Negative, zero or positive; undefined for types that have no order, or two types. */
export function compare(a: AttributeValue, b: AttributeValue): number | undefined {
  if ("N" in a) return "N" in b ? compareNumbers(a.N, b.N) : undefined;
  if ("S" in a) return "S" in b ? compareTexts(sortableText(a.S), sortableText(b.S)) : undefined;
  if ("B" in a) return "B" in b ? compareTexts(sortableBytes(a.B), sortableBytes(b.B)) : undefined;
  return undefined;
}

/** The order by UTF-16 units. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A text whose order by UTF-16 units is the order of the given one by UTF-8 bytes, which DynamoDB sorts by:
 * surrogates, which stand for
 * what comes last in UTF-8, move above the units after them.
 */
export function sortableText(text: string): string {
  return /[\uD800-\uFFFF]/.test(text) ? text.replace(/[\uD800-\uFFFF]/g, moved) : text;
}

/** Bytes as a text whose order by UTF-16 units is the order of the bytes. */
export function sortableBytes(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}

function moved(unit: string): string {
  const code = unit.charCodeAt(0);
  return String.fromCharCode(code >= 0xe000 ? code - 0x800 : code + 0x2000);
}

function same(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return a !== undefined && b !== undefined && equal(a, b);
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  const members = new Set(a);
  return b.every((member) => members.has(member));
}
