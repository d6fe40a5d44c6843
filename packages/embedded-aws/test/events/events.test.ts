import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect, it, vi } from "vitest";
import { queueResource } from "../support/assembly.ts";
import { startRun } from "../support/run.ts";

const RESOURCES = {
  Q: queueResource("ends"),
  P: {
    Type: "AWS::SQS::QueuePolicy",
    Properties: {
      Queues: [{ Ref: "Q" }],
      PolicyDocument: {
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: "sqs:SendMessage",
            Resource: { "Fn::GetAtt": ["Q", "Arn"] },
          },
        ],
      },
    },
  },
  R: {
    Type: "AWS::Events::Rule",
    Properties: {
      EventPattern: { source: ["celeriac.local"], detail: { status: ["FAILURE"] } },
      Targets: [{ Id: "queue", Arn: { "Fn::GetAtt": ["Q", "Arn"] }, InputPath: "$.detail" }],
    },
  },
};

const entry = (status: string, more: object = {}) => ({
  Source: "celeriac.local",
  DetailType: "Celeriac Task Ended",
  Detail: JSON.stringify({ status }),
  ...more,
});

it("takes to a rule's target the events that the rule is about, and refuses what EventBridge would", async () => {
  const run = await startRun(RESOURCES);
  const client = new EventBridgeClient({
    endpoint: run.embedded.awsUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
  const { FailedEntryCount, Entries } = await client.send(
    new PutEventsCommand({
      Entries: [entry("SUCCESS"), entry("FAILURE"), entry("", { Source: "aws.states" }), entry("", { Detail: "[" })],
    }),
  );
  expect(FailedEntryCount).toBe(2);
  expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    undefined,
    "NotAuthorizedForSourceException",
    "MalformedDetail",
  ]);
  const QueueUrl = `${run.embedded.awsUrl}/000000000000/ends`;
  const received = await vi.waitFor(async () => {
    const { Messages } = await run.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(Messages ?? []).toHaveLength(1);
    return Messages;
  }, 10_000);
  expect(received?.[0]?.Body).toBe('{"status":"FAILURE"}');
  const tooMany = new PutEventsCommand({ Entries: Array.from({ length: 11 }, () => entry("SUCCESS")) });
  await expect(client.send(tooMany)).rejects.toMatchObject({ name: "ValidationException" });
});
