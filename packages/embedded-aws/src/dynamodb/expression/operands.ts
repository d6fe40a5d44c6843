import { decodedBytes } from "../size.ts";
import { type AttributeType, type AttributeValue, type Item, membersOf, typeOf } from "../values.ts";
import { type BoundPath, type Names, bindPath, shown, valueAt } from "./paths.ts";
import type { Operand } from "./syntax.ts";
import { type ExpressionName, wrong } from "./tokens.ts";

/** The values that placeholders stand for. */
export type Values = Readonly<Record<string, AttributeValue>>;

/** An operand, ready to be asked. */
export type Getter = (item: Item, values: Values) => AttributeValue | undefined;

/** A check of an expression's values, before any item is looked at. */
export type Check = (values: Values) => void;

/** What operands are compiled with; `checks` grows as they are. */
export interface Compiling {
  readonly where: ExpressionName;
  readonly names: Names;
  readonly checks: Check[];
}

/** The number of operands that each function of conditions takes. */
const ARITY: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};

/** An operand of a condition: a path, a value, or `size` of such. @throws ServiceError for other functions */
export function compileOperand(operand: Operand, context: Compiling): Getter {
  if (operand.kind === "path") {
    const path = bindPath(operand.path, context.names);
    const [first] = path;
    if (path.length === 1) return (item) => (Object.hasOwn(item, first) ? item[first] : undefined);
    return (item) => valueAt(item, path);
  }
  if (operand.kind === "value") {
    const { name } = operand;
    return (_item, values) => values[name];
  }
  if (operand.kind === "arithmetic") throw wrong(context.where, `Syntax error; token: "${operand.sign}"`);
  const { name, args } = operand;
  checkCall(name, args, context);
  if (name !== "size") {
    throw wrong(context.where, `The function is not allowed to be used this way in an expression; function: ${name}`);
  }
  const [arg] = args;
  checkTypes(arg, "size", ["S", "B", "SS", "NS", "BS", "L", "M"], context);
  const inner = arg === undefined ? () => undefined : compileOperand(arg, context);
  return (item, values) => sizeOf(inner(item, values));
}

/** Refuses a function that there is not, or with another number of operands. */
export function checkCall(name: string, args: readonly Operand[], { where }: Compiling): void {
  const arity = Object.hasOwn(ARITY, name) ? ARITY[name] : undefined;
  if (arity === undefined) throw wrong(where, `Invalid function name; function: ${name}`);
  if (args.length === arity) return;
  const which = `operator or function: ${name}, number of operands: ${args.length}`;
  throw wrong(where, `Incorrect number of operands for operator or function; ${which}`);
}

/** Has a value that is given for an operand checked to be of one of these types. */
export function checkTypes(
  operand: Operand | undefined,
  name: string,
  allowed: readonly AttributeType[],
  { where, checks }: Compiling,
): void {
  if (operand?.kind !== "value") return;
  const placeholder = operand.name;
  checks.push((values) => {
    const value = values[placeholder];
    if (value === undefined || allowed.includes(typeOf(value))) return;
    const which = `operator or function: ${name}, operand type: ${typeOf(value)}`;
    throw wrong(where, `Incorrect operand type for operator or function; ${which}`);
  });
}

/** The path of an operand that must be one. */
export function pathOperand(operand: Operand | undefined, name: string, { where, names }: Compiling): BoundPath {
  if (operand?.kind === "path") return bindPath(operand.path, names);
  throw wrong(where, `Operator or function requires a document path; operator or function: ${name}`);
}

/** Refuses the same path on both sides of an operator. */
export function checkDistinct(operator: string, first: Operand, others: readonly Operand[], context: Compiling): void {
  if (first.kind !== "path") return;
  const path = shown(bindPath(first.path, context.names));
  for (const other of others) {
    if (other.kind !== "path" || shown(bindPath(other.path, context.names)) !== path) continue;
    const which = `operator: ${operator}, first operand: ${path}`;
    const rule = "The first operand must be distinct from the remaining operands for this operator or function";
    throw wrong(context.where, `${rule}; ${which}`);
  }
}

function sizeOf(value: AttributeValue | undefined): AttributeValue | undefined {
  const size = value === undefined ? undefined : sizeNumber(value);
  return size === undefined ? undefined : { N: String(size) };
}

function sizeNumber(value: AttributeValue): number | undefined {
  // UTF-16 units, as in Java: not bytes, which the size of an item is counted in.
  if ("S" in value) return value.S.length;
  if ("B" in value) return decodedBytes(value.B);
  if ("L" in value) return value.L.length;
  return "M" in value ? Object.keys(value.M).length : membersOf(value)?.length;
}
