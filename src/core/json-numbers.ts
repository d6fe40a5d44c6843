import type { Fault } from "./faults.ts";
import { pointer } from "./json.ts";

/** What a text must have for a number to be at fault: an exponent, or 16 digits in a row. Most texts have neither. */
const SUSPICIOUS = /\d[eE]|\d{16}/;

/**
 * A string, a number, or a mark of structure, at the place where the last match ended; white space and words are
 * stepped over.
 */
const TOKEN = /[\s]+|true|false|null|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|([[\]{},:])/gy;

/** A list or an object that the scan is in. */
interface Container {
  readonly isList: boolean;
  /** The place of the value that comes next. */
  place: PropertyKey;
  /** Whether the next string is a key. */
  atKey: boolean;
}

/**
 * The numbers in a JSON text that would not be what they say: above what a double holds (`1e400`), or integers that it
 * rounds (`9007199254740993`). @param text valid JSON.
 */
export function numberFaults(text: string): Fault[] {
  if (!SUSPICIOUS.test(text)) return [];
  const faults: Fault[] = [];
  const containers: Container[] = [];
  for (const [, string, number, mark] of text.matchAll(TOKEN)) {
    const inside = containers.at(-1);
    if (string !== undefined && inside?.atKey === true) inside.place = String(JSON.parse(string));
    const why = number === undefined ? null : faultOf(number);
    if (why !== null) faults.push({ path: pointer(containers.map(({ place }) => place)), message: why });
    if (mark !== undefined) step(containers, mark);
  }
  return faults;
}

function step(containers: Container[], mark: string): void {
  const inside = containers.at(-1);
  if (mark === "[") containers.push({ isList: true, place: 0, atKey: false });
  else if (mark === "{") containers.push({ isList: false, place: "", atKey: true });
  else if (mark === "]" || mark === "}") containers.pop();
  else if (inside !== undefined) {
    if (inside.isList) inside.place = Number(inside.place) + 1;
    else inside.atKey = mark === ",";
  }
}

function faultOf(number: string): string | null {
  const value = Number(number);
  if (!Number.isFinite(value)) return `is ${shown(number)}, which is above what a number of JSON can carry`;
  // Written out again it must be the same: as an integer, or to the letter, as JavaScript writes large doubles.
  const isRounded = /^-?\d{16,}$/.test(number) && String(value) !== number && BigInt(number) !== BigInt(value);
  return isRounded ? `is ${shown(number)}, an integer that would be rounded; send it as a string` : null;
}

function shown(number: string): string {
  return number.length <= 40 ? number : `${number.slice(0, 40)}…`;
}
