import type { Json } from "./json.ts";
import { parseTimestamp } from "./timestamps.ts";

/** Compares a variable with the value that a rule gives. Values of the wrong type compare as false. */
export interface Comparison {
  readonly compare: (variable: Json, operand: Json) => boolean;
  /** What the rule's value must be, as an error message calls it. */
  readonly takes: string;
  readonly accepts: (operand: Json) => boolean;
}

type Order = (left: number | string, right: number | string) => boolean;

const ORDERS: Readonly<Record<string, Order>> = {
  Equals: (left, right) => left === right,
  LessThan: (left, right) => left < right,
  GreaterThan: (left, right) => left > right,
  LessThanEquals: (left, right) => left <= right,
  GreaterThanEquals: (left, right) => left >= right,
};

const isString = (value: Json): value is string => typeof value === "string";
const isNumber = (value: Json): value is number => typeof value === "number";
const isTimestamp = (value: Json): boolean => isString(value) && parseTimestamp(value) !== null;

function ordered(kind: string, order: Order): Comparison {
  if (kind === "Timestamp") {
    const compare = (variable: Json, operand: Json): boolean => {
      const left = isString(variable) ? parseTimestamp(variable) : null;
      const right = isString(operand) ? parseTimestamp(operand) : null;
      return left !== null && right !== null && order(left, right);
    };
    return { compare, takes: "a timestamp such as 2026-11-22T11:00:00Z", accepts: isTimestamp };
  }
  if (kind === "Numeric") {
    const compare = (variable: Json, operand: Json): boolean =>
      isNumber(variable) && isNumber(operand) && order(variable, operand);
    return { compare, takes: "a number", accepts: isNumber };
  }
  const compare = (variable: Json, operand: Json): boolean =>
    isString(variable) && isString(operand) && order(variable, operand);
  return { compare, takes: "a string", accepts: isString };
}

const isBoolean = (value: Json): boolean => typeof value === "boolean";

/** Operators that compare with a value, by name; all but StringMatches also exist with `Path` at the end. */
export const comparisons: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ...["String", "Numeric", "Timestamp"].flatMap((kind) =>
    Object.entries(ORDERS).map(([name, order]): [string, Comparison] => [`${kind}${name}`, ordered(kind, order)]),
  ),
  [
    "BooleanEquals",
    { compare: (left, right) => isBoolean(left) && left === right, takes: "true or false", accepts: isBoolean },
  ],
  ["StringMatches", { compare: matches, takes: "a pattern", accepts: isString }],
]);

/** Operators that ask what a variable is, by name; the rule says whether it has to be so or not. */
export const typeTests: ReadonlyMap<string, (variable: Json) => boolean> = new Map<string, (variable: Json) => boolean>(
  [
    ["IsNull", (variable) => variable === null],
    ["IsString", isString],
    ["IsNumeric", isNumber],
    ["IsBoolean", isBoolean],
    ["IsTimestamp", isTimestamp],
  ],
);

/** `*` stands for any text; `\*` for a star and `\\` for a backslash. Linear in the text for every pattern. */
function matches(variable: Json, pattern: Json): boolean {
  if (!isString(variable) || !isString(pattern)) return false;
  const parts = splitAtStars(pattern);
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (parts.length === 1) return variable === first;
  if (variable.length < first.length + last.length || !variable.startsWith(first) || !variable.endsWith(last))
    return false;
  let at = first.length;
  const end = variable.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = variable.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function splitAtStars(pattern: string): string[] {
  const parts = [""];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? "";
    const next = pattern[at + 1];
    if (character === "*") parts.push("");
    else if (character === "\\" && (next === "*" || next === "\\")) {
      parts[parts.length - 1] += next;
      at += 1;
    } else parts[parts.length - 1] += character;
  }
  return parts;
}
