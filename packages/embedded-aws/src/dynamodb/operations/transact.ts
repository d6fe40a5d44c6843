import { createHash } from "node:crypto";
import { type Input, ServiceError } from "../../json-service.ts";
import { Binding } from "../binding.ts";
import { Meter, readUnits, wantedCapacity } from "../capacity.ts";
import type { Context, Operation } from "../context.ts";
import { constraint, invalid } from "../errors.ts";
import { checkKey, itemPosition } from "../item-keys.ts";
import { LIMITS } from "../limits.ts";
import { accept, namesOf, oneOf, optionalText } from "../parameters.ts";
import type { Prepared } from "../table.ts";
import { isRecord } from "../values.ts";
import { refuseTwice } from "./batch.ts";
import { type Write, planCheck, planDelete, planPut, planUpdate } from "./writing.ts";

const WRITE = namesOf("TransactItems ClientRequestToken ReturnConsumedCapacity ReturnItemCollectionMetrics");
const GET = namesOf("TransactItems ReturnConsumedCapacity");
const GET_ONE = namesOf("TableName Key ExpressionAttributeNames ProjectionExpression");

const COMMON =
  "TableName ConditionExpression ExpressionAttributeNames ExpressionAttributeValues ReturnValuesOnConditionCheckFailure";
const ACTIONS = {
  Put: { plan: planPut, names: namesOf(`Item ${COMMON}`) },
  Delete: { plan: planDelete, names: namesOf(`Key ${COMMON}`) },
  Update: { plan: planUpdate, names: namesOf(`Key UpdateExpression ${COMMON}`) },
  ConditionCheck: { plan: planCheck, names: namesOf(`Key ${COMMON}`) },
} as const;

/** Remembers transactions by their tokens. */
export interface Tokens {
  /**
   * Whether a transaction with this token and content was done. @throws ServiceError for the token with another content
   */
  readonly isDone: (token: string, content: string) => boolean;
  readonly done: (token: string, content: string) => void;
}

/** TransactWriteItems: all of them or none. A token makes it happen once within ten minutes. */
export function transactWriteItems(tokens: Tokens): Operation {
  return (context, input) => {
    accept("TransactWriteItems", input, WRITE);
    const meter = new Meter(wantedCapacity(input));
    const token = optionalText(input, "ClientRequestToken");
    const items = itemsOf(input);
    if (oneOf(input, "ReturnItemCollectionMetrics", ["SIZE", "NONE"], "NONE") === "SIZE") {
      throw invalid("This DynamoDB does not serve ReturnItemCollectionMetrics: SIZE.");
    }
    const writes = items.map((item) => planOne(context, item));
    refuseTwice(writes, "Transaction request cannot include multiple operations on one item");
    const content = token === undefined ? "" : createHash("sha256").update(JSON.stringify(items)).digest("base64");
    if (token !== undefined && tokens.isDone(token, content)) {
      for (const { table, position } of writes) meter.add(table, 2 * readUnits(table.find(position)?.bytes ?? 0, true));
      return meter.several("Read");
    }
    const prepared = prepareAll(writes);
    if (prepared.reduce((sum, { bytes }) => sum + bytes, 0) > LIMITS.transactionBytes) {
      throw invalid("Collection size exceeded: Aggregated size of all items in the transaction cannot exceed 4 MB");
    }
    prepared.forEach((each, i) => {
      const table = writes[i]?.table;
      if (table !== undefined) meter.write(table, each, 2);
      each.commit();
    });
    if (token !== undefined) tokens.done(token, content);
    return meter.several("Write");
  };
}

/** TransactGetItems: all as they are at one moment. */
export const transactGetItems: Operation = ({ tables, expressions }, input) => {
  accept("TransactGetItems", input, GET);
  const meter = new Meter(wantedCapacity(input));
  const reads = itemsOf(input).map((item) => {
    const request = item["Get"];
    if (!isRecord(request)) throw constraint(undefined, "transactItems.1.member.get", "Member must not be null");
    accept("Get", request, GET_ONE);
    const table = tables.of(request);
    const binding = new Binding(request, expressions);
    const projection = binding.projection();
    binding.finish();
    return { table, projection, position: itemPosition(table.key, checkKey(table.key, request["Key"])) };
  });
  refuseTwice(reads, "Transaction request cannot include multiple operations on one item");
  const Responses = reads.map(({ table, projection, position }) => {
    const entry = table.find(position);
    meter.add(table, 2 * readUnits(entry?.bytes ?? 0, true));
    if (entry === undefined) return {};
    return { Item: projection === undefined ? entry.item : projection(entry.item) };
  });
  return { Responses, ...meter.several("Read") };
};

function itemsOf(input: Input): readonly Input[] {
  const items = input["TransactItems"];
  if (!Array.isArray(items)) throw constraint(undefined, "transactItems", "Member must not be null");
  if (items.length === 0) throw constraint("[]", "transactItems", "Member must have length greater than or equal to 1");
  if (items.length > LIMITS.transactionItems) {
    throw constraint(
      "[...]",
      "transactItems",
      `Member must have length less than or equal to ${LIMITS.transactionItems}`,
    );
  }
  return items.map((item: unknown) => {
    if (isRecord(item)) return item;
    throw constraint(undefined, "transactItems.1.member", "Member must not be null");
  });
}

function planOne(context: Context, item: Input): Write {
  const [kind, ...others] = Object.keys(item);
  const action = Object.entries(ACTIONS).find(([name]) => name === kind)?.[1];
  const request = kind === undefined ? undefined : item[kind];
  if (action === undefined || others.length > 0 || !isRecord(request) || kind === undefined) {
    throw invalid("TransactItems can only contain one of Check, Put, Update or Delete");
  }
  accept(kind, request, action.names);
  if (kind === "Update" && request["UpdateExpression"] === undefined) {
    throw constraint(undefined, "transactItems.1.member.update.updateExpression", "Member must not be null");
  }
  return action.plan(context, request);
}

/** Checks all writes. @throws ServiceError with a reason for each where one is refused */
function prepareAll(writes: readonly Write[]): readonly Prepared[] {
  const prepared: Prepared[] = [];
  const reasons = writes.map(({ prepare }) => {
    try {
      prepared.push(prepare());
      return { Code: "None" };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const Code = error.code === "ConditionalCheckFailedException" ? "ConditionalCheckFailed" : "ValidationError";
      return { Code, Message: error.message, ...error.details };
    }
  });
  if (prepared.length === writes.length) return prepared;
  const codes = reasons.map(({ Code }) => Code).join(", ");
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  throw new ServiceError("TransactionCanceledException", message, 400, { CancellationReasons: reasons });
}
