import type { Input } from "../../json-service.ts";
import type { Binding } from "../binding.ts";
import { checkItem } from "../check.ts";
import { invalid } from "../errors.ts";
import type { Predicate } from "../expression/condition.ts";
import type { Projection } from "../expression/projection.ts";
import { itemPosition } from "../item-keys.ts";
import { nameOf } from "../keys.ts";
import { LIMITS } from "../limits.ts";
import { flag, oneOf, optionalText } from "../parameters.ts";
import { type Entry, type Place, type SecondaryIndex, placeIn, projected } from "../secondary-index.ts";
import type { Bound, Position } from "../sorted.ts";
import { type Meter, readUnits } from "../capacity.ts";
import { itemBytes } from "../size.ts";
import type { Table } from "../table.ts";
import { type AttributeValue, type Item, attribute, isRecord, typeOf } from "../values.ts";

/** What a query or a scan reads: a table, or an index of it. */
export interface Source {
  readonly table: Table;
  readonly index: SecondaryIndex | undefined;
  readonly consistent: boolean;
}

/** What is read of a source, and how far. */
export interface Reading {
  readonly source: Source;
  readonly from: Bound | undefined;
  readonly to: Bound | undefined;
  readonly backward: boolean;
  readonly limit: number | undefined;
  readonly filter: Predicate | undefined;
  readonly pick: Picking;
}

/** What an answer has of each item. */
export interface Picking {
  readonly countOnly: boolean;
  /** Whether attributes are wanted that a local index does not have: they are read from the table, at its price. */
  readonly fetches: boolean;
  readonly projection: Projection | undefined;
}

const SELECT = ["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"] as const;

/** The table or index that a request names. @throws ServiceError */
export function sourceOf(table: Table, input: Input): Source {
  const name = optionalText(input, "IndexName");
  const consistent = flag(input, "ConsistentRead", false);
  if (name === undefined) return { table, index: undefined, consistent };
  const index = table.indexes.find((index) => index.name === name);
  if (index === undefined) throw invalid(`The table does not have the specified index: ${name}`);
  if (index.global && consistent) throw invalid("Consistent reads are not supported on global secondary indexes");
  return { table, index, consistent };
}

/** What a request wants of each item. @throws ServiceError */
export function pickingOf({ index }: Source, input: Input, binding: Binding): Picking {
  const projection = binding.projection();
  const select = oneOf(
    input,
    "Select",
    SELECT,
    projection === undefined ? (index ? "ALL_PROJECTED_ATTRIBUTES" : "ALL_ATTRIBUTES") : "SPECIFIC_ATTRIBUTES",
  );
  if (projection !== undefined && select !== "SPECIFIC_ATTRIBUTES") {
    const what = select === "COUNT" ? "only the Count" : select;
    throw invalid(`Cannot specify the ProjectionExpression when choosing to get ${what}`);
  }
  if (select === "SPECIFIC_ATTRIBUTES" && projection === undefined) {
    throw invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES");
  }
  if (select === "ALL_PROJECTED_ATTRIBUTES" && index === undefined) {
    throw invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  }
  const whole = select === "ALL_ATTRIBUTES" && index?.attributes !== undefined;
  if (whole && index.global) {
    throw invalid(
      "One or more parameter values were invalid: " +
        `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  }
  const missing = binding.projectedAttributes().filter((name) => index?.attributes?.includes(name) === false);
  if (index?.global === true && missing.length > 0) {
    const lacks = `Global secondary index ${index.name} does not project [${missing.toSorted().join(", ")}]`;
    throw invalid(`One or more parameter values were invalid: ${lacks}`);
  }
  return { countOnly: select === "COUNT", fetches: whole || missing.length > 0, projection };
}

/** Reads a page: until a limit, 1 MB, or the end. */
export function readPage(reading: Reading, { values }: Binding, meter: Meter): object {
  const { source, filter, pick, limit = Infinity } = reading;
  const { table, index } = source;
  const Items: Item[] = [];
  let count = 0;
  let scanned = 0;
  let bytes = 0;
  let last: Entry | undefined;
  const visit = (entry: Entry): boolean => {
    scanned++;
    const own = index === undefined ? entry.item : projected(index, entry.item);
    bytes += own === entry.item ? entry.bytes : itemBytes(own);
    const seen = pick.fetches ? entry.item : own;
    if (pick.fetches) meter.add(table, readUnits(entry.bytes, source.consistent));
    if (filter === undefined || filter(seen, values)) {
      count++;
      if (!pick.countOnly) Items.push(pick.projection === undefined ? seen : pick.projection(seen));
    }
    const isFull = scanned >= limit || bytes >= LIMITS.pageBytes;
    if (isFull) last = entry;
    return !isFull;
  };
  if (index === undefined) table.entries.walk(reading.from, reading.to, reading.backward, visit);
  else index.places.walk(reading.from, reading.to, reading.backward, ({ entry }: Place) => visit(entry));
  if (index !== undefined) meter.add(table, 0);
  meter.add(table, readUnits(bytes, source.consistent), index);
  return {
    ...(!pick.countOnly && { Items }),
    Count: count,
    ScannedCount: scanned,
    ...(last !== undefined && { LastEvaluatedKey: keyOf(source, last.item) }),
    ...meter.single(),
  };
}

/** The attributes that tell where an item stands: those of the index, and those of the table. */
function keyOf({ table, index }: Source, item: Item): Item {
  const result: Record<string, AttributeValue> = {};
  for (const name of keyNames({ table, index })) {
    const value = attribute(item, name);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function keyNames({ table, index }: Pick<Source, "table" | "index">): ReadonlySet<string> {
  const attributes = [table.key.hash, table.key.range, index?.key.hash, index?.key.range];
  return new Set(attributes.flatMap((found) => (found === undefined ? [] : [found.name])));
}

/** Where a page begins that follows another. @throws ServiceError for a key that no such page ends with */
export function startOf(source: Source, input: Input): Position | undefined {
  const given = input["ExclusiveStartKey"];
  if (given === undefined || given === null) return undefined;
  if (!isRecord(given)) throw invalid("The provided starting key is invalid");
  const key = checkItem(given);
  const { table, index } = source;
  const names = keyNames(source);
  const isWhole = Object.keys(key).length === names.size && [...names].every((name) => attribute(key, name));
  if (!isWhole) throw invalid("The provided starting key is invalid");
  for (const { name, type } of [table.key.hash, table.key.range, index?.key.hash, index?.key.range].filter(
    (a) => a !== undefined,
  )) {
    const value = attribute(key, name);
    if (value !== undefined && typeOf(value) !== type) {
      throw invalid("The provided starting key is invalid: The provided key element does not match the schema");
    }
  }
  const own = itemPosition(table.key, key);
  return index === undefined ? own : placeIn(index, key, nameOf(own));
}
