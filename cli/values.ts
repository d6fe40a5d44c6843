import { InvalidArgumentError } from "commander";

/** An argument as a task gets it: JSON where it is JSON, else the text itself. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A JSON object. @throws InvalidArgumentError */
export function jsonObject(text: string): Record<string, unknown> {
  const value = jsonOrText(text);
  if (isObject(value)) return value;
  throw new InvalidArgumentError(`Expected a JSON object such as '{"z": 3}'.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Seconds, or `10s`, `5m`, `2h`, `1d`. @throws InvalidArgumentError */
export function seconds(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text) ?? [];
  if (amount === undefined)
    throw new InvalidArgumentError("Expected seconds, or a duration such as 10s, 5m, 2h or 1d.");
  return Number(amount) * (UNITS[unit ?? ""] ?? 1);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * A time, or how long ago: `2026-11-22T15:00:00Z`, `2026-11-22`, `2h`.
 * @returns RFC 3339.
 * @throws InvalidArgumentError
 */
export function moment(text: string, now: number = Date.now()): string {
  if (/^\d+(\.\d+)?[smhd]?$/.test(text)) return new Date(now - seconds(text) * 1000).toISOString();
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new InvalidArgumentError("Expected a time such as 2026-11-22T15:00:00Z, or how long ago: 10m, 2h, 1d.");
}

/** A number above 0, such as 1000000, 1e6 or 0.5. @throws InvalidArgumentError */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Expected a number above 0.");
}

/** A whole number from 1. @throws InvalidArgumentError */
export function whole(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1) return value;
  throw new InvalidArgumentError("Expected a whole number from 1.");
}

/** A whole number from 0. @throws InvalidArgumentError */
export function wholeOrNone(text: string): number {
  return /^0+$/.test(text) ? 0 : whole(text);
}

/** Adds `NAME=VALUE` to the pairs before it. @throws InvalidArgumentError */
export function pair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected NAME=VALUE.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** A node from the command line: `math.add 1 2`, as one argument, or a node in JSON. @throws InvalidArgumentError */
export function nodeOf(text: string): Record<string, unknown> {
  if (text.trimStart().startsWith("{")) return jsonObject(text);
  const [task, ...args] = words(text);
  if (task === undefined) throw new InvalidArgumentError(`Expected a task with its arguments, such as "math.add 1 2".`);
  return { task, args: args.map(jsonOrText) };
}

/** Splits at blanks outside of JSON's strings, lists and objects. */
function words(text: string): string[] {
  const found: string[] = [];
  let word = "";
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (quoted && char === "\\") {
      word += char + (text[at + 1] ?? "");
      at += 1;
      continue;
    }
    if (char === '"') quoted = !quoted;
    if (!quoted) depth += "[{".includes(char) ? 1 : "]}".includes(char) ? -1 : 0;
    if (!quoted && depth <= 0 && /\s/.test(char)) {
      if (word !== "") found.push(word);
      word = "";
    } else word += char;
  }
  return word === "" ? found : [...found, word];
}
