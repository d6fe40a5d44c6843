import { comparisons, typeTests } from "./comparisons.ts";
import { StatesError } from "./failure.ts";
import { DefinitionError, Fields, show } from "./fields.ts";
import type { Json } from "./json.ts";
import { type DataScope, type Path, readPath } from "./path.ts";

/** Whether a choice rule holds. Throws a StatesError (States.Runtime) for a variable that is not there. */
export type Condition = (scope: DataScope) => boolean;

/** A rule of a Choice state and where it leads. */
export interface ChoiceRule {
  readonly holds: Condition;
  readonly next: string;
}

/** Reads one of a Choice state's rules. */
export function parseChoiceRule(value: Json, path: string): ChoiceRule {
  const fields = new Fields(value, path);
  const next = fields.string("Next");
  fields.take("Comment");
  return { next, holds: parseCondition(fields) };
}

function parseCondition(fields: Fields): Condition {
  for (const name of ["And", "Or", "Not"] as const) {
    if (!fields.has(name)) continue;
    const condition = parseJunction(name, fields);
    fields.done(`a ${name} rule`);
    return condition;
  }
  const variable = fields.optionalPath("Variable") ?? undefined;
  if (variable === undefined) throw fields.fault("Variable", "the field is missing");
  const [operator, ...others] = fields.rest;
  if (operator === undefined) throw new DefinitionError(fields.path, "the rule has no comparison");
  if (others.length > 0) throw new DefinitionError(fields.path, `the rule has ${others.length + 1} comparisons`);
  return parseComparison(operator, variable, fields);
}

function parseJunction(name: "And" | "Or" | "Not", fields: Fields): Condition {
  if (name === "Not") {
    const condition = parseNested(fields.take("Not"), fields.at("Not"));
    return (scope) => !condition(scope);
  }
  const conditions = fields.list(name).map((item, index) => parseNested(item, `${fields.at(name)}/${index}`));
  return name === "And"
    ? (scope) => conditions.every((condition) => condition(scope))
    : (scope) => conditions.some((condition) => condition(scope));
}

function parseNested(value: Json | undefined, path: string): Condition {
  const fields = new Fields(value, path);
  if (fields.has("Next")) throw fields.fault("Next", "only the outermost rule has Next");
  fields.take("Comment");
  return parseCondition(fields);
}

function parseComparison(operator: string, variable: Path, fields: Fields): Condition {
  if (operator === "IsPresent") {
    const expected = wanted(operator, fields);
    return (scope) => (readPath(variable, scope) !== undefined) === expected;
  }
  const test = typeTests.get(operator);
  if (test !== undefined) {
    const expected = wanted(operator, fields);
    return (scope) => test(read(variable, scope)) === expected;
  }
  const comparison = comparisons.get(operator);
  if (comparison !== undefined) {
    const operand = fields.take(operator);
    if (operand === undefined || !comparison.accepts(operand)) {
      throw fields.fault(operator, `expected ${comparison.takes}, got ${show(operand)}`);
    }
    return (scope) => comparison.compare(read(variable, scope), operand);
  }
  const byPath = operator.endsWith("Path") ? comparisons.get(operator.slice(0, -4)) : undefined;
  if (byPath === undefined || operator === "StringMatchesPath") {
    throw fields.fault(operator, `${operator} isn't a comparison that the embedded Step Functions serves`);
  }
  const other = fields.optionalPath(operator);
  if (other === null) throw fields.fault(operator, "expected a path");
  return (scope) => byPath.compare(read(variable, scope), read(other, scope));
}

function wanted(operator: string, fields: Fields): boolean {
  const expected = fields.take(operator);
  if (typeof expected !== "boolean") throw fields.fault(operator, `expected true or false, got ${show(expected)}`);
  return expected;
}

function read(path: Path, scope: DataScope): Json {
  const value = readPath(path, scope);
  if (value !== undefined) return value;
  throw new StatesError(
    "States.Runtime",
    `Invalid path '${path.text}': The choice state's condition path references an invalid value.`,
  );
}
