// Microseconds of CPU for each operation of the embedded DynamoDB, without HTTP: `node packages/embedded-
// aws/bench/dynamodb.ts`.
// Needs nothing. The table is like a task table: a hash key, two sparse indexes, items of 600 bytes; 100,000 items
// where it says so.

import { createDynamoDb } from "../src/dynamodb/index.ts";
import { createVolatileStorage } from "../src/storage/storage.ts";

const dynamo = createDynamoDb({ storage: createVolatileStorage(), now: Date.now });
const key = (name: string, KeyType: string): object => ({ AttributeName: name, KeyType });

for (const [TableName, range] of [
  ["tasks", undefined],
  ["events", "sk"],
] as const) {
  dynamo.execute("CreateTable", {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: ["pk", "recent", "at", ...(range === undefined ? [] : [range])].map((AttributeName) => ({
      AttributeName,
      AttributeType: "S",
    })),
    KeySchema: [key("pk", "HASH"), ...(range === undefined ? [] : [key(range, "RANGE")])],
    GlobalSecondaryIndexes: [
      {
        IndexName: "recent",
        KeySchema: [key("recent", "HASH"), key("at", "RANGE")],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  });
}

const item = (pk: string, at: number): object => ({
  pk: { S: pk },
  recent: { S: `2026-11-28T${at % 24}#${at % 8}` },
  at: { S: String(at).padStart(12, "0") },
  task: { S: "math.add" },
  status: { S: "PENDING" },
  attempt: { N: "0" },
  created: { N: String(1_795_800_000_000 + at) },
  ttl: { N: String(1_795_900_000 + at) },
  args: { S: JSON.stringify([1, 2]) },
  events: { L: [{ S: '{"status":"PENDING","at":1795800000000}' }] },
  text: { S: "x".repeat(300) },
});

/** Requests that are made at once: what they cost to make, and a gateway to parse, is not counted. */
const BATCH = 500;

function measure(name: string, count: number, input: (i: number) => object, operation: string): void {
  let spent = 0;
  for (let from = 0; from < count; from += BATCH) {
    const inputs = Array.from({ length: BATCH }, (_, i) => ({ ...input(from + i) }));
    const before = process.cpuUsage();
    for (const each of inputs) {
      try {
        dynamo.execute(operation, each);
      } catch (error) {
        if (!String(error).includes("conditional")) throw error;
      }
    }
    const { user, system } = process.cpuUsage(before);
    spent += user + system;
  }
  console.log(`${name.padEnd(48)} ${(spent / count).toFixed(1).padStart(6)} us`);
}

const COUNT = 50_000;
const claim = (i: number): object => ({
  TableName: "tasks",
  Key: { pk: { S: `task-${i}` } },
  UpdateExpression:
    "SET #status = :started, #fence = :fence, #lease = :lease, started = :now, #events = list_append(if_not_exists(#events, :none), :event), #attempt = :attempt REMOVE terminate",
  ConditionExpression: "attribute_not_exists(pk) OR (#attempt = :before AND #status IN (:pending, :retry))",
  ExpressionAttributeNames: {
    "#status": "status",
    "#fence": "fence",
    "#lease": "lease",
    "#events": "events",
    "#attempt": "attempt",
  },
  ExpressionAttributeValues: {
    ":started": { S: "STARTED" },
    ":fence": { S: `fence-${i}` },
    ":lease": { N: "1795800060000" },
    ":now": { N: "1795800000123" },
    ":none": { L: [] },
    ":event": { L: [{ S: '{"status":"STARTED"}' }] },
    ":attempt": { N: "1" },
    ":before": { N: "0" },
    ":pending": { S: "PENDING" },
    ":retry": { S: "RETRY" },
  },
  ReturnValues: "ALL_NEW",
  ReturnValuesOnConditionCheckFailure: "ALL_OLD",
});

for (const round of ["cold", "warm"]) {
  console.log(round);
  measure("PutItem", COUNT, (i) => ({ TableName: "tasks", Item: item(`task-${i}`, i) }), "PutItem");
  measure("GetItem", COUNT, (i) => ({ TableName: "tasks", Key: { pk: { S: `task-${i}` } } }), "GetItem");
  measure("UpdateItem, a claim", COUNT, claim, "UpdateItem");
  measure("UpdateItem, a claim that is refused", COUNT, claim, "UpdateItem");
  const recent = (i: number): object => ({
    TableName: "tasks",
    IndexName: "recent",
    KeyConditionExpression: "recent = :r AND #at >= :at",
    ExpressionAttributeNames: { "#at": "at" },
    ExpressionAttributeValues: { ":r": { S: `2026-11-28T${i % 24}#${i % 8}` }, ":at": { S: "0" } },
    ScanIndexForward: false,
    Limit: 20,
  });
  measure("Query of an index, 20 items", COUNT / 5, recent, "Query");
  const event = (i: number): object => ({
    TableName: "events",
    Item: { ...item("one", i), sk: { S: String((i * 7_919) % 1_000_003) } },
  });
  measure("PutItem, 100,000 in one partition", 100_000, event, "PutItem");
  const get = (i: number): object => ({
    TableName: "events",
    Key: { pk: { S: "one" }, sk: { S: String((i * 7_919) % 1_000_003) } },
  });
  measure("GetItem of that partition", 100_000, get, "GetItem");
  measure("DeleteItem of that partition", 50_000, get, "DeleteItem");
}
dynamo.stop();
