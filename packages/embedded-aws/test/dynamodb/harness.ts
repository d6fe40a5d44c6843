import { type DynamoDb, createDynamoDb } from "../../src/dynamodb/index.ts";
import { type Input, ServiceError } from "../../src/json-service.ts";
import type { Item } from "../../src/dynamodb/values.ts";
import { type Storage, createVolatileStorage } from "../../src/storage/storage.ts";

/** What a test reads of an answer. */
export interface Answer {
  readonly Item?: Item;
  readonly Items?: readonly Item[];
  readonly Attributes?: Item;
  readonly Count?: number;
  readonly ScannedCount?: number;
  readonly LastEvaluatedKey?: Item;
  readonly Responses?: unknown;
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys: readonly unknown[] }>>;
  readonly ConsumedCapacity?: unknown;
  readonly Table?: unknown;
  readonly TableNames?: readonly string[];
  readonly LastEvaluatedTableName?: string;
  readonly Tags?: unknown;
  readonly TimeToLiveDescription?: unknown;
  readonly ContinuousBackupsDescription?: unknown;
}

/** A DynamoDB whose clock stands, with shorthands. */
export interface Harness {
  readonly dynamo: DynamoDb;
  /** An answer, as a client would read it from JSON. */
  readonly ask: (operation: string, input: Input) => Answer;
  /** The error of a request that is refused. */
  readonly refusal: (operation: string, input: Input) => ServiceError;
  readonly clock: { now: number };
}

/** A new DynamoDB, with nothing in it but what the storage has. */
export function harness(storage: Storage = createVolatileStorage()): Harness {
  const clock = { now: Date.UTC(2026, 10, 28) };
  const dynamo = createDynamoDb({ storage, now: () => clock.now });
  dynamo.stop();
  return {
    dynamo,
    clock,
    ask: (operation, input) => JSON.parse(JSON.stringify(dynamo.execute(operation, JSON.parse(JSON.stringify(input))))),
    refusal: (operation, input) => {
      try {
        dynamo.execute(operation, JSON.parse(JSON.stringify(input)));
      } catch (error) {
        if (error instanceof ServiceError) return error;
        throw error;
      }
      throw new Error(`${operation} was not refused.`);
    },
  };
}

/** Attributes as texts and numbers. */
export function attributes(values: Readonly<Record<string, string | number>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "string" ? { S: value } : { N: String(value) },
    ]),
  );
}

/** A table with a text for its partition and a number for its order, a global index of names, and a local one. */
export const EVENTS = {
  TableName: "events",
  BillingMode: "PAY_PER_REQUEST",
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType: "N" },
    { AttributeName: "owner", AttributeType: "S" },
  ],
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "by-owner",
      KeySchema: [
        { AttributeName: "owner", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: "own-owner",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "owner", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["a"] },
    },
  ],
} as const;

/** A storage in memory that keeps what is put, to be given to a second run. */
export function memoryStorage(): Storage & { readonly kept: Map<string, Map<string, string | Uint8Array>> } {
  const kept = new Map<string, Map<string, string | Uint8Array>>();
  return {
    kept,
    collection: (name) => {
      const values = kept.get(name) ?? new Map<string, string | Uint8Array>();
      kept.set(name, values);
      return {
        entries: () => [...values],
        put: (key, value) => void values.set(key, value),
        remove: (key) => void values.delete(key),
      };
    },
    written: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
