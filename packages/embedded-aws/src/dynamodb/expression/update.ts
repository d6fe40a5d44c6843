import { addNumbers, subtractNumbers } from "../numbers.ts";
import { invalid } from "../errors.ts";
import { type AttributeValue, type Item, typeOf } from "../values.ts";
import { type Compiling, type Getter, type Values, compileOperand } from "./operands.ts";
import { addTo, deleteFrom } from "./sets.ts";
import { type BoundPath, bindPath, refuseOverlaps, valueAt } from "./paths.ts";
import type { Action, Operand, Step } from "./syntax.ts";
import { wrong } from "./tokens.ts";
import { pathExists, removeAt, setAt } from "./write.ts";

/** An update, ready to be applied. */
export interface Update {
  /** All paths that it writes. */
  readonly paths: readonly BoundPath[];
  /** A new item; the one given stays as it is. All operands are of the item as it was. */
  readonly apply: (item: Item, values: Values) => Item;
}

/** What an action writes, if anything; no value means that what is there goes. */
type Change = (
  was: Item,
  values: Values,
) => { readonly path: BoundPath; readonly value: AttributeValue | undefined } | undefined;

const ADDABLE = ["N", "SS", "NS", "BS"] as const;
const DELETABLE = ["SS", "NS", "BS"] as const;
const LONG_NAMES = {
  S: "STRING",
  N: "NUMBER",
  B: "BINARY",
  BOOL: "BOOLEAN",
  NULL: "NULL",
  M: "MAP",
  L: "LIST",
  SS: "STRING_SET",
  NS: "NUMBER_SET",
  BS: "BINARY_SET",
} as const;

/** Makes a function of an update. @throws ServiceError for what is wrong whatever item and values are */
export function compileUpdate(actions: readonly Action[], context: Compiling): Update {
  const paths = actions.map(({ path }) => bindPath(path, context.names));
  const changes = actions
    .map((action, i) => ({ path: paths[i] ?? [""], change: compileAction(action, context) }))
    // Places in a list are of the list as it was: what appends comes in the order of the places, what removes backwards
    // and last.
    .toSorted((a, b) => comparePaths(a.path, b.path))
    .map(({ change }) => change);
  refuseOverlaps(context.where, paths);
  const apply = (was: Item, values: Values): Item => {
    const results = changes.map((change) => change(was, values)).filter((result) => result !== undefined);
    const draft: Record<string, AttributeValue> = { ...was };
    for (const { path, value } of results) if (value !== undefined) setAt(draft, path, value);
    let item: Item = draft;
    for (const { path, value } of results.toReversed()) if (value === undefined) item = removeAt(item, path);
    return item;
  };
  return { paths, apply };
}

function compileAction(action: Action, context: Compiling): Change {
  const path = bindPath(action.path, context.names);
  if (action.kind === "REMOVE") {
    return (was) => {
      pathExists(was, path);
      // A place that the list did not have is not to be that of what is appended to it.
      return valueAt(was, path) === undefined ? undefined : { path, value: undefined };
    };
  }
  if (action.kind === "SET") {
    const operand = compileAssigned(action.value, context);
    return (was, values) => ({ path, value: existing(operand(was, values)) });
  }
  const { kind, value: name } = action;
  checkOperandType(kind, name, context);
  const combine = kind === "ADD" ? addTo : deleteFrom;
  return (was, values) => {
    pathExists(was, path);
    return { path, value: combine(valueAt(was, path), existing(values[name])) };
  };
}

function compileAssigned(operand: Operand, context: Compiling): Getter {
  if (operand.kind === "arithmetic") return compileArithmetic(operand, context);
  if (operand.kind !== "call") return compileOperand(operand, context);
  const { where } = context;
  const { name, args } = operand;
  const [first, second] = args;
  if (name !== "if_not_exists" && name !== "list_append") {
    const known = /^(?:attribute_(?:not_)?exists|attribute_type|begins_with|contains|size)$/.test(name);
    if (known) throw wrong(where, `The function is not allowed in an update expression; function: ${name}`);
    throw wrong(where, `Invalid function name; function: ${name}`);
  }
  if (args.length !== 2 || first === undefined || second === undefined) {
    const which = `operator or function: ${name}, number of operands: ${args.length}`;
    throw wrong(where, `Incorrect number of operands for operator or function; ${which}`);
  }
  const one = compileAssigned(first, context);
  const two = compileAssigned(second, context);
  if (name === "if_not_exists") {
    if (first.kind !== "path") {
      throw wrong(where, `Operator or function requires a document path; operator or function: ${name}`);
    }
    return (item, values) => one(item, values) ?? two(item, values);
  }
  for (const each of [first, second]) checkGiven(each, name, "L", context);
  return (item, values) => {
    const [head, tail] = [existing(one(item, values)), existing(two(item, values))];
    if (!("L" in head) || !("L" in tail)) throw wrongType();
    return { L: [...head.L, ...tail.L] };
  };
}

function compileArithmetic(operand: Operand & { readonly kind: "arithmetic" }, context: Compiling): Getter {
  const left = compileAssigned(operand.left, context);
  const right = compileAssigned(operand.right, context);
  for (const each of [operand.left, operand.right]) checkGiven(each, operand.sign, "N", context);
  const combine = operand.sign === "+" ? addNumbers : subtractNumbers;
  return (item, values) => {
    const [one, two] = [existing(left(item, values)), existing(right(item, values))];
    if (!("N" in one) || !("N" in two)) throw wrongType();
    return { N: combine(one.N, two.N) };
  };
}

function checkGiven(operand: Operand, name: string, type: "L" | "N", { where, checks }: Compiling): void {
  if (operand.kind !== "value") return;
  const placeholder = operand.name;
  checks.push((values) => {
    const value = values[placeholder];
    if (value === undefined || typeOf(value) === type) return;
    const which = `operator or function: ${name}, operand type: ${typeOf(value)}`;
    throw wrong(where, `Incorrect operand type for operator or function; ${which}`);
  });
}

function checkOperandType(kind: "ADD" | "DELETE", name: string, { where, checks }: Compiling): void {
  const allowed: readonly string[] = kind === "ADD" ? ADDABLE : DELETABLE;
  checks.push((values) => {
    const value = values[name];
    if (value === undefined || allowed.includes(typeOf(value))) return;
    const which = `operator: ${kind}, operand type: ${LONG_NAMES[typeOf(value)]}, typeSet: ALLOWED_FOR_${kind}_OPERAND`;
    throw wrong(where, `Incorrect operand type for operator or function; ${which}`);
  });
}

function existing(value: AttributeValue | undefined): AttributeValue {
  if (value !== undefined) return value;
  throw invalid("The provided expression refers to an attribute that does not exist in the item");
}

function wrongType(): Error {
  return invalid("An operand in the update expression has an incorrect data type");
}

function comparePaths(a: BoundPath, b: BoundPath): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareSteps(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareSteps(a: Step | undefined, b: Step | undefined): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
