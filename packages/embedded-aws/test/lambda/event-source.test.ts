import { GetQueueAttributesCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it, vi } from "vitest";
import { functionResource, mappingResource, queueResource } from "../support/assembly.ts";
import type { TestStack } from "../support/assembly.ts";
import { newEvents, RECORD } from "../support/events.ts";
import type { Events } from "../support/events.ts";
import { startRun } from "../support/run.ts";
import type { Run } from "../support/run.ts";

interface Seen {
  readonly body: string;
  readonly count: string;
}

/** A queue, its dead-letter queue (after two receives), and a worker with `code` for the body of its handler. */
function stackOf(events: Events<unknown>, mapping: Readonly<Record<string, unknown>> = {}): TestStack["Resources"] {
  const RedrivePolicy = { deadLetterTargetArn: { "Fn::GetAtt": ["Dead", "Arn"] }, maxReceiveCount: 2 };
  return {
    Dead: queueResource("dead"),
    Q: queueResource("work", { RedrivePolicy }),
    F: functionResource("worker", { Environment: { Variables: { EVENTS: events.file } } }),
    M: mappingResource("Q", "F", mapping),
  };
}

function worker(body: string): Record<string, string> {
  return {
    worker: `${RECORD}
      export const handler = async ({ Records }) => {
        for (const { body, attributes } of Records) record({ body, count: attributes.ApproximateReceiveCount });
        ${body}
      };`,
  };
}

async function counts(run: Run, queue: string): Promise<number> {
  const QueueUrl = `${run.embedded.awsUrl}/000000000000/${queue}`;
  const { Attributes } = await run.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  return (
    Number(Attributes?.["ApproximateNumberOfMessages"]) + Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"])
  );
}

/** How many messages of a batch of one are left in the queue after the handler's `code` has run. */
async function leftAfter(code: string): Promise<number> {
  const events = newEvents<Seen>();
  const holding = `if (Records[0].body === "next") await new Promise(() => setTimeout(() => {}, 9000)); ${code}`;
  const run = await startRun(stackOf(events, { BatchSize: 1 }), worker(holding), { queueEnvironments: 1 });
  await run.send("work", "x");
  await vi.waitUntil(() => events.all().length === 1, { timeout: 5000 });
  // There is one environment: the next message gets it once the first response has been dealt with.
  await run.send("work", "next");
  await vi.waitUntil(() => events.all().some(({ body }) => body === "next"), { timeout: 5000 });
  return (await counts(run, "work")) - 1;
}

