import { describe, expect, it } from "vitest";
import type { Change } from "../../src/dynamodb/index.ts";
import { EVENTS, attributes, harness, memoryStorage } from "./harness.ts";

const item = (sk: number, more: Readonly<Record<string, string | number>> = {}) => ({
  TableName: "events",
  Item: attributes({ pk: "p", sk, ...more }),
});

const resource = (properties: object) => ({
  stack: "s",
  logicalId: "Table",
  type: "AWS::DynamoDB::Table",
  properties: { ...properties },
  physicalId: "events",
  arn: "arn:aws:dynamodb:us-east-1:000000000000:table/events",
});

describe("tables of DynamoDB", () => {
  it("are created, described, listed and deleted", () => {
    const { ask, refusal } = harness();
    for (const TableName of ["events", "another"]) ask("CreateTable", { ...EVENTS, TableName });
    ask("PutItem", item(1, { owner: "me" }));
    expect(ask("DescribeTable", { TableName: "events" }).Table).toMatchObject({
      TableStatus: "ACTIVE",
      ItemCount: 1,
      TableArn: "arn:aws:dynamodb:us-east-1:000000000000:table/events",
      GlobalSecondaryIndexes: [{ IndexName: "by-owner", IndexStatus: "ACTIVE", ItemCount: 1 }],
    });
    expect(refusal("CreateTable", EVENTS).code).toBe("ResourceInUseException");
    expect(ask("ListTables", { Limit: 1 })).toEqual({ TableNames: ["another"], LastEvaluatedTableName: "another" });
    ask("DeleteTable", { TableName: "events" });
    expect(refusal("PutItem", item(1)).code).toBe("ResourceNotFoundException");
    ask("CreateTable", EVENTS);
    expect(ask("Scan", { TableName: "events" }).Count).toBe(0);
  });

  it.each([
    [{ TableName: "no" }, "Member must have length greater than or equal to 3"],
    [{ KeySchema: [{ AttributeName: "pk", KeyType: "RANGE" }] }, "The first KeySchemaElement is not a HASH key type"],
    [{ KeySchema: [{ AttributeName: "no", KeyType: "HASH" }] }, "not defined in AttributeDefinitions"],
    [{ GlobalSecondaryIndexes: undefined, LocalSecondaryIndexes: undefined }, "Number of attributes in KeySchema"],
    [{ StreamSpecification: {} }, "StreamSpecification"],
  ])("are refused where their definition is wrong: %j", (wrong, message) => {
    expect(harness().refusal("CreateTable", { ...EVENTS, ...wrong }).message).toContain(message);
  });

  it("fill an index that is added, and forget one that is deleted", () => {
    const { ask, refusal } = harness();
    ask("CreateTable", EVENTS);
    for (const sk of [2, 1, 3]) ask("PutItem", item(sk, { kind: "k" }));
    const Create = {
      IndexName: "by-kind",
      KeySchema: [
        { AttributeName: "kind", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "ALL" },
    };
    const AttributeDefinitions = [{ AttributeName: "kind", AttributeType: "S" }];
    ask("UpdateTable", { TableName: "events", AttributeDefinitions, GlobalSecondaryIndexUpdates: [{ Create }] });
    const query = {
      TableName: "events",
      IndexName: "by-kind",
      KeyConditionExpression: "kind = :k",
      ExpressionAttributeValues: { ":k": { S: "k" } },
    };
    expect(ask("Query", query).Items).toEqual([1, 2, 3].map((sk) => attributes({ pk: "p", sk, kind: "k" })));
    const Delete = { IndexName: "by-kind" };
    ask("UpdateTable", { TableName: "events", GlobalSecondaryIndexUpdates: [{ Delete }] });
    expect(refusal("Query", query).message).toContain("The table does not have the specified index");
  });

  it("have tags, and tell of backups", () => {
    const { ask } = harness();
    ask("CreateTable", EVENTS);
    const ResourceArn = "arn:aws:dynamodb:us-east-1:000000000000:table/events";
    ask("TagResource", {
      ResourceArn,
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    });
    ask("UntagResource", { ResourceArn, TagKeys: ["a"] });
    expect(ask("ListTagsOfResource", { ResourceArn }).Tags).toEqual([{ Key: "b", Value: "2" }]);
    const { ContinuousBackupsDescription } = ask("DescribeContinuousBackups", { TableName: "events" });
    expect(ContinuousBackupsDescription).toMatchObject({ ContinuousBackupsStatus: "ENABLED" });
  });

  it("are deployed from a template, and deployed again with another index, without losing items", () => {
    const { dynamo, ask } = harness();
    const plain = { KeySchema: EVENTS.KeySchema, AttributeDefinitions: EVENTS.AttributeDefinitions.slice(0, 2) };
    const ttl = { TimeToLiveSpecification: { AttributeName: "ttl", Enabled: "true" } };
    dynamo.deploy(resource({ ...plain, ...ttl }));
    ask("PutItem", item(1, { owner: "me" }));
    dynamo.deploy(resource({ ...EVENTS, ...ttl }));
    expect(ask("Scan", { TableName: "events", IndexName: "by-owner" }).Count).toBe(1);
    expect(ask("DescribeTimeToLive", { TableName: "events" }).TimeToLiveDescription).toEqual({
      TimeToLiveStatus: "ENABLED",
      AttributeName: "ttl",
    });
    const other = { ...EVENTS, KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }] };
    expect(() => dynamo.deploy(resource(other))).toThrow("The key of table events is another one");
  });

  it("tell listeners of each write, until they listen no more", () => {
    const { dynamo, ask } = harness();
    ask("CreateTable", EVENTS);
    const changes: Change[] = [];
    const stop = dynamo.onChange("events", (change) => void changes.push(change));
    ask("PutItem", item(1));
    ask("PutItem", item(1, { a: "b" }));
    ask("DeleteItem", { TableName: "events", Key: attributes({ pk: "p", sk: 1 }) });
    stop();
    ask("PutItem", item(2));
    const [before, after] = [item(1).Item, item(1, { a: "b" }).Item];
    expect(changes).toEqual([
      { old: undefined, new: before },
      { old: before, new: after },
      { old: after, new: undefined },
    ]);
  });
});

