import { GetItemCommand, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it, vi } from "vitest";
import { functionResource, mappingResource, queueResource } from "./support/assembly.ts";
import { newEvents, RECORD } from "./support/events.ts";
import { startRun } from "./support/run.ts";

const TABLE = {
  Type: "AWS::DynamoDB::Table",
  Properties: {
    TableName: "tasks",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
  },
};

/** A worker that tells its version when it starts something slow, and when anything is done. */
const workerCode = (version: number): string => `${RECORD}
  export const handler = async ({ Records: [{ body }] }) => {
    if (body === "slow") record({ version: ${version}, body: "started" });
    await new Promise((resolve) => setTimeout(resolve, body === "slow" ? 400 : 0));
    record({ version: ${version}, body });
  };`;

describe("a deployment", () => {
  it("changes only what is different, and loses nothing from tables and queues", async () => {
    const run = await startRun({ T: TABLE, Q: queueResource("work") });
    await run.dynamoDb.send(new PutItemCommand({ TableName: "tasks", Item: { id: { S: "a" } } }));
    await run.send("work", "still here");

    expect(await run.deploy({ T: TABLE, Q: queueResource("work", { VisibilityTimeout: 77 }) })).toEqual([]);

    const { Item } = await run.dynamoDb.send(new GetItemCommand({ TableName: "tasks", Key: { id: { S: "a" } } }));
    expect(Item).toEqual({ id: { S: "a" } });
    const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
    const { Attributes } = await run.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: "1", VisibilityTimeout: "77" });
  });

  it("fills an index that a table gets later from the items it has", async () => {
    const run = await startRun({ T: TABLE });
    const item = { id: { S: "a" }, open: { S: "x" } };
    await run.dynamoDb.send(new PutItemCommand({ TableName: "tasks", Item: item }));
    const index = {
      IndexName: "open",
      KeySchema: [{ AttributeName: "open", KeyType: "HASH" }],
      Projection: { ProjectionType: "KEYS_ONLY" },
    };
    const AttributeDefinitions = [
      ...TABLE.Properties.AttributeDefinitions,
      { AttributeName: "open", AttributeType: "S" },
    ];
    const Properties = { ...TABLE.Properties, AttributeDefinitions, GlobalSecondaryIndexes: [index] };
    await run.deploy({ T: { ...TABLE, Properties } });

    const query = { TableName: "tasks", IndexName: "open", KeyConditionExpression: "#o = :x" };
    const names = { ExpressionAttributeNames: { "#o": "open" }, ExpressionAttributeValues: { ":x": { S: "x" } } };
    const { Items } = await run.dynamoDb.send(new QueryCommand({ ...query, ...names }));
    expect(Items).toEqual([item]);
  });

  it("lets a function finish what it runs before its new code takes over", async () => {
    const events = newEvents<{ version: number; body: string }>();
    const resources = (asset: string): Parameters<typeof run.deploy>[0] => ({
      Q: queueResource("work", { VisibilityTimeout: 30 }),
      F: functionResource(asset, { FunctionName: "worker", Environment: { Variables: { EVENTS: events.file } } }),
      M: mappingResource("Q", "F", { BatchSize: 1 }),
    });
    const run = await startRun(resources("worker-v1"), { "worker-v1": workerCode(1) });
    await run.send("work", "slow");
    await vi.waitUntil(() => events.all().length === 1, { timeout: 5000 });

    expect(await run.deploy(resources("worker-v2"), { "worker-v2": workerCode(2) })).toEqual(["worker"]);
    await run.send("work", "new");
    await vi.waitUntil(() => events.all().length === 3, { timeout: 5000 });
    expect(events.all()).toContainEqual({ version: 1, body: "slow" });
    expect(events.all()).toContainEqual({ version: 2, body: "new" });
  });

  it.each([
    [
      "more than 4 KB of environment variables",
      { Environment: { Variables: { A: "x".repeat(4096) } } },
      /4104 bytes of environment variables; Lambda takes 4096/,
    ],
    [
      "a variable that Lambda reserves",
      { Environment: { Variables: { AWS_REGION: "x" } } },
      /sets AWS_REGION, which Lambda reserves/,
    ],
    ["a timeout above 900 s", { Timeout: 901 }, /AWS::Lambda::Function F of stack test: .*900/],
    ["code that is not in the assembly", { Code: { S3Key: "gone.zip" } }, /no asset gone\.zip/],
    ["a runtime other than Node.js", { Runtime: "python3.13" }, /only Node\.js runtimes/],
  ])("refuses a function with %s", async (_what, properties, message) => {
    const run = await startRun({});
    await expect(run.deploy({ F: functionResource("f", properties) }, { f: "" })).rejects.toThrow(message);
  });

  it("changes nothing when it is refused", async () => {
    const run = await startRun({});
    const broken = {
      Q: queueResource("work"),
      M: mappingResource("Q", "F", { BatchSize: 0 }),
      F: functionResource("f"),
    };
    await expect(run.deploy(broken, { f: "" })).rejects.toThrow(/AWS::Lambda::EventSourceMapping M of stack test/);
    await expect(run.send("work", "x")).rejects.toThrow("The specified queue does not exist");
  });
});