describe("an event source mapping", () => {
  it("hands records over in the shape of AWS, and deletes what succeeded", async () => {
    const events = newEvents<Record<string, unknown>>();
    const code = { worker: `${RECORD} export const handler = async (event) => record(event.Records[0]);` };
    const run = await startRun(stackOf(events), code);
    const body = 'text with "quotes" and 🙂';
    await run.sqs.send(
      new SendMessageCommand({
        QueueUrl: `${run.embedded.awsUrl}/000000000000/work`,
        MessageBody: body,
        MessageGroupId: "tenant",
        MessageAttributes: { kind: { DataType: "String", StringValue: "x" } },
      }),
    );
    await vi.waitUntil(() => events.all().length === 1, { timeout: 5000 });
    expect(events.all()[0]).toEqual({
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body,
      attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: "000000000000",
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        MessageGroupId: "tenant",
      },
      messageAttributes: { kind: { stringValue: "x", stringListValues: [], binaryListValues: [], dataType: "String" } },
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:work",
      awsRegion: "us-east-1",
    });
    await vi.waitUntil(async () => (await counts(run, "work")) === 0);
  });

  it("brings back only the reported messages of a batch, and moves them to the dead-letter queue in the end", async () => {
    const events = newEvents<Seen>();
    const failing = `return { batchItemFailures: Records.filter(({ body }) => body === "bad").map((r) => ({ itemIdentifier: r.messageId })) };`;
    const run = await startRun(stackOf(events, { MaximumBatchingWindowInSeconds: 1, BatchSize: 2 }), worker(failing));
    await Promise.all([run.send("work", "good"), run.send("work", "bad")]);

    await vi.waitUntil(async () => (await counts(run, "dead")) === 1, { timeout: 8000, interval: 50 });
    expect(events.all().toSorted((a, b) => a.count.localeCompare(b.count) || a.body.localeCompare(b.body))).toEqual([
      { body: "bad", count: "1" },
      { body: "good", count: "1" },
      { body: "bad", count: "2" },
    ]);
    expect(await counts(run, "work")).toBe(0);
  }, 10_000);

  describe("response", () => {
    it.each([
      ["an empty list", "return { batchItemFailures: [] };"],
      ["a list that is null", "return { batchItemFailures: null };"],
      ["null", "return null;"],
      ["an object without the list", "return {};"],
    ])("is a success for %s", async (_what, code) => {
      expect(await leftAfter(code)).toBe(0);
    });

    it.each([
      ["an unknown message id", 'return { batchItemFailures: [{ itemIdentifier: "nobody" }] };'],
      ["an empty message id", 'return { batchItemFailures: [{ itemIdentifier: "" }] };'],
      ["a list of something else", "return { batchItemFailures: [1] };"],
      ["a text", 'return "done";'],
      ["an exception", 'throw new Error("no");'],
    ])("fails the whole batch for %s", async (_what, code) => {
      expect(await leftAfter(code)).toBe(1);
    });
  });

  it("runs no more batches at a time than the maximum concurrency", async () => {
    const events = newEvents<"start" | "end">();
    const code = `${RECORD} export const handler = async () => {
      record("start");
      await new Promise((resolve) => setTimeout(resolve, 60));
      record("end");
    };`;
    const mapping = { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } };
    const run = await startRun(stackOf(events, mapping), { worker: code }, { queueEnvironments: 8 });
    await Promise.all(Array.from({ length: 12 }, () => run.send("work", "x")));
    await vi.waitUntil(() => events.all().length === 24, { timeout: 8000 });

    let running = 0;
    const depths = events.all().map((event) => (running += event === "start" ? 1 : -1));
    expect(Math.max(...depths)).toBe(2);
  });

  it("delivers a delayed message when its delay is over, without anybody polling", async () => {
    const events = newEvents<{ sent: string; received: string }>();
    const code = `${RECORD} export const handler = async ({ Records: [{ attributes }] }) =>
      record({ sent: attributes.SentTimestamp, received: attributes.ApproximateFirstReceiveTimestamp });`;
    const run = await startRun(stackOf(events), { worker: code });
    await run.send("work", "later", 1);
    await vi.waitUntil(() => events.all().length === 1, { timeout: 5000 });
    const { sent, received } = events.all()[0] ?? { sent: "0", received: "0" };
    expect(Number(received) - Number(sent)).toBeGreaterThanOrEqual(1000);
  });

  it("serves every queue while functions of others are busy", async () => {
    const events = newEvents<string>();
    const names = ["a", "b", "c", "d"];
    const resources = Object.fromEntries(
      names.flatMap((name) => [
        [`Q${name}`, queueResource(name, { VisibilityTimeout: 30 })],
        [
          `F${name}`,
          functionResource("worker", { FunctionName: name, Environment: { Variables: { EVENTS: events.file } } }),
        ],
        [`M${name}`, mappingResource(`Q${name}`, `F${name}`, { BatchSize: 1 })],
      ]),
    );
    const code = `${RECORD} export const handler = async ({ Records: [{ body }] }) => {
      record(body);
      if (body.startsWith("a")) await new Promise((resolve) => setTimeout(resolve, 9000));
    };`;
    const run = await startRun(resources, { worker: code }, { queueEnvironments: 2 });
    await Promise.all(["a1", "a2", "a3"].map((body) => run.send("a", body)));
    await vi.waitUntil(() => events.all().length === 2, { timeout: 5000 });

    await Promise.all(["b", "c", "d"].map((name) => run.send(name, name)));
    await vi.waitUntil(() => ["b", "c", "d"].every((body) => events.all().includes(body)), { timeout: 5000 });
    expect(events.all().filter((body) => body.startsWith("a"))).toHaveLength(2);
  });
});
