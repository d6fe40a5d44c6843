import { describe, expect, it } from "vitest";
import { type Harness, harness } from "./harness.ts";

const LONG = 30_000;
const KEY = { id: { S: "a" } };
const wish = (milliseconds: number, table = "tasks"): object => ({
  TableName: table,
  Key: KEY,
  Attributes: ["done", "end"],
  Milliseconds: milliseconds,
});

function withTable(): Harness {
  const made = harness();
  made.ask("CreateTable", {
    TableName: "tasks",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    BillingMode: "PAY_PER_REQUEST",
  });
  return made;
}

/** Whether a promise has settled by the event loop's next turn. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  const next = new Promise((resolve) => setImmediate(resolve, "later"));
  return (await Promise.race([promise, next])) !== "later";
}

describe("who waits for an item", () => {
  it("is told at once of one that has an attribute", async () => {
    const { ask, dynamo } = withTable();
    ask("PutItem", { TableName: "tasks", Item: { ...KEY, done: { N: "1" } } });
    expect(await settles(dynamo.awaitItem(wish(LONG)))).toBe(true);
  });

  it("is told by the write that gives it one, and by no other", async () => {
    const { ask, dynamo } = withTable();
    const told = dynamo.awaitItem(wish(LONG));
    ask("PutItem", { TableName: "tasks", Item: { ...KEY, status: { S: "STARTED" } } });
    ask("PutItem", { TableName: "tasks", Item: { id: { S: "b" }, done: { N: "1" } } });
    expect(await settles(told)).toBe(false);
    ask("UpdateItem", {
      TableName: "tasks",
      Key: KEY,
      UpdateExpression: "SET done = :n",
      ExpressionAttributeValues: { ":n": { N: "1" } },
    });
    expect(await settles(told)).toBe(true);
  });

  it("waits for no longer than it says", async () => {
    const { dynamo } = withTable();
    await expect(dynamo.awaitItem(wish(1))).resolves.toBeUndefined();
  });

  it("is refused a table that is not there, and a wait without end", async () => {
    const { dynamo } = withTable();
    await expect(dynamo.awaitItem(wish(1, "none"))).rejects.toMatchObject({ code: "ResourceNotFoundException" });
    await expect(dynamo.awaitItem(wish(Number.MAX_SAFE_INTEGER))).rejects.toThrow("Milliseconds");
  });
});
