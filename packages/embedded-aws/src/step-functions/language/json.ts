/** A JSON value. State data is never changed in place: what a state adds goes into copies, so values may be shared. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Step Functions takes 256 KiB of UTF-8 as the input or output of a task, state or execution. */
export const MAX_DATA_BYTES = 262_144;

const knownBytes = new WeakMap<object, number>();

/** The bytes of a value's JSON text in UTF-8. Objects are measured once. */
export function jsonBytes(value: Json): number {
  if (typeof value !== "object" || value === null) return Buffer.byteLength(JSON.stringify(value));
  const known = knownBytes.get(value);
  if (known !== undefined) return known;
  const bytes = Buffer.byteLength(JSON.stringify(value));
  knownBytes.set(value, bytes);
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
