import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, expect, test, vi } from "vitest";
import { createDynamoSender } from "../../../src/aws/clients/dynamodb.ts";

const CALL = Symbol.for("embedded-aws.call");

afterEach(() => {
  Reflect.deleteProperty(globalThis, CALL);
  vi.unstubAllEnvs();
});

test("a call goes over the connection of a local environment where there is one, unsigned, and its refusals are the SDK's errors", async () => {
  vi.stubEnv("AWS_REGION", "us-east-1");
  const answers = [
    { status: 200, body: '{"Item":{"id":{"S":"a"}}}' },
    {
      status: 400,
      body: '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no table"}',
    },
  ];
  const asked: unknown[] = [];
  Reflect.set(globalThis, CALL, (service: string, target: string, body: string) => {
    asked.push([service, target, JSON.parse(body)]);
    const { status = 500, body: text = "" } = answers.shift() ?? {};
    return Promise.resolve({
      status,
      headers: { "content-type": "application/x-amz-json-1.0" },
      body: Buffer.from(text),
    });
  });
  const client = createDynamoSender();
  const get = (): Promise<unknown> => client.send(new GetItemCommand({ TableName: "t", Key: { id: { S: "a" } } }));
  await expect(get()).resolves.toMatchObject({ Item: { id: { S: "a" } } });
  await expect(get()).rejects.toMatchObject({ name: "ResourceNotFoundException", message: "no table" });
  expect(asked[0]).toEqual(["dynamodb", "DynamoDB_20120810.GetItem", { TableName: "t", Key: { id: { S: "a" } } }]);
});
