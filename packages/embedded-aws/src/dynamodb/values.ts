/** An attribute's value in DynamoDB's JSON. Numbers are canonical, bytes are base64. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly M: Item }
  | { readonly L: readonly AttributeValue[] }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] };

/** Attributes by their names: an item, a key or a map within one. Never changed once it is kept. */
export interface Item {
  readonly [name: string]: AttributeValue;
}

/** The name of a type, as `attribute_type` has it. */
export type AttributeType = "S" | "N" | "B" | "BOOL" | "NULL" | "M" | "L" | "SS" | "NS" | "BS";

/** The type of a value. */
export function typeOf(value: AttributeValue): AttributeType {
  if ("S" in value) return "S";
  if ("N" in value) return "N";
  if ("M" in value) return "M";
  if ("L" in value) return "L";
  if ("BOOL" in value) return "BOOL";
  if ("NULL" in value) return "NULL";
  if ("SS" in value) return "SS";
  if ("NS" in value) return "NS";
  return "B" in value ? "B" : "BS";
}

/** The attribute of this name: never what every object inherits, such as `constructor`. */
export function attribute(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/** Sets an attribute of a map that is being built. By assignment, `__proto__` would change what the map inherits. */
export function setAttribute(target: Record<string, AttributeValue>, name: string, value: AttributeValue): void {
  if (name !== "__proto__") target[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Whether what was parsed from JSON is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members of a set of whichever type; undefined for what is none. */
export function membersOf(value: AttributeValue): readonly string[] | undefined {
  if ("SS" in value) return value.SS;
  if ("NS" in value) return value.NS;
  return "BS" in value ? value.BS : undefined;
}
