import type { Input } from "../../json-service.ts";
import { Binding } from "../binding.ts";
import { Meter, readUnits, wantedCapacity } from "../capacity.ts";
import type { Context, Operation } from "../context.ts";
import { constraint, invalid } from "../errors.ts";
import { checkKey, itemPosition } from "../item-keys.ts";
import { nameOf } from "../keys.ts";
import { LIMITS } from "../limits.ts";
import { accept, flag, namesOf } from "../parameters.ts";
import { tableNameOf } from "../tables.ts";
import { type Item, isRecord } from "../values.ts";
import { type Write, planDelete, planPut } from "./writing.ts";

const GET = namesOf("RequestItems ReturnConsumedCapacity");
const KEYS_AND_ATTRIBUTES = namesOf("Keys ConsistentRead ExpressionAttributeNames ProjectionExpression");
const WRITE = namesOf("RequestItems ReturnConsumedCapacity ReturnItemCollectionMetrics");

/** BatchGetItem: what would make an answer of more than 16 MB is left to be asked for again. */
export const batchGetItem: Operation = (context, input) => {
  accept("BatchGetItem", input, GET);
  const requests = requestsOf(input);
  const meter = new Meter(wantedCapacity(input));
  const all = requests.map(([name, request]) => keysOf(context, name, request));
  if (all.reduce((sum, { keys }) => sum + keys.length, 0) > LIMITS.batchGetItems) {
    throw invalid("Too many items requested for the BatchGetItem call");
  }
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, object> = {};
  let bytes = 0;
  for (const { name, request, table, keys, projection, consistent } of all) {
    const found: Item[] = [];
    const left: Item[] = [];
    for (const key of keys) {
      const entry = table.find(itemPosition(table.key, key));
      if (bytes + (entry?.bytes ?? 0) > LIMITS.batchGetBytes) {
        left.push(key);
        continue;
      }
      bytes += entry?.bytes ?? 0;
      meter.add(table, readUnits(entry?.bytes ?? 0, consistent));
      if (entry !== undefined) found.push(projection === undefined ? entry.item : projection(entry.item));
    }
    Responses[name] = found;
    if (left.length > 0) UnprocessedKeys[name] = { ...request, Keys: left };
  }
  return { Responses, UnprocessedKeys, ...meter.several() };
};

/** BatchWriteItem: each write for itself, all of them checked before the first. */
export const batchWriteItem: Operation = (context, input) => {
  accept("BatchWriteItem", input, WRITE);
  const meter = new Meter(wantedCapacity(input));
  const writes = requestsOf(input).flatMap(([TableName, requests]) => {
    if (!Array.isArray(requests) || requests.length === 0) {
      throw constraint(
        JSON.stringify(requests),
        `requestItems.${TableName}.member`,
        "Member must have length greater than or equal to 1",
      );
    }
    return requests.map((request: unknown) => planOne(context, TableName, request));
  });
  if (writes.length > LIMITS.batchWriteItems) throw invalid("Too many items requested for the BatchWriteItem call");
  refuseTwice(writes, "Provided list of item keys contains duplicates");
  // What one of them has wrong is to leave nothing of the others behind.
  for (const write of writes) write.prepare();
  for (const { table, prepare } of writes) {
    const prepared = prepare();
    meter.write(table, prepared);
    prepared.commit();
  }
  return { UnprocessedItems: {}, ...meter.several() };
};

/** Refuses two writes of one item. @throws ServiceError with this message */
export function refuseTwice(writes: readonly Pick<Write, "table" | "position">[], message: string): void {
  const seen = new Set<string>();
  for (const { table, position } of writes) {
    const name = `${table.definition.TableName}/${nameOf(position)}`;
    if (seen.has(name)) throw invalid(message);
    seen.add(name);
  }
}

function requestsOf(input: Input): readonly (readonly [string, unknown])[] {
  const requests = input["RequestItems"];
  if (!isRecord(requests)) throw constraint(undefined, "requestItems", "Member must not be null");
  const entries = Object.entries(requests);
  if (entries.length === 0) {
    throw constraint("{}", "requestItems", "Member must have length greater than or equal to 1");
  }
  return entries;
}

function keysOf({ tables, expressions }: Context, name: string, request: unknown) {
  const table = tables.of({ TableName: tableNameOf(name) });
  if (!isRecord(request)) throw constraint(undefined, `requestItems.${name}.member`, "Member must not be null");
  accept("BatchGetItem", request, KEYS_AND_ATTRIBUTES);
  const given = request["Keys"];
  if (!Array.isArray(given) || given.length === 0) {
    throw constraint("[]", `requestItems.${name}.member.keys`, "Member must have length greater than or equal to 1");
  }
  const binding = new Binding(request, expressions);
  const projection = binding.projection();
  binding.finish();
  const keys = given.map((key: unknown) => checkKey(table.key, key));
  const positions = keys.map((key) => ({ table, position: itemPosition(table.key, key) }));
  refuseTwice(positions, "Provided list of item keys contains duplicates");
  return { name, request, table, keys, projection, consistent: flag(request, "ConsistentRead", false) };
}

function planOne(context: Context, TableName: string, request: unknown): Write {
  const put = isRecord(request) ? request["PutRequest"] : undefined;
  const remove = isRecord(request) ? request["DeleteRequest"] : undefined;
  if (isRecord(put) && remove === undefined) {
    accept("PutRequest", put, new Set(["Item"]));
    return planPut(context, { ...put, TableName });
  }
  if (isRecord(remove) && put === undefined) {
    accept("DeleteRequest", remove, new Set(["Key"]));
    return planDelete(context, { ...remove, TableName });
  }
  throw invalid("Supplied WriteRequest must contain exactly one of PutRequest and DeleteRequest");
}
