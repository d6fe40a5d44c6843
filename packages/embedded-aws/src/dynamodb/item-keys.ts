import { constraint, invalid } from "./errors.ts";
import { type KeyAttribute, type KeySchema, positionOf, sortableKey } from "./keys.ts";
import { LIMITS } from "./limits.ts";
import { decodedBytes, textBytes } from "./size.ts";
import type { Position } from "./sorted.ts";
import { type AttributeValue, type Item, attribute, isRecord, typeOf } from "./values.ts";
import { checkItem } from "./check.ts";

/** Where an item stands in its table. @throws ServiceError for one without its key, or with one that is not allowed */
export function itemPosition(schema: KeySchema, item: Item): Position {
  const hash = sortableOf(schema.hash, item, LIMITS.hashKeyBytes);
  return positionOf(hash, schema.range === undefined ? "" : sortableOf(schema.range, item, LIMITS.rangeKeyBytes), "");
}

/** A request's key: its attributes, all of them and no others. @throws ServiceError */
export function checkKey(schema: KeySchema, value: unknown, path = "key"): Item {
  if (value === undefined || value === null) throw constraint(undefined, path, "Member must not be null");
  if (!isRecord(value)) throw invalid("The provided key element does not match the schema");
  const key = checkItem(value);
  const { hash, range } = schema;
  const hashValue = attribute(key, hash.name);
  const rangeValue = range && attribute(key, range.name);
  const isWhole = Object.keys(key).length === (range === undefined ? 1 : 2);
  const fits = hashValue !== undefined && typeOf(hashValue) === hash.type;
  const rangeFits = range === undefined || (rangeValue !== undefined && typeOf(rangeValue) === range.type);
  if (!isWhole || !fits || !rangeFits) throw invalid("The provided key element does not match the schema");
  return key;
}

/**
 * Where an item stands in an index; undefined where it is not in it. @throws ServiceError for a value that no index may
 * have
 */
export function indexPosition(
  index: string,
  { hash, range }: KeySchema,
  item: Item,
  tie: string,
): Position | undefined {
  const partition = indexKey(index, hash, item, LIMITS.hashKeyBytes);
  const sort = range === undefined ? "" : indexKey(index, range, item, LIMITS.rangeKeyBytes);
  return partition === undefined || sort === undefined ? undefined : positionOf(partition, sort, tie);
}

function sortableOf({ name, type }: KeyAttribute, item: Item, limit: number): string {
  const value = attribute(item, name);
  if (value === undefined)
    throw invalid(`One or more parameter values were invalid: Missing the key ${name} in the item`);
  const sortable = sortableKey(type, value);
  if (sortable === undefined) {
    throw invalid(
      `One or more parameter values were invalid: Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`,
    );
  }
  if (sortable === "") {
    const rule = `The AttributeValue for a key attribute cannot contain an empty ${type === "B" ? "binary" : "string"} value.`;
    throw invalid(`One or more parameter values are not valid. ${rule} Key: ${name}`);
  }
  refuseLong(sortable, value, limit);
  return sortable;
}

/** Refuses a key's value of more bytes than a key may have. @throws ServiceError */
export function refuseLong(sortable: string, value: AttributeValue, limit: number): void {
  if (sortable.length * 3 > limit && keyBytes(value) > limit) {
    throw invalid(
      limit === LIMITS.hashKeyBytes
        ? `One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of${limit} bytes`
        : `One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of ${limit} bytes`,
    );
  }
}

function indexKey(index: string, { name, type }: KeyAttribute, item: Item, limit: number): string | undefined {
  const value = attribute(item, name);
  if (value === undefined) return undefined;
  const sortable = sortableKey(type, value);
  if (sortable === undefined) {
    const which = `${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index}`;
    throw invalid(`One or more parameter values were invalid: Type mismatch for Index Key ${which}`);
  }
  if (sortable === "") {
    const kind = type === "B" ? "binary" : "string";
    throw invalid(
      "One or more parameter values are not valid. A value specified for a secondary index key is not supported. " +
        `The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${index}, IndexKey: ${name}`,
    );
  }
  if (sortable.length * 3 > limit && keyBytes(value) > limit) {
    throw invalid(
      `One or more parameter values were invalid: Size of index key ${name} has exceeded the maximum size limit of ${limit} bytes, IndexName: ${index}`,
    );
  }
  return sortable;
}

function keyBytes(value: AttributeValue): number {
  if ("S" in value) return textBytes(value.S);
  return "B" in value ? decodedBytes(value.B) : 0;
}
