import { describe, expect, it } from "vitest";
import type { Item } from "../../src/dynamodb/values.ts";
import { type Answer, EVENTS, attributes, harness } from "./harness.ts";

function events(count: number) {
  const all = harness();
  all.ask("CreateTable", EVENTS);
  for (let sk = 0; sk < count; sk++) {
    all.ask("PutItem", {
      TableName: "events",
      Item: attributes({ pk: `p${sk % 2}`, sk: sk - 3, a: `a${sk}`, b: "b", ...(sk % 3 === 0 && { owner: "me" }) }),
    });
  }
  const query = (KeyConditionExpression: string, values: object, more: object = {}) =>
    all.ask("Query", { TableName: "events", KeyConditionExpression, ExpressionAttributeValues: values, ...more });
  return { ...all, query };
}

const numbers = ({ Items = [] }: Answer) => Items.map(({ sk }) => (sk && "N" in sk ? Number(sk.N) : undefined));

describe("queries of DynamoDB", () => {
  const P0 = { ":p": { S: "p0" } };

  it("give a partition in the order of its numbers, either way", () => {
    const { query } = events(10);
    expect(numbers(query("pk = :p", P0))).toEqual([-3, -1, 1, 3, 5]);
    expect(numbers(query("pk = :p", P0, { ScanIndexForward: false }))).toEqual([5, 3, 1, -1, -3]);
  });

  it.each([
    ["sk = :x", [1]],
    ["sk < :x", [-3, -1]],
    ["sk <= :x", [-3, -1, 1]],
    ["sk > :x", [3, 5]],
    [":x <= sk", [1, 3, 5]],
    ["sk BETWEEN :x AND :y", [1, 3]],
  ])("take a part of it: %s", (condition, found) => {
    const values = { ...P0, ":x": { N: "1" }, ...(condition.includes(":y") && { ":y": { N: "4" } }) };
    expect(numbers(events(10).query(`pk = :p AND ${condition}`, values))).toEqual(found);
  });

  it("go on where a page ended, in both directions", () => {
    const { query } = events(10);
    for (const ScanIndexForward of [true, false]) {
      const found: (number | undefined)[] = [];
      let start: Item | undefined;
      do {
        const page = query("pk = :p", P0, { Limit: 2, ScanIndexForward, ...(start && { ExclusiveStartKey: start }) });
        found.push(...numbers(page));
        start = page.LastEvaluatedKey;
      } while (start);
      expect(found.toSorted((a = 0, b = 0) => (ScanIndexForward ? a - b : b - a))).toEqual(found);
      expect(found).toHaveLength(5);
    }
  });

  it("end a page at 1 MB", () => {
    const { ask, query } = events(0);
    for (let sk = 0; sk < 4; sk++) {
      ask("PutItem", { TableName: "events", Item: attributes({ pk: "p0", sk, a: "x".repeat(390_000) }) });
    }
    const page = query("pk = :p", P0, { ReturnConsumedCapacity: "TOTAL", Select: "COUNT" });
    expect(page).toMatchObject({ Count: 3, LastEvaluatedKey: attributes({ pk: "p0", sk: 2 }) });
    expect(page.ConsumedCapacity).toEqual({ TableName: "events", CapacityUnits: 143 });
    expect(page.Items).toBeUndefined();
  });

  it("filter after counting, and limit before filtering", () => {
    const { query } = events(10);
    const page = query("pk = :p", { ...P0, ":a": { S: "a4" } }, { FilterExpression: "a > :a", Limit: 3 });
    expect(page).toMatchObject({ Count: 0, ScannedCount: 3 });
  });

  it("find in a global index what has its key, and only what it projects", () => {
    const { query } = events(10);
    const page = query(
      "#o = :o",
      { ":o": { S: "me" } },
      { IndexName: "by-owner", ExpressionAttributeNames: { "#o": "owner" } },
    );
    expect(numbers(page)).toEqual([-3, 0, 3, 6]);
    expect(page.Items?.[0]).toEqual(attributes({ pk: "p0", sk: -3, owner: "me" }));
  });

  it("read from the table what a local index lacks, at its price", () => {
    const { query } = events(10);
    const page = query("pk = :p", P0, {
      IndexName: "own-owner",
      Select: "ALL_ATTRIBUTES",
      ReturnConsumedCapacity: "INDEXES",
      ConsistentRead: true,
    });
    expect(page.Items?.[0]).toEqual(attributes({ pk: "p0", sk: -3, owner: "me", a: "a0", b: "b" }));
    expect(page.ConsumedCapacity).toEqual({
      TableName: "events",
      CapacityUnits: 3,
      Table: { CapacityUnits: 2 },
      LocalSecondaryIndexes: { "own-owner": { CapacityUnits: 1 } },
    });
  });

  it.each([
    ["sk = :p", {}, "Query condition missed key schema element: pk"],
    ["pk > :p", {}, "Query key condition not supported"],
    ["pk = :p OR pk = :p", {}, "Invalid operator used in KeyConditionExpression: OR"],
    ["pk = :p AND a = :p", {}, "Query condition missed key schema element: sk"],
    ["pk = :p AND sk = :p", {}, "Condition parameter type does not match schema type"],
    [
      "pk = :p",
      { FilterExpression: "sk <> :p" },
      "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
    ],
    ["pk = :p", { IndexName: "none" }, "The table does not have the specified index: none"],
    [
      "pk = :p",
      { ExclusiveStartKey: attributes({ pk: "p1", sk: 1 }) },
      "The provided starting key is outside query boundaries",
    ],
    ["pk = :p", { ExclusiveStartKey: attributes({ pk: "p0" }) }, "The provided starting key is invalid"],
    ["pk = :p", { Limit: 0 }, "Member must have value greater than or equal to 1"],
    [
      "owner = :p",
      { IndexName: "by-owner", ConsistentRead: true },
      "Consistent reads are not supported on global secondary indexes",
    ],
    [
      "owner = :p",
      { IndexName: "by-owner", ProjectionExpression: "a" },
      "Global secondary index by-owner does not project [a]",
    ],
  ])("are refused where they are wrong: %s, %j", (KeyConditionExpression, more, message) => {
    const { refusal } = events(4);
    const text = KeyConditionExpression.replace("owner", "#o");
    const names = text.includes("#o") ? { ExpressionAttributeNames: { "#o": "owner" } } : {};
    const values = { ExpressionAttributeValues: { ":p": { S: "p0" } } };
    const error = refusal("Query", { TableName: "events", KeyConditionExpression: text, ...names, ...values, ...more });
    expect(error.code).toBe("ValidationException");
    expect(error.message).toContain(message);
  });
});

