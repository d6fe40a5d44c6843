import { InvalidResult } from "./errors.ts";

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The JSON text of a task's result; `undefined` is null, as a Python function without a return gives None.
 * @throws InvalidResult where JSON cannot say it: NaN, infinities, functions, symbols, BigInts, cycles.
 */
export function resultToJson(value: unknown): string {
  if (value === undefined) return "null";
  try {
    return JSON.stringify(value, refuseUnspeakable);
  } catch (cause) {
    if (cause instanceof InvalidResult) throw cause;
    throw new InvalidResult(
      `The result cannot be written as JSON: ${cause instanceof Error ? cause.message : "unknown reason"}.`,
    );
  }
}

function refuseUnspeakable(key: string, value: unknown): unknown {
  const where = key === "" ? "The result" : `The result's "${key}"`;
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new InvalidResult(`${where} is ${value}, which JSON cannot say. Return null or a string instead.`);
  }
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
    throw new InvalidResult(`${where} is a ${typeof value}, which JSON cannot say. Return plain data.`);
  }
  return value;
}

/** Whether no array or object of `value` lies deeper than `max` levels. Iterative: the input may be hostile. */
export function isWithinDepth(value: unknown, max: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > max) return false;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return true;
}

/** A JSON Pointer (RFC 6901) to `path`. */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
