import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { SFNClient, SendTaskSuccessCommand, TaskTimedOut, TestStateCommand } from "@aws-sdk/client-sfn";
import { PurgeQueueInProgress, SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createDynamoSender } from "../../../src/aws/clients/dynamodb.ts";
import { UnknownCommand } from "../../../src/aws/clients/errors.ts";
import { createSfnSender } from "../../../src/aws/clients/sfn.ts";
import { createSqsSender } from "../../../src/aws/clients/sqs.ts";
import { fakeAws, refusal, type Seen, STATIC, thrownBy } from "./support.ts";

afterEach(() => vi.unstubAllEnvs());

const key = { id: { S: "1" } };
const get = () => new GetItemCommand({ TableName: "tasks", Key: key });
const MD5_OF_HELLO = "5d41402abc4b2a76b9719d911017c592";

/** What differs from client to client, or from call to call. */
const OWN = new Set([
  "authorization",
  "amz-sdk-invocation-id",
  "user-agent",
  "x-amz-user-agent",
  "x-amz-date",
  "connection",
]);

function plain({ path, headers, body }: Seen | undefined = { path: "", headers: {}, body: "" }): unknown {
  return { path, body, headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.has(name))) };
}

describe("a request", () => {
  test("is the one that the SDK's client sends", async () => {
    const item = {
      ...key,
      n: { N: "1.5" },
      bytes: { B: Buffer.from([1, 2]) },
      list: { L: [{ BOOL: true }, { NULL: true }] },
    };
    const commands = {
      put: new PutItemCommand({ TableName: "tasks", Item: item, ConditionExpression: "attribute_not_exists(id)" }),
      update: new UpdateItemCommand({
        TableName: "tasks",
        Key: key,
        UpdateExpression: "SET #a = :a",
        ExpressionAttributeNames: { "#a": "a" },
        ExpressionAttributeValues: { ":a": { S: '한글 \u{1F600} \ud800 "\\\n' } },
      }),
      send: new SendMessageCommand({ QueueUrl: "http://aws.test/1/queue", MessageBody: "hello", DelaySeconds: 3 }),
      token: new SendTaskSuccessCommand({ taskToken: "token", output: "{}" }),
    };
    const { seen, url, options } = await fakeAws([{ body: { MD5OfMessageBody: MD5_OF_HELLO } }]);
    const dynamo = createDynamoSender(options);
    await dynamo.send(commands.put);
    await dynamo.send(commands.update);
    await createSqsSender(options).send(commands.send);
    await createSfnSender(options).send(commands.token);
    const sdk = { endpoint: url, region: "eu-west-1", credentials: STATIC };
    await new DynamoDBClient(sdk).send(commands.put);
    await new DynamoDBClient(sdk).send(commands.update);
    await new SQSClient({ ...sdk, useQueueUrlAsEndpoint: false }).send(commands.send);
    await new SFNClient(sdk).send(commands.token);
    expect(seen).toHaveLength(8);
    expect(seen.slice(0, 4).map(plain)).toEqual(seen.slice(4).map(plain));
  });

  test("carries the session's token, an id of the call and the number of the attempt", async () => {
    const { seen, options } = await fakeAws([{ status: 500 }, {}]);
    await createDynamoSender(options).send(get());
    const [first, second] = seen.map(({ headers }) => headers);
    expect(first).toMatchObject({ "x-amz-security-token": "session", "amz-sdk-request": "attempt=1; max=4" });
    expect(second).toMatchObject({ "amz-sdk-request": "attempt=2; max=4" });
    expect(second?.["amz-sdk-invocation-id"]).toBe(first?.["amz-sdk-invocation-id"]);
    expect(first?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/dynamodb\/aws4_request, /,
    );
  });

  test("says which program calls, and where it runs", async () => {
    vi.stubEnv("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs24.x");
    vi.stubEnv("AWS_SDK_UA_APP_ID", "my shop");
    const { seen, options } = await fakeAws([{}]);
    await createDynamoSender(options).send(get());
    expect(seen[0]?.headers["user-agent"]).toMatch(
      /^celeriac os\/\S+ lang\/js md\/nodejs#\S+ api\/dynamodb exec-env\/AWS_Lambda_nodejs24\.x app\/my-shop$/,
    );
  });

  test("passes on the trace of the invocation within a function, and nowhere else", async () => {
    vi.stubEnv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1");
    const { seen, options } = await fakeAws([{}]);
    await createDynamoSender(options).send(get());
    vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "celeriac");
    await createDynamoSender(options).send(get());
    expect(seen.map(({ headers }) => headers["x-amzn-trace-id"])).toEqual([
      undefined,
      "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
    ]);
  });

  test("keeps the path of an endpoint that has one", async () => {
    const { seen, url, options } = await fakeAws([{}]);
    await createDynamoSender({ ...options, endpoint: `${url}/aws` }).send(get());
    expect(seen[0]?.path).toBe("/aws/");
  });
});

