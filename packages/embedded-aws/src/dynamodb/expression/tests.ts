import { equal } from "../compare.ts";
import { type AttributeValue, type Item, membersOf, typeOf } from "../values.ts";
import {
  type Compiling,
  type Values,
  checkCall,
  checkDistinct,
  checkTypes,
  compileOperand,
  pathOperand,
} from "./operands.ts";
import { valueAt } from "./paths.ts";
import type { Operand } from "./syntax.ts";
import { wrong } from "./tokens.ts";

const TYPES: readonly string[] = ["B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M"];

/** Makes a function of one of the language's that is true or false. @throws ServiceError for others */
export function compileTest(
  name: string,
  args: readonly Operand[],
  context: Compiling,
): (item: Item, values: Values) => boolean {
  checkCall(name, args, context);
  const [first, second] = args;
  if (name === "attribute_exists" || name === "attribute_not_exists") {
    const path = pathOperand(first, name, context);
    const wanted = name === "attribute_exists";
    return (item) => (valueAt(item, path) !== undefined) === wanted;
  }
  if (name === "size" || first === undefined || second === undefined) {
    throw wrong(context.where, `The function is not allowed to be used this way in an expression; function: ${name}`);
  }
  if (name === "attribute_type") return compileTypeTest(first, second, context);
  checkDistinct(name, first, [second], context);
  const subject = compileOperand(first, context);
  const part = compileOperand(second, context);
  if (name === "begins_with") {
    for (const each of [first, second]) checkTypes(each, name, ["S", "B"], context);
    return (item, values) => beginsWith(subject(item, values), part(item, values));
  }
  return (item, values) => contains(subject(item, values), part(item, values));
}

function compileTypeTest(first: Operand, second: Operand, context: Compiling): (item: Item, values: Values) => boolean {
  const { where, checks } = context;
  const subject = compileOperand(first, context);
  if (second.kind !== "value") {
    const which = "operator or function: attribute_type, operand type: path";
    throw wrong(where, `Incorrect operand type for operator or function; ${which}`);
  }
  const { name } = second;
  checkTypes(second, "attribute_type", ["S"], context);
  checks.push((values) => {
    const type = values[name];
    if (type === undefined || !("S" in type) || TYPES.includes(type.S)) return;
    throw wrong(where, `Invalid attribute type name found; type: ${type.S}, valid types: {${TYPES.join(",")}}`);
  });
  return (item, values) => {
    const found = subject(item, values);
    const type = values[name];
    return found !== undefined && type !== undefined && "S" in type && typeOf(found) === type.S;
  };
}

function beginsWith(value: AttributeValue | undefined, prefix: AttributeValue | undefined): boolean {
  if (value === undefined || prefix === undefined) return false;
  if ("S" in value) return "S" in prefix && value.S.startsWith(prefix.S);
  return "B" in value && "B" in prefix && latin(value.B).startsWith(latin(prefix.B));
}

function contains(value: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (value === undefined || part === undefined) return false;
  if ("S" in value) return "S" in part && value.S.includes(part.S);
  if ("B" in value) return "B" in part && latin(value.B).includes(latin(part.B));
  if ("L" in value) return value.L.some((member) => equal(member, part));
  if ("SS" in value) return "S" in part && value.SS.includes(part.S);
  if ("NS" in value) return "N" in part && value.NS.includes(part.N);
  return "BS" in value && "B" in part && (membersOf(value) ?? []).includes(part.B);
}

function latin(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}
