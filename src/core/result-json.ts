import { InvalidResult, ResultTooLarge } from "./errors.ts";
import { MAX_RESULT } from "./limits.ts";
import { writeJson } from "./write-json.ts";

/**
 * The JSON text of a task's result; `undefined` is null, as a Python function without a return gives None.
 * @throws InvalidResult where JSON cannot say it, with the places; ResultTooLarge above 5 MB.
 */
export function resultToJson(value: unknown): string {
  const { json, faults, isTooLong } = writeJson(value);
  if (isTooLong) throw new ResultTooLarge(null, MAX_RESULT);
  if (json === null) {
    const places = faults.map(({ path, message }) => `${path === "" ? "it" : path} ${message}`);
    throw new InvalidResult(`The result cannot be written as JSON: ${places.join("; ")}.`);
  }
  const bytes = new TextEncoder().encode(json).length;
  if (bytes > MAX_RESULT) throw new ResultTooLarge(bytes, MAX_RESULT);
  return json;
}