describe("an answer", () => {
  test("is what the SDK makes of it, with id and attempts", async () => {
    const { options } = await fakeAws([
      { body: { Item: { id: { S: "1" }, bytes: { B: "AQI=" }, set: { SS: ["a"] } } } },
    ]);
    const { Item, $metadata } = await createDynamoSender(options).send(get());
    expect(Item).toEqual({ id: { S: "1" }, bytes: { B: new Uint8Array([1, 2]) }, set: { SS: ["a"] } });
    expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: "request-1", attempts: 1, totalRetryDelay: 0 });
  });

  test("of many pieces is put together", async () => {
    const text = JSON.stringify({ Item: { id: { S: "한".repeat(100_000) } } });
    const bytes = Buffer.from(text);
    const { options } = await fakeAws([
      (response) => {
        for (let at = 0; at < bytes.length; at += 10_001) response.write(bytes.subarray(at, at + 10_001));
        response.end();
      },
    ]);
    expect((await createDynamoSender(options).send(get())).Item?.["id"]?.S).toBe("한".repeat(100_000));
  });
});

describe("a refusal", () => {
  test("is the SDK's own exception, with the item that the condition found", async () => {
    const { options } = await fakeAws([refusal(400, "ConditionalCheckFailedException", { Item: { id: { S: "1" } } })]);
    const thrown = await thrownBy(createDynamoSender(options).send(get()));
    expect(thrown).toBeInstanceOf(ConditionalCheckFailedException);
    expect(thrown).toMatchObject({
      name: "ConditionalCheckFailedException",
      message: "No.",
      Item: { id: { S: "1" } },
      $fault: "client",
      $metadata: { httpStatusCode: 400, requestId: "request-1", attempts: 1 },
    });
  });

  test("of a kind that the SDK does not know is the service's exception under its name", async () => {
    const { options } = await fakeAws([refusal(400, "BrandNewException")]);
    const thrown = await thrownBy(createDynamoSender(options).send(get()));
    expect(thrown).toBeInstanceOf(DynamoDBServiceException);
    expect(thrown).toMatchObject({ name: "BrandNewException", $metadata: { requestId: "request-1" } });
  });

  test("of Step Functions is its exception", async () => {
    const { options } = await fakeAws([refusal(400, "TaskTimedOut")]);
    const command = new SendTaskSuccessCommand({ taskToken: "token", output: "{}" });
    expect(await thrownBy(createSfnSender(options).send(command))).toBeInstanceOf(TaskTimedOut);
  });

  test("of SQS is known by the name of its older protocol", async () => {
    const headers = { "x-amzn-query-error": "AWS.SimpleQueueService.PurgeQueueInProgress;Sender" };
    const { options } = await fakeAws([{ ...refusal(400, "PurgeQueueInProgress"), headers }]);
    const command = new SendMessageCommand({ QueueUrl: "http://aws.test/1/queue", MessageBody: "hello" });
    const thrown = await thrownBy(createSqsSender(options).send(command));
    expect(thrown).toBeInstanceOf(PurgeQueueInProgress);
    expect(thrown).toMatchObject({ Code: "AWS.SimpleQueueService.PurgeQueueInProgress", Type: "Sender" });
  });

  test("whose body is no JSON still tells its status and id", async () => {
    const { options } = await fakeAws([{ status: 403, body: "<html>A proxy says no.</html>" }]);
    const thrown = await thrownBy(createDynamoSender(options).send(get()));
    expect(thrown).toMatchObject({ $metadata: { httpStatusCode: 403, requestId: "request-1" } });
  });
});

describe("a command", () => {
  test("of which this client knows no schema is refused, and nothing is sent", async () => {
    const { seen, options } = await fakeAws([{}]);
    const command = Object.assign(get(), { schema: undefined });
    expect(await thrownBy(createDynamoSender(options).send(command))).toBeInstanceOf(UnknownCommand);
    expect(seen).toEqual([]);
  });

  test("that has a host of its own is refused", async () => {
    const { seen, options } = await fakeAws([{}]);
    const command = new TestStateCommand({ definition: "{}" });
    expect(await thrownBy(createSfnSender(options).send(command))).toBeInstanceOf(UnknownCommand);
    expect(seen).toEqual([]);
  });
});
