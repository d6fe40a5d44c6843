import { checkBounds } from "./condition.ts";
import type { Compiling } from "./operands.ts";
import { bindPath } from "./paths.ts";
import type { Condition, Operand } from "./syntax.ts";
import { wrong } from "./tokens.ts";

/** What a key condition says of one attribute: the values are placeholders. */
export interface KeyCondition {
  readonly name: string;
  readonly operator: "=" | "<" | "<=" | ">" | ">=" | "between" | "begins_with";
  readonly values: readonly string[];
}

/** What a key condition says, by attribute. */
export type KeyConditions = readonly KeyCondition[];

const MIRRORED = { "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

/** Takes a key condition apart. @throws ServiceError for what no key condition may be */
export function compileKeyCondition(condition: Condition, context: Compiling): KeyConditions {
  const found: KeyCondition[] = [];
  collect(condition, context, found);
  const names = new Set(found.map(({ name }) => name));
  if (names.size < found.length) {
    throw wrong(context.where, "KeyConditionExpressions must only contain one condition per key");
  }
  return found;
}

function collect(condition: Condition, context: Compiling, found: KeyCondition[]): void {
  const { where } = context;
  switch (condition.kind) {
    case "and":
      collect(condition.left, context, found);
      collect(condition.right, context, found);
      return;
    case "compare": {
      const { operator, left, right } = condition;
      if (operator === "<>") throw unsupported(context, "<>");
      if (left.kind === "value") {
        found.push({ name: keyName(right, context), operator: MIRRORED[operator], values: [left.name] });
      } else found.push({ name: keyName(left, context), operator, values: [given(right, context)] });
      return;
    }
    case "between": {
      const values = [given(condition.low, context), given(condition.high, context)] as const;
      checkBounds(values[0], values[1], context);
      found.push({ name: keyName(condition.operand, context), operator: "between", values });
      return;
    }
    case "test": {
      const { name, args } = condition;
      if (name !== "begins_with") throw unsupported(context, name);
      const [key, prefix] = args;
      if (key === undefined || prefix === undefined || args.length > 2) {
        const which = `operator or function: begins_with, number of operands: ${args.length}`;
        throw wrong(where, `Incorrect number of operands for operator or function; ${which}`);
      }
      found.push({ name: keyName(key, context), operator: "begins_with", values: [given(prefix, context)] });
      return;
    }
    case "or":
      throw unsupported(context, "OR");
    case "not":
      throw unsupported(context, "NOT");
    case "in":
      throw unsupported(context, "IN");
  }
}

function keyName(operand: Operand, { where, names }: Compiling): string {
  if (operand.kind !== "path")
    throw wrong(where, "Invalid condition in KeyConditionExpression: No key attribute specified");
  const path = bindPath(operand.path, names);
  if (path.length > 1) throw wrong(where, "KeyConditionExpressions cannot have conditions on nested attributes");
  return path[0];
}

function given(operand: Operand, { where }: Compiling): string {
  if (operand.kind === "value") return operand.name;
  if (operand.kind === "path") {
    throw wrong(where, "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition");
  }
  throw wrong(where, "Invalid operator used in KeyConditionExpression: size");
}

function unsupported({ where }: Compiling, operator: string): Error {
  return wrong(where, `Invalid operator used in KeyConditionExpression: ${operator}`);
}
