import { Binding } from "../binding.ts";
import { Meter, wantedCapacity } from "../capacity.ts";
import type { Operation } from "../context.ts";
import { invalid } from "../errors.ts";
import type { KeyCondition, KeyConditions } from "../expression/key-condition.ts";
import type { Values } from "../expression/operands.ts";
import { type KeyAttribute, type KeySchema, afterPrefix, positionOf, sortableKey } from "../keys.ts";
import { LIMITS } from "../limits.ts";
import { refuseLong } from "../item-keys.ts";
import { accept, flag, integer, namesOf } from "../parameters.ts";
import { type Bound, type Depth, type Position, comparePositions } from "../sorted.ts";
import { pickingOf, readPage, sourceOf, startOf } from "./reading.ts";

const NAMES = namesOf(
  "TableName IndexName ConsistentRead ExclusiveStartKey ExpressionAttributeNames ExpressionAttributeValues " +
    "FilterExpression KeyConditionExpression Limit ProjectionExpression ReturnConsumedCapacity ScanIndexForward Select",
);

/** A part of one partition. */
interface Range {
  readonly from: Bound;
  readonly to: Bound;
}

/** Query. */
export const query: Operation = ({ tables, expressions }, input) => {
  accept("Query", input, NAMES);
  const source = sourceOf(tables.of(input), input);
  const binding = new Binding(input, expressions);
  const conditions = binding.keyConditions();
  const filter = binding.filter();
  const pick = pickingOf(source, input, binding);
  binding.finish();
  if (conditions === undefined) {
    throw invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  }
  const key = source.index?.key ?? source.table.key;
  const backward = !flag(input, "ScanIndexForward", true);
  const limit = integer(input, "Limit", 1, 2 ** 31 - 1);
  const range = rangeOf(key, conditions, binding.values);
  refuseKeyFilter(key, binding);
  const start = startOf(source, input);
  const { from, to } = start === undefined ? range : after(range, start, backward);
  const meter = new Meter(wantedCapacity(input));
  return readPage({ source, from, to, backward, limit, filter, pick }, binding, meter);
};

function rangeOf({ hash, range }: KeySchema, conditions: KeyConditions, values: Values): Range {
  if (conditions.length > 2) throw invalid("Conditions can be of length 1 or 2 only");
  const hashed = conditions.find(({ name }) => name === hash.name);
  const ranged = range && conditions.find(({ name }) => name === range.name);
  if (hashed === undefined) throw invalid(`Query condition missed key schema element: ${hash.name}`);
  if (hashed.operator !== "=") throw invalid("Query key condition not supported");
  if (conditions.length > 1 && (range === undefined || ranged === undefined)) {
    throw invalid(
      range === undefined
        ? "Query key condition not supported"
        : `Query condition missed key schema element: ${range.name}`,
    );
  }
  const partition = keyValue(hash, hashed.values[0], values, LIMITS.hashKeyBytes);
  const whole = positionOf(partition, "", "");
  if (range === undefined || ranged === undefined) return { from: bound(whole, 1, false), to: bound(whole, 1, true) };
  return within(
    whole,
    ranged,
    ranged.values.map((name) => keyValue(range, name, values, LIMITS.rangeKeyBytes)),
    range,
  );
}

function within(
  whole: Position,
  { operator }: KeyCondition,
  [first = "", second = ""]: readonly string[],
  key: KeyAttribute,
): Range {
  const all: Range = { from: bound(whole, 1, false), to: bound(whole, 1, true) };
  const at = { ...whole, sort: first };
  switch (operator) {
    case "=":
      return { from: bound(at, 2, false), to: bound(at, 2, true) };
    case "<":
      return { ...all, to: bound(at, 2, false) };
    case "<=":
      return { ...all, to: bound(at, 2, true) };
    case ">":
      return { ...all, from: bound(at, 2, true) };
    case ">=":
      return { ...all, from: bound(at, 2, false) };
    case "between":
      return { from: bound(at, 2, false), to: bound({ ...whole, sort: second }, 2, true) };
    case "begins_with": {
      if (key.type === "N") {
        throw invalid(
          "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
        );
      }
      const sort = afterPrefix(first);
      return { from: bound(at, 2, false), to: sort === undefined ? all.to : bound({ ...whole, sort }, 2, false) };
    }
  }
}

function keyValue(
  { name, type }: KeyAttribute,
  placeholder: string | undefined,
  values: Values,
  limit: number,
): string {
  const value = placeholder === undefined ? undefined : values[placeholder];
  const sortable = value === undefined ? undefined : sortableKey(type, value);
  if (value === undefined || sortable === undefined) {
    throw invalid("One or more parameter values were invalid: Condition parameter type does not match schema type");
  }
  if (sortable === "") {
    const kind = type === "B" ? "binary" : "string";
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
    );
  }
  refuseLong(sortable, value, limit);
  return sortable;
}

function bound(at: Position, depth: Depth, after: boolean): Bound {
  return { at, depth, after };
}

/** The part of a range that comes after a position. @throws ServiceError for one that is not in the range */
function after({ from, to }: Range, start: Position, backward: boolean): Range {
  const low = comparePositions(start, from.at, from.depth);
  const high = comparePositions(start, to.at, to.depth);
  const isInside = (from.after ? low > 0 : low >= 0) && (to.after ? high <= 0 : high < 0);
  if (!isInside) {
    const partitionDiffers = comparePositions(start, from.at, 1) !== 0;
    throw invalid(
      partitionDiffers
        ? "The provided starting key is outside query boundaries based on provided conditions"
        : "The provided starting key does not match the range key predicate",
    );
  }
  return backward ? { from, to: bound(start, 3, false) } : { from: bound(start, 3, true), to };
}

function refuseKeyFilter({ hash, range }: KeySchema, binding: Binding): void {
  for (const name of binding.filterAttributes()) {
    if (name !== hash.name && name !== range?.name) continue;
    throw invalid(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`);
  }
}
