import { compare, equal } from "../compare.ts";
import { type AttributeValue, type Item, typeOf } from "../values.ts";
import { type Compiling, type Getter, type Values, checkDistinct, checkTypes, compileOperand } from "./operands.ts";
import type { Comparator, Condition, Operand } from "./syntax.ts";
import { compileTest } from "./tests.ts";
import { wrong } from "./tokens.ts";

/** A condition, ready to be held against items. */
export type Predicate = (item: Item, values: Values) => boolean;

/** Types that have an order. */
const ORDERED = ["S", "N", "B"] as const;

/** Makes a function of a condition. @throws ServiceError for what is wrong whatever the values are */
export function compileCondition(condition: Condition, context: Compiling): Predicate {
  switch (condition.kind) {
    case "and": {
      const left = compileCondition(condition.left, context);
      const right = compileCondition(condition.right, context);
      return (item, values) => left(item, values) && right(item, values);
    }
    case "or": {
      const left = compileCondition(condition.left, context);
      const right = compileCondition(condition.right, context);
      return (item, values) => left(item, values) || right(item, values);
    }
    case "not": {
      const inner = compileCondition(condition.inner, context);
      return (item, values) => !inner(item, values);
    }
    case "compare":
      return compileComparison(condition.operator, condition.left, condition.right, context);
    case "between":
      return compileBetween(condition, context);
    case "in":
      return compileIn(condition.operand, condition.options, context);
    case "test":
      return compileTest(condition.name, condition.args, context);
  }
}

function compileComparison(operator: Comparator, one: Operand, two: Operand, context: Compiling): Predicate {
  const left = compileOperand(one, context);
  const right = compileOperand(two, context);
  checkDistinct(operator, one, [two], context);
  if (operator === "=") return (item, values) => same(left(item, values), right(item, values));
  if (operator === "<>") return (item, values) => !same(left(item, values), right(item, values));
  checkTypes(one, operator, ORDERED, context);
  checkTypes(two, operator, ORDERED, context);
  const holds = HOLDS[operator];
  return (item, values) => {
    const order = orderOf(left(item, values), right(item, values));
    return order !== undefined && holds(order);
  };
}

const HOLDS = {
  "<": (order: number) => order < 0,
  "<=": (order: number) => order <= 0,
  ">": (order: number) => order > 0,
  ">=": (order: number) => order >= 0,
} as const;

function compileBetween(condition: Condition & { readonly kind: "between" }, context: Compiling): Predicate {
  const [operand, low, high] = [condition.operand, condition.low, condition.high];
  checkDistinct("BETWEEN", operand, [low, high], context);
  const [value, from, to]: readonly Getter[] = [
    compileOperand(operand, context),
    compileOperand(low, context),
    compileOperand(high, context),
  ];
  for (const each of [operand, low, high]) checkTypes(each, "BETWEEN", ORDERED, context);
  if (low.kind === "value" && high.kind === "value") checkBounds(low.name, high.name, context);
  if (value === undefined || from === undefined || to === undefined) return () => false;
  return (item, values) => {
    const found = value(item, values);
    const above = orderOf(found, from(item, values));
    const below = orderOf(found, to(item, values));
    return above !== undefined && below !== undefined && above >= 0 && below <= 0;
  };
}

/** Has the two bounds of BETWEEN checked, where both are given as values. */
export function checkBounds(low: string, high: string, { where, checks }: Compiling): void {
  checks.push((values) => {
    const from = values[low];
    const to = values[high];
    if (from === undefined || to === undefined) return;
    const which = `lower bound operand: AttributeValue: ${shown(from)}, upper bound operand: AttributeValue: ${shown(to)}`;
    const order = compare(from, to);
    if (order === undefined) {
      throw wrong(where, `The BETWEEN operator requires same data type for lower and upper bounds; ${which}`);
    }
    if (order > 0) {
      const rule = "The BETWEEN operator requires upper bound to be greater than or equal to lower bound";
      throw wrong(where, `${rule}; ${which}`);
    }
  });
}

function compileIn(operand: Operand, options: readonly Operand[], context: Compiling): Predicate {
  if (options.length > 100) {
    const which = `operator or function: IN, number of operands: ${options.length + 1}`;
    throw wrong(context.where, `Incorrect number of operands for operator or function; ${which}`);
  }
  checkDistinct("IN", operand, options, context);
  const value = compileOperand(operand, context);
  const others = options.map((option) => compileOperand(option, context));
  return (item, values) => {
    const found = value(item, values);
    return found !== undefined && others.some((other) => same(found, other(item, values)));
  };
}

function same(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return a !== undefined && b !== undefined && equal(a, b);
}

function orderOf(a: AttributeValue | undefined, b: AttributeValue | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : compare(a, b);
}

function shown(value: AttributeValue): string {
  const [held] = Object.values(value);
  return `{${typeOf(value)}:${String(held)}}`;
}