describe("the time to live of DynamoDB's items", () => {
  it("ends them where it is a number of seconds that is past, but not for five years", () => {
    const { dynamo, ask, clock } = harness();
    ask("CreateTable", EVENTS);
    const TimeToLiveSpecification = { AttributeName: "ttl", Enabled: true };
    const now = clock.now / 1_000;
    ask("PutItem", item(0, { ttl: now - 1 }));
    ask("UpdateTimeToLive", { TableName: "events", TimeToLiveSpecification });
    ask("PutItem", item(1, { ttl: now + 10, owner: "me" }));
    ask("PutItem", item(2, { ttl: now + 100 }));
    ask("PutItem", item(3, { ttl: String(now - 10) }));
    ask("PutItem", item(4, { ttl: 1 }));
    ask("PutItem", item(5, { ttl: now + 10 }));
    ask("PutItem", item(5, { ttl: now + 100 }));
    clock.now += 11_000;
    dynamo.expire();
    const left = ask("Scan", { TableName: "events" }).Items?.map(({ sk }) => sk && "N" in sk && sk.N);
    expect(left?.toSorted()).toEqual(["2", "3", "4", "5"]);
    expect(ask("Scan", { TableName: "events", IndexName: "by-owner" }).Count).toBe(0);
  });
});

describe("what DynamoDB keeps", () => {
  it("is there after a restart: tables, indexes, items, and what was deleted is not", () => {
    const storage = memoryStorage();
    const first = harness(storage);
    first.ask("CreateTable", EVENTS);
    first.ask("CreateTable", { ...EVENTS, TableName: "gone" });
    for (const sk of [1, 2, 3]) first.ask("PutItem", item(sk, { owner: "me", n: 0.1 }));
    first.ask("PutItem", { ...item(1), TableName: "gone" });
    first.ask("DeleteItem", { TableName: "events", Key: attributes({ pk: "p", sk: 2 }) });
    first.ask("DeleteTable", { TableName: "gone" });
    const second = harness(storage);
    expect(second.ask("ListTables", {}).TableNames).toEqual(["events"]);
    expect(second.ask("Scan", { TableName: "events", IndexName: "by-owner" }).Count).toBe(2);
    expect(second.ask("Scan", { TableName: "events" }).Items).toEqual(
      [1, 3].map((sk) => item(sk, { owner: "me", n: 0.1 }).Item),
    );
    expect(storage.kept.get("dynamodb/items/gone")?.size).toBe(0);
  });
});

describe("the capacity of DynamoDB", () => {
  it("counts a write by the larger of the item before and after, and the indexes that it changes", () => {
    const { ask } = harness();
    ask("CreateTable", EVENTS);
    const units = (request: object) =>
      ask("PutItem", { ...request, ReturnConsumedCapacity: "INDEXES" }).ConsumedCapacity;
    const global = (CapacityUnits: number) => ({ GlobalSecondaryIndexes: { "by-owner": { CapacityUnits } } });
    const local = (CapacityUnits: number) => ({ LocalSecondaryIndexes: { "own-owner": { CapacityUnits } } });
    const report = (CapacityUnits: number, own: number, indexes: object) => ({
      TableName: "events",
      CapacityUnits,
      Table: { CapacityUnits: own },
      ...indexes,
    });
    expect(units(item(1, { text: "x".repeat(3_000) }))).toEqual(report(3, 3, {}));
    expect(units(item(1, { owner: "me" }))).toEqual(report(5, 3, { ...global(1), ...local(1) }));
    expect(units(item(1, { owner: "me", text: "x" }))).toEqual(report(1, 1, {}));
    expect(units(item(1, { owner: "me", a: "projected" }))).toEqual(report(2, 1, local(1)));
    expect(units(item(1, { owner: "you", a: "projected" }))).toEqual(report(5, 1, { ...global(2), ...local(2) }));
    expect(units(item(1))).toEqual(report(3, 1, { ...global(1), ...local(1) }));
  });
});
