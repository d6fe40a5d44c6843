import { GetItemCommand, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { ChangeMessageVisibilityCommand, ListQueuesCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import { expect, it } from "vitest";
import { queueResource } from "./support/assembly.ts";
import { newDirectory, startRun } from "./support/run.ts";
import type { Run } from "./support/run.ts";

const RESOURCES = {
  T: {
    Type: "AWS::DynamoDB::Table",
    Properties: {
      TableName: "tasks",
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "open", AttributeType: "S" },
      ],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      GlobalSecondaryIndexes: [
        {
          IndexName: "open",
          KeySchema: [{ AttributeName: "open", KeyType: "HASH" }],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    },
  },
  B: { Type: "AWS::S3::Bucket", Properties: { BucketName: "files" } },
  Q: queueResource("work", { VisibilityTimeout: 600 }),
};

const receive = async (run: Run) => {
  const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
  const { Messages } = await run.sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, AttributeNames: ["All"] }),
  );
  return (Messages ?? []).map(({ Body, Attributes, ReceiptHandle }) => ({
    body: Body,
    count: Attributes?.ApproximateReceiveCount,
    give: () => run.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 })),
  }));
};

it("keeps items, indexes, messages, objects and mails over a restart with a data directory", async () => {
  const data = newDirectory();
  const first = await startRun(RESOURCES, {}, { data });
  const item = { id: { S: "a" }, open: { S: "x" } };
  await first.dynamoDb.send(new PutItemCommand({ TableName: "tasks", Item: item }));
  await first.s3.send(new PutObjectCommand({ Bucket: "files", Key: "a/b", Body: "text", ContentType: "text/plain" }));
  await first.send("work", "hidden");
  await receive(first);
  await first.send("work", "returned");
  for (const message of await receive(first)) await message.give();
  const ses = new SESv2Client({
    endpoint: first.embedded.awsUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
  const Content = { Simple: { Subject: { Data: "kept" }, Body: {} } };
  await ses.send(new SendEmailCommand({ FromEmailAddress: "a@x", Destination: { ToAddresses: ["b@x"] }, Content }));
  await first.embedded.stop();

  const second = await startRun(RESOURCES, {}, { data });
  const { Item } = await second.dynamoDb.send(new GetItemCommand({ TableName: "tasks", Key: { id: { S: "a" } } }));
  expect(Item).toEqual(item);
  const query = { TableName: "tasks", IndexName: "open", KeyConditionExpression: "#o = :x" };
  const names = { ExpressionAttributeNames: { "#o": "open" }, ExpressionAttributeValues: { ":x": { S: "x" } } };
  expect((await second.dynamoDb.send(new QueryCommand({ ...query, ...names }))).Count).toBe(1);
  const object = await second.s3.send(new GetObjectCommand({ Bucket: "files", Key: "a/b" }));
  expect([object.ContentType, await object.Body?.transformToString()]).toEqual(["text/plain", "text"]);
  // What was received and not deleted is visible at once: whatever had it ended with the run.
  expect((await receive(second)).toSorted((one, other) => ((one.body ?? "") < (other.body ?? "") ? -1 : 1))).toEqual([
    { body: "hidden", count: "2", give: expect.any(Function) },
    { body: "returned", count: "2", give: expect.any(Function) },
  ]);
  expect((await second.sqs.send(new ListQueuesCommand())).QueueUrls).toEqual([
    `${second.embedded.awsUrl}/000000000000/work`,
  ]);
  const outbox = await fetch(`${second.embedded.awsUrl}/_outbox?format=json`);
  expect(await outbox.json()).toMatchObject([{ subject: "kept" }]);
});

it("refuses a data directory that another run uses", async () => {
  const data = newDirectory();
  await startRun({}, {}, { data });
  await expect(startRun({}, {}, { data })).rejects.toThrow(
    /Another run has .* open\. Stop it, or give this run a data directory of its own\./,
  );
});
