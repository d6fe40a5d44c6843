import * as z from "zod";
import { type Deployable, type Input, type JsonService, ServiceError } from "../json-service.ts";
import type { Storage } from "../storage/storage.ts";
import type { Context, Operation } from "./context.ts";
import { deployTable } from "./deploy.ts";
import { createExpressions } from "./expression/cache.ts";
import { checkKey, itemPosition } from "./item-keys.ts";
import { hasAny } from "./item-waits.ts";
import { nameOf } from "./keys.ts";
import { batchGetItem, batchWriteItem } from "./operations/batch.ts";
import { getItem } from "./operations/get-item.ts";
import { query } from "./operations/query.ts";
import { scan } from "./operations/scan.ts";
import { describeContinuousBackups, describeTimeToLive, updateTimeToLive } from "./operations/settings.ts";
import { createTable, deleteTable, describe, listTables } from "./operations/tables.ts";
import { updateTable } from "./operations/update-table.ts";
import { listTagsOfResource, tagResource, untagResource } from "./operations/tags.ts";
import { transactGetItems, transactWriteItems } from "./operations/transact.ts";
import { deleteItem, putItem, updateItem } from "./operations/write-item.ts";
import type { Change } from "./table.ts";
import { loadTables } from "./tables.ts";
import { createTokens } from "./tokens.ts";

export type { Change } from "./table.ts";

/** DynamoDB, in memory and in a storage. */
export interface DynamoDb extends JsonService, Deployable {
  /** Answers at once: a caller need not wait. */
  readonly execute: (operation: string, input: Input) => object;
  /**
   * Has a listener called after each write of a table, before the write is answered, with the item before and after.
   * @returns what ends it
   * @throws ServiceError where there is no such table
   */
  readonly onChange: (table: string, listener: (change: Change) => void) => () => void;
  /**
   * Resolves when an item has one of some attributes, or the time is over. No operation of AWS's: those who poll there
   * need not do so here.
   * @throws ServiceError where there is no such table, or the key is none of its keys
   */
  readonly awaitItem: (wish: unknown) => Promise<void>;
  /** Deletes what is past its time to live. It happens every 20 seconds by itself. */
  readonly expire: () => void;
  readonly stop: () => void;
}

/** An item that somebody waits for. */
const ItemWish = z.object({
  /** The table, by its name or ARN. */
  TableName: z.string(),
  Key: z.unknown(),
  Attributes: z.array(z.string()),
  /** At the most; a client that is gone must not be waited for much longer. */
  Milliseconds: z.number().min(0).max(30_000),
});

/** Milliseconds between two looks for what is past its time to live. */
const EXPIRY_INTERVAL = 20_000;

/** Items that are deleted at once: some 20 ms of work. Others wait for the event loop's next round. */
const EXPIRY_BATCH = 1_000;

/** The tables that an earlier run left in the storage, or none. @param now milliseconds since 1970 */
export function createDynamoDb({ storage, now }: { readonly storage: Storage; readonly now: () => number }): DynamoDb {
  const tables = loadTables(storage, now);
  const tokens = createTokens(storage, now);
  const context: Context = { tables, expressions: createExpressions(), now };
  const operations = new Map<string, Operation>([
    ["BatchGetItem", batchGetItem],
    ["BatchWriteItem", batchWriteItem],
    ["CreateTable", createTable],
    ["DeleteItem", deleteItem],
    ["DeleteTable", deleteTable],
    ["DescribeContinuousBackups", describeContinuousBackups],
    ["DescribeTable", describe],
    ["DescribeTimeToLive", describeTimeToLive],
    ["GetItem", getItem],
    ["ListTables", listTables],
    ["ListTagsOfResource", listTagsOfResource],
    ["PutItem", putItem],
    ["Query", query],
    ["Scan", scan],
    ["TagResource", tagResource],
    ["TransactGetItems", transactGetItems],
    ["TransactWriteItems", transactWriteItems(tokens)],
    ["UntagResource", untagResource],
    ["UpdateItem", updateItem],
    ["UpdateTable", updateTable],
    ["UpdateTimeToLive", updateTimeToLive],
  ]);

  let next: NodeJS.Immediate | undefined;
  const expire = (): void => {
    tokens.forget();
    const seconds = now() / 1_000;
    let isMore = false;
    for (const table of tables.all()) isMore = table.expire(seconds, EXPIRY_BATCH) === EXPIRY_BATCH || isMore;
    if (isMore) next = setImmediate(expire);
  };
  const timer = setInterval(expire, EXPIRY_INTERVAL).unref();

  return {
    namespace: "com.amazonaws.dynamodb.v20120810#",
    execute: (name, input) => {
      const operation = operations.get(name);
      if (operation !== undefined) return operation(context, input);
      throw new ServiceError("UnknownOperationException", `The local DynamoDB does not serve ${name}.`);
    },
    deploy: (resource) => deployTable(tables, resource),
    onChange: (table, listener) => {
      const { listeners } = tables.get(table);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    awaitItem: async (wish) => {
      const { TableName, Key, Attributes, Milliseconds } = ItemWish.parse(wish);
      const table = tables.of({ TableName });
      const position = itemPosition(table.key, checkKey(table.key, Key));
      const item = table.find(position)?.item;
      if (item !== undefined && hasAny(item, Attributes)) return;
      await table.waits.wait(nameOf(position), Attributes, Milliseconds);
    },
    expire,
    stop: () => {
      clearInterval(timer);
      clearImmediate(next);
    },
  };
}
