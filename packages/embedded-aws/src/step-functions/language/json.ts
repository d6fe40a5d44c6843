/** A JSON value. State data is never changed in place: what a state adds goes into copies, so values may be shared. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Step Functions takes 256 KiB of UTF-8 as the input or output of a task, state or execution. */
export const MAX_DATA_BYTES = 262_144;

const knownBytes = new WeakMap<object, number>();

/** From this many bytes on a value's parts are measured too, so that a value made of them need not be written out. */
const LARGE_BYTES = 4096;

/** Above this many fields or items, writing a value out is cheaper than adding its parts up. */
const MAX_PARTS = 64;

/**
 * The bytes of a value's JSON text in UTF-8. Objects are measured once; one that has a large object again costs next to
 * nothing.
 */
export function jsonBytes(value: Json): number {
  if (typeof value !== "object" || value === null) return Buffer.byteLength(JSON.stringify(value));
  const known = knownBytes.get(value);
  if (known !== undefined) return known;
  const names = Object.keys(value);
  const parts: readonly Json[] = names.length > MAX_PARTS ? [] : Object.values(value);
  const bytes = parts.some(isKnownLarge) ? sumOf(value, names, parts) : Buffer.byteLength(JSON.stringify(value));
  knownBytes.set(value, bytes);
  if (bytes >= LARGE_BYTES) for (const part of parts) if (typeof part === "object") jsonBytes(part);
  return bytes;
}

function isKnownLarge(value: Json): boolean {
  return typeof value === "object" && value !== null && (knownBytes.get(value) ?? 0) >= LARGE_BYTES;
}

function sumOf(value: object, names: readonly string[], parts: readonly Json[]): number {
  // Two brackets, and a comma between any two parts.
  let bytes = 2 + Math.max(0, parts.length - 1);
  for (const part of parts) bytes += jsonBytes(part);
  if (Array.isArray(value)) return bytes;
  for (const name of names) bytes += Buffer.byteLength(JSON.stringify(name)) + 1;
  return bytes;
}

/** Whether a value is a JSON object, not a list. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a list. */
export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value of a JSON text; undefined if it is none. */
export function parseJsonText(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
