import type { Fault } from "./faults.ts";
import { pointer } from "./json.ts";
import { isPlain, kindOf, lostKind } from "./lost-kinds.ts";
import { isPlainData } from "./plain-data.ts";

/** Faults that are told: of a list of a million functions the first ten say enough. */
const MAX_FAULTS = 10;
/** Levels of nesting: far above any use, and far below what overflows the stack of what reads it. */
const MAX_LEVELS = 1_000;
/** Characters of the text: far above any limit of a payload, and far below what a process has memory for. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** Characters of a place or a reason: a key may be as long as it likes. */
const MAX_SHOWN = 200;

/** JSON text, or each place where JSON would say something else than the value, ten at the most. */
export type WrittenJson =
  | { readonly json: string; readonly faults: readonly []; readonly isTooLong: false }
  | { readonly json: null; readonly faults: readonly Fault[]; readonly isTooLong: boolean };

/**
 * Writes a value as JSON, as `JSON.stringify` does, but loses nothing in silence: NaN, functions, symbols and BigInts
 * are faults at their places, and so are objects of which JSON would keep nothing (a Map, a Set, an Error, a Response, a
 * promise, a generator), cycles, and what throws when it is read. What has a `toJSON` says itself what it is. Undefined
 * is left out of objects, and null elsewhere. Nothing is thrown.
 */
export function writeJson(value: unknown): WrittenJson {
  // Four times as fast, and what nearly all values are.
  if (isPlainData(value)) return { json: JSON.stringify(value) ?? "null", faults: [], isTooLong: false };
  const writer = new Writer();
  const json = writer.whole(value);
  const { faults, isTooLong } = writer;
  return faults.length === 0 ? { json, faults: [], isTooLong: false } : { json: null, faults, isTooLong };
}

/** There is no use in going on. */
class Stop extends Error {}

class Writer {
  readonly faults: Fault[] = [];
  isTooLong = false;
  readonly #path: PropertyKey[] = [];
  /** What the value that is written lies in. */
  readonly #around = new Set<object>();
  #characters = 0;

  whole(value: unknown): string {
    try {
      return this.#value(value, "") ?? "null";
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      return "null";
    }
  }

  /** The text, or undefined where there is none. */
  #value(value: unknown, key: string | number): string | undefined {
    switch (typeof value) {
      case "string":
        return this.#text(JSON.stringify(value));
      case "number":
        return Number.isFinite(value) ? this.#text(String(value)) : this.#fault(unsaid(value));
      case "boolean":
        return this.#text(String(value));
      case "undefined":
        return undefined;
      case "symbol":
        return this.#fault("is a symbol, which JSON cannot say");
      case "bigint":
      case "function":
        return this.#holder(value, key);
      case "object":
        return value === null ? this.#text("null") : this.#holder(value, key);
    }
  }

  /** An object, a function or a BigInt: it may say itself what it is. */
  #holder(value: object | bigint, key: string | number): string | undefined {
    try {
      const said = standIn(value, String(key));
      if (said !== value && typeof said !== "object") return this.#value(said, key);
      if (typeof said !== "object") return this.#fault(`is a ${typeof value}, which JSON cannot say`);
      return said === null ? this.#text("null") : this.#object(said);
    } catch (error) {
      if (error instanceof Stop) throw error;
      return this.#fault(`cannot be read: ${messageOf(error)}`);
    }
  }

  #object(value: object): string {
    if (this.#around.has(value)) return this.#fault("holds itself, which JSON cannot say");
    if (this.#around.size >= MAX_LEVELS) return this.#fault(`is nested more than ${MAX_LEVELS} levels deep`);
    const lost = lostKind(value);
    if (lost !== null) return this.#fault(lost);
    this.#around.add(value);
    this.#path.push("");
    try {
      return Array.isArray(value) ? this.#list(value) : this.#entries(value);
    } finally {
      this.#path.pop();
      this.#around.delete(value);
    }
  }

  #list(list: readonly unknown[]): string {
    // Each item is a character and a comma at least: a list of holes may have billions.
    if (list.length * 2 > MAX_CHARACTERS) return this.#tooLong();
    let text = "";
    for (let index = 0; index < list.length; index += 1) {
      this.#path[this.#path.length - 1] = index;
      text += `${index === 0 ? "" : ","}${this.#member(list, index) ?? this.#text("null")}`;
    }
    return `[${text}]`;
  }

  #entries(object: object): string {
    let text = "";
    for (const key of Object.keys(object)) {
      this.#path[this.#path.length - 1] = key;
      const member = this.#member(object, key);
      if (member !== undefined) text += `${text === "" ? "" : ","}${this.#text(JSON.stringify(key))}:${member}`;
    }
    return `{${text}}`;
  }

  #member(holder: object, key: string | number): string | undefined {
    let value: unknown;
    try {
      value = Reflect.get(holder, key);
    } catch (error) {
      return this.#fault(`cannot be read: ${messageOf(error)}`);
    }
    return this.#value(value, key);
  }

  #text(text: string): string {
    // A comma or a bracket goes with it.
    this.#characters += text.length + 1;
    return this.#characters <= MAX_CHARACTERS ? text : this.#tooLong();
  }

  #tooLong(): never {
    this.isTooLong = true;
    this.#path.length = 0;
    this.#fault(`is more than ${MAX_CHARACTERS} characters of JSON`);
    throw new Stop();
  }

  #fault(message: string): string {
    this.faults.push({ path: pointer(this.#path).slice(0, MAX_SHOWN), message });
    if (this.faults.length >= MAX_FAULTS) throw new Stop();
    return "null";
  }
}

/** What JSON says in the place of a value: what its `toJSON` gives, and a primitive for its object. */
function standIn(value: object | bigint, key: string): unknown {
  if (value instanceof Date && Number.isNaN(value.getTime())) return Number.NaN;
  const toJson: unknown = Reflect.get(Object(value), "toJSON");
  const said: unknown = typeof toJson === "function" ? Reflect.apply(toJson, value, [key]) : value;
  return isBoxed(said) ? said.valueOf() : said;
}

/** Whether it is an object that stands for a primitive, as `new Number(1)` is. */
function isBoxed(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isPlain(value)) return false;
  return /^\[object (Number|String|Boolean|BigInt)\]$/.test(Object.prototype.toString.call(value));
}

function unsaid(value: number): string {
  return `is ${value}, which JSON cannot say; null or a string can stand for it`;
}

function messageOf(error: unknown): string {
  try {
    const message: unknown = Reflect.get(Object(error), "message");
    return typeof message === "string" ? message.slice(0, MAX_SHOWN) : `a ${kindOf(Object(error))} is thrown`;
  } catch {
    return "it throws";
  }
}