describe("scans of DynamoDB", () => {
  it("find each item once, in pages and in segments", () => {
    const { ask } = events(50);
    const found: Item[] = [];
    for (let Segment = 0; Segment < 4; Segment++) {
      let start: Item | undefined;
      do {
        const more = start === undefined ? {} : { ExclusiveStartKey: start };
        const page = ask("Scan", { TableName: "events", Segment, TotalSegments: 4, Limit: 7, ...more });
        found.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start);
    }
    expect(new Set(found.map(({ sk }) => JSON.stringify(sk)))).toHaveLength(50);
    expect(found).toHaveLength(50);
  });

  it("see of an index what is in it", () => {
    expect(events(9).ask("Scan", { TableName: "events", IndexName: "by-owner", Select: "COUNT" })).toEqual({
      Count: 3,
      ScannedCount: 3,
    });
  });
});

describe("batches of DynamoDB", () => {
  it("give what is there, and leave what is more than 16 MB for another request", () => {
    const { ask } = events(0);
    for (let sk = 0; sk < 45; sk++) {
      ask("PutItem", { TableName: "events", Item: attributes({ pk: "p", sk, a: "x".repeat(400_000) }) });
    }
    const Keys = Array.from({ length: 46 }, (_, sk) => attributes({ pk: "p", sk }));
    const { Responses, UnprocessedKeys } = ask("BatchGetItem", { RequestItems: { events: { Keys } } });
    expect(Responses).toMatchObject({ events: { length: 41 } });
    expect(UnprocessedKeys?.["events"]?.Keys).toHaveLength(4);
  });

  it("are refused for too many, for one item twice, and as a whole for one that is wrong", () => {
    const { refusal, ask } = events(0);
    const write = (...keys: number[]) => ({
      RequestItems: { events: keys.map((sk) => ({ PutRequest: { Item: attributes({ pk: "p", sk }) } })) },
    });
    expect(refusal("BatchWriteItem", write(...Array(26).keys())).message).toContain("Too many items");
    expect(refusal("BatchWriteItem", write(1, 1)).message).toBe("Provided list of item keys contains duplicates");
    const wrong = { PutRequest: { Item: attributes({ pk: "p", sk: 2, owner: 1 }) } };
    const { RequestItems } = write(1);
    expect(refusal("BatchWriteItem", { RequestItems: { events: [...RequestItems.events, wrong] } }).code).toBe(
      "ValidationException",
    );
    expect(ask("Scan", { TableName: "events" }).Count).toBe(0);
  });
});
