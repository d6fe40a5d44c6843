import { StatesError } from "./failure.ts";
import { isJsonArray, type Json, parseJsonText } from "./json.ts";

/** What intrinsic functions need from outside. */
export interface IntrinsicSources {
  readonly uuid: () => string;
}

type Intrinsic = (values: readonly Json[], sources: IntrinsicSources) => Json;

interface IntrinsicFunction {
  /** How many arguments it takes; null for any number. */
  readonly arity: number | null;
  readonly call: Intrinsic;
}

/** The intrinsic functions that are served, by name. */
export const intrinsics: ReadonlyMap<string, IntrinsicFunction> = new Map<string, IntrinsicFunction>([
  ["States.Format", { arity: null, call: format }],
  ["States.StringToJson", { arity: 1, call: stringToJson }],
  ["States.JsonToString", { arity: 1, call: ([value = null]) => JSON.stringify(value) }],
  ["States.Array", { arity: null, call: (values) => values }],
  ["States.ArrayLength", { arity: 1, call: arrayLength }],
  ["States.MathAdd", { arity: 2, call: mathAdd }],
  ["States.UUID", { arity: 0, call: (_values, sources) => sources.uuid() }],
]);

/** Fills `{}` in the first argument with the others; `\{`, `\}` and `\\` stand for themselves. */
function format(values: readonly Json[]): Json {
  const [template, ...rest] = values;
  if (typeof template !== "string") throw refuse("States.Format", "its first argument must be a string");
  let used = 0;
  const text = template.replaceAll(/\\(?<kept>[{}\\])|\{\}/gu, (match, kept: string | undefined) => {
    if (kept !== undefined) return kept;
    const value = rest[used];
    used += 1;
    if (value === undefined) return match;
    return typeof value === "string" ? value : JSON.stringify(value);
  });
  if (used !== rest.length) throw refuse("States.Format", `it has ${used} placeholders for ${rest.length} values`);
  return text;
}

function stringToJson([text]: readonly Json[]): Json {
  const value = typeof text === "string" ? parseJsonText(text) : undefined;
  if (value === undefined) throw refuse("States.StringToJson", `${JSON.stringify(text)} isn't a string of JSON`);
  return value;
}

function arrayLength([list]: readonly Json[]): Json {
  if (!isJsonArray(list)) throw refuse("States.ArrayLength", `${JSON.stringify(list)} isn't an array`);
  return list.length;
}

/** AWS: both are integers of 32 bits; fractions are rounded. */
function mathAdd(values: readonly Json[]): Json {
  const [left, right] = values.map((value) => (typeof value === "number" ? Math.round(value) : Number.NaN));
  const sum = (left ?? Number.NaN) + (right ?? Number.NaN);
  const fits = [left, right, sum].every((value) => value !== undefined && Math.abs(value) <= 2_147_483_648);
  if (!fits) throw refuse("States.MathAdd", `it takes two integers of 32 bits, and got ${JSON.stringify(values)}`);
  return sum;
}

function refuse(name: string, reason: string): StatesError {
  return new StatesError("States.IntrinsicFailure", `The function ${name} failed: ${reason}.`);
}
