import { numberBytes } from "./numbers.ts";
import { type AttributeValue, type Item, attribute } from "./values.ts";

/** Up to this length a loop over a text of ASCII takes less than a call into native code. */
const SHORT = 100;

/** Bytes that attributes count, by the rules of the developer guide ("DynamoDB item sizes and formats"). */
export function itemBytes(item: Item): number {
  let total = 0;
  for (const name in item) {
    const value = attribute(item, name);
    if (value !== undefined) total += textBytes(name) + valueBytes(value);
  }
  return total;
}

/** Bytes that a value counts, without its name. */
export function valueBytes(value: AttributeValue): number {
  if ("S" in value) return textBytes(value.S);
  if ("N" in value) return numberBytes(value.N);
  if ("BOOL" in value || "NULL" in value) return 1;
  if ("M" in value) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  if ("L" in value) return value.L.reduce((total, member) => total + 1 + valueBytes(member), 3);
  if ("B" in value) return decodedBytes(value.B);
  if ("SS" in value) return sum(value.SS, textBytes);
  return "NS" in value ? sum(value.NS, numberBytes) : sum(value.BS, decodedBytes);
}

/** Bytes of a text in UTF-8. */
export function textBytes(text: string): number {
  if (text.length > SHORT) return Buffer.byteLength(text);
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return Buffer.byteLength(text);
  return text.length;
}

/** Bytes that base64 stands for. */
export function decodedBytes(base64: string): number {
  return (base64.length / 4) * 3 - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);
}

/** Levels of maps and lists in a value; 0 for what holds nothing. */
export function depthOf(value: AttributeValue): number {
  if ("M" in value) return 1 + deepest(Object.values(value.M));
  return "L" in value ? 1 + deepest(value.L) : 0;
}

function deepest(values: readonly AttributeValue[]): number {
  return values.reduce((most, value) => Math.max(most, depthOf(value)), 0);
}

function sum(members: readonly string[], bytes: (member: string) => number): number {
  return members.reduce((total, member) => total + bytes(member), 0);
}
