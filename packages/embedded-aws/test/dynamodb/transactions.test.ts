import { describe, expect, it } from "vitest";
import { EVENTS, attributes, harness, memoryStorage } from "./harness.ts";

const put = (sk: number, more: object = {}) => ({
  Put: { TableName: "events", Item: attributes({ pk: "p", sk, a: "new" }), ...more },
});

function events(storage = memoryStorage()) {
  const all = harness(storage);
  if (storage.kept.get("dynamodb/tables")?.size === 0) all.ask("CreateTable", EVENTS);
  const count = () => all.ask("Scan", { TableName: "events" }).Count;
  return { ...all, count };
}

describe("transactions of DynamoDB", () => {
  it("do all or nothing, and say of each action why", () => {
    const { ask, refusal, count } = events();
    ask("PutItem", { TableName: "events", Item: attributes({ pk: "p", sk: 2, a: "old" }) });
    const absent = { ConditionExpression: "attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" };
    const error = refusal("TransactWriteItems", { TransactItems: [put(1), put(2, absent), put(3)] });
    expect(error.code).toBe("TransactionCanceledException");
    expect(error.message).toContain("[None, ConditionalCheckFailed, None]");
    expect(error.details).toEqual({
      CancellationReasons: [
        { Code: "None" },
        {
          Code: "ConditionalCheckFailed",
          Message: "The conditional request failed",
          Item: attributes({ pk: "p", sk: 2, a: "old" }),
        },
        { Code: "None" },
      ],
    });
    expect(count()).toBe(1);
  });

  it("put, update, delete and check", () => {
    const { ask } = events();
    for (const sk of [1, 2, 3]) ask("PutItem", { TableName: "events", Item: attributes({ pk: "p", sk }) });
    const on = (sk: number) => ({ TableName: "events", Key: attributes({ pk: "p", sk }) });
    const TransactItems = [
      { ConditionCheck: { ...on(1), ConditionExpression: "attribute_exists(pk)" } },
      { Update: { ...on(2), UpdateExpression: "SET n = :n", ExpressionAttributeValues: { ":n": { N: "1" } } } },
      { Delete: on(3) },
      put(4),
    ];
    expect(ask("TransactWriteItems", { TransactItems, ReturnConsumedCapacity: "TOTAL" }).ConsumedCapacity).toEqual([
      { TableName: "events", CapacityUnits: 8, WriteCapacityUnits: 8 },
    ]);
    const { Responses } = ask("TransactGetItems", { TransactItems: [2, 3, 4].map((sk) => ({ Get: on(sk) })) });
    expect(Responses).toEqual([
      { Item: attributes({ pk: "p", sk: 2, n: 1 }) },
      {},
      { Item: attributes({ pk: "p", sk: 4, a: "new" }) },
    ]);
  });

  it("are done once for a token, over a restart too, until ten minutes later", () => {
    const storage = memoryStorage();
    const first = events(storage);
    const add = {
      Update: {
        TableName: "events",
        Key: attributes({ pk: "p", sk: 1 }),
        UpdateExpression: "ADD n :one",
        ExpressionAttributeValues: { ":one": { N: "1" } },
      },
    };
    const request = { TransactItems: [add], ClientRequestToken: "token" };
    first.ask("TransactWriteItems", request);
    first.ask("TransactWriteItems", request);
    const other = first.refusal("TransactWriteItems", { ...request, TransactItems: [put(1)] });
    expect(other.code).toBe("IdempotentParameterMismatchException");
    const second = events(storage);
    second.ask("TransactWriteItems", request);
    const get = () => second.ask("GetItem", { TableName: "events", Key: attributes({ pk: "p", sk: 1 }) }).Item;
    expect(get()).toMatchObject({ n: { N: "1" } });
    second.clock.now += 601_000;
    second.dynamo.expire();
    second.ask("TransactWriteItems", request);
    expect(get()).toMatchObject({ n: { N: "2" } });
    expect(storage.kept.get("dynamodb/tokens")?.size).toBe(1);
  });

  it("are refused for two actions on one item, none, and more than 100", () => {
    const { refusal } = events();
    const twice = refusal("TransactWriteItems", { TransactItems: [put(1), put(1)] });
    expect(twice.message).toBe("Transaction request cannot include multiple operations on one item");
    for (const TransactItems of [[], Array.from({ length: 101 }, (_, sk) => put(sk))]) {
      expect(refusal("TransactWriteItems", { TransactItems }).code).toBe("ValidationException");
    }
  });
});
