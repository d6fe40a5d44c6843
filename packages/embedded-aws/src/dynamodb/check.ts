import { invalid, malformed } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { canonicalNumber } from "./numbers.ts";
import { type AttributeValue, type Item, isRecord, setAttribute } from "./values.ts";

/** What a look over a value found. */
interface Look {
  /** Whether some number or bytes are not in their canonical form. */
  loose: boolean;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const SET_NAMES = { SS: "string", NS: "number", BS: "binary" } as const;

/**
 * A value from a request. It is the object given, unless a number in it is to be written otherwise.
 * @throws ServiceError for what is no attribute value
 */
export function checkValue(value: unknown): AttributeValue {
  const look: Look = { loose: false };
  if (!isValue(value, look, 1)) throw malformed("Unexpected value type in payload");
  return look.loose ? canonical(value) : value;
}

/** The attributes from a request: an item or a key. @throws ServiceError as `checkValue` */
export function checkItem(value: unknown): Item {
  const look: Look = { loose: false };
  if (!isItem(value, look, 1)) throw malformed("Unexpected value type in payload");
  return look.loose ? canonicalMap(value) : value;
}

function isItem(value: unknown, look: Look, level: number): value is Item {
  if (!isRecord(value)) throw malformed("Start of structure or map found where not expected.");
  for (const name in value) {
    if (name === "") throw invalid("One or more parameter values were invalid: Empty attribute name");
    isValue(value[name], look, level);
  }
  return true;
}

/** Throws for whatever is wrong; so the answer is always true, and tells the compiler. */
function isValue(value: unknown, look: Look, level: number): value is AttributeValue {
  if (!isRecord(value)) throw malformed("Unexpected value type in payload");
  const type = onlyName(value);
  const held = value[type];
  switch (type) {
    case "S":
      text(held);
      return true;
    case "N":
      look.loose ||= canonicalNumber(text(held)) !== held;
      return true;
    case "B":
      bytes(held);
      return true;
    case "BOOL":
      if (typeof held !== "boolean") throw malformed("Unexpected token received from parser");
      return true;
    case "NULL":
      if (held === true) return true;
      throw invalid(
        "One or more parameter values were invalid: Null attribute value types must have the value of true",
      );
    case "M":
      nested(level);
      return isItem(held, look, level + 1);
    case "L":
      nested(level);
      if (!Array.isArray(held)) throw malformed("Unexpected field type");
      for (const member of held) isValue(member, look, level + 1);
      return true;
    case "SS":
    case "NS":
    case "BS":
      return isSet(type, held, look);
    default:
      throw empty();
  }
}

function onlyName(value: Readonly<Record<string, unknown>>): string {
  let found: string | undefined;
  for (const name in value) {
    if (found !== undefined) {
      throw invalid(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
      );
    }
    found = name;
  }
  if (found === undefined) throw empty();
  return found;
}

function empty(): Error {
  return invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
}

function nested(level: number): void {
  if (level < LIMITS.nesting) return;
  const limit = "Attributes in the item have nested levels beyond supported limit";
  throw invalid(`Nesting Levels have exceeded supported limits: ${limit}`);
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw malformed(`${typeof value === "number" ? "NUMBER_VALUE" : "Value"} cannot be converted to String`);
}

function bytes(value: unknown): string {
  const encoded = text(value);
  if (BASE64.test(encoded)) return encoded;
  throw malformed("Invalid Base64 in a binary value: expected whole groups of four characters");
}

function isSet(type: "SS" | "NS" | "BS", held: unknown, look: Look): boolean {
  if (!Array.isArray(held)) throw malformed("Unexpected field type");
  if (held.length === 0) {
    throw invalid(`One or more parameter values were invalid: An ${SET_NAMES[type]} set  may not be empty`);
  }
  const seen = new Set<string>();
  for (const member of held) {
    const plain = type === "NS" ? canonicalNumber(text(member)) : type === "BS" ? bytes(member) : text(member);
    look.loose ||= plain !== member;
    seen.add(plain);
  }
  if (seen.size === held.length) return true;
  if (type === "NS") throw invalid("Input collection contains duplicates");
  const which = type === "SS" ? `[${held.join(", ")}]` : "of type BS";
  throw invalid(`One or more parameter values were invalid: Input collection ${which} contains duplicates.`);
}

function canonical(value: AttributeValue): AttributeValue {
  if ("N" in value) return { N: canonicalNumber(value.N) };
  if ("NS" in value) return { NS: value.NS.map((member) => canonicalNumber(member)) };
  if ("L" in value) return { L: value.L.map((member) => canonical(member)) };
  return "M" in value ? { M: canonicalMap(value.M) } : value;
}

function canonicalMap(map: Item): Item {
  const result: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(map)) setAttribute(result, name, canonical(value));
  return result;
}
