import { describe, expect, it } from "vitest";
import type { Received } from "./support/harness.ts";
import { arnOf, createHarness, refused } from "./support/harness.ts";

const first = (messages: readonly Received[]): Received => {
  const [message] = messages;
  if (message === undefined) throw new Error("Nothing was received.");
  return message;
};

describe("a message in a standard queue", () => {
  it("is received once, in the order of sending, and hidden until its visibility timeout is over", async () => {
    const { create, send, bodies, clock } = createHarness();
    const url = await create("work", { VisibilityTimeout: "10" });
    await send(url, "a");
    await send(url, "b");
    expect(await bodies(url)).toEqual(["a", "b"]);
    clock.advance(9_999);
    expect(await bodies(url)).toEqual([]);
    clock.advance(1);
    expect(await bodies(url)).toEqual(["a", "b"]);
  });

  it("is gone when it is deleted, and deleting it again is no error", async () => {
    const { create, send, receive, remove, attribute, clock } = createHarness();
    const url = await create("work");
    await send(url, "a");
    const { ReceiptHandle } = first(await receive(url));
    await remove(url, ReceiptHandle);
    await remove(url, ReceiptHandle);
    clock.advance(60_000);
    expect(await receive(url)).toEqual([]);
    expect(await attribute(url, "ApproximateNumberOfMessages")).toBe("0");
  });

  it("counts its receives, and knows when it was sent and first received", async () => {
    const { create, send, receive, clock } = createHarness();
    const url = await create("work", { VisibilityTimeout: "5" });
    await send(url, "a");
    const sent = clock.now();
    clock.advance(1000);
    await receive(url);
    clock.advance(5000);
    expect(first(await receive(url)).Attributes).toEqual({
      ApproximateFirstReceiveTimestamp: String(sent + 1000),
      ApproximateReceiveCount: "2",
      SenderId: "000000000000",
      SentTimestamp: String(sent),
    });
  });

  it("is delayed by the queue, or by its own delay in place of it", async () => {
    const { create, send, bodies, attribute, clock } = createHarness();
    const url = await create("work", { DelaySeconds: "5" });
    await send(url, "by the queue");
    await send(url, "at once", { DelaySeconds: 0 });
    await send(url, "long", { DelaySeconds: 900 });
    expect(await bodies(url)).toEqual(["at once"]);
    expect(await attribute(url, "ApproximateNumberOfMessagesDelayed")).toBe("2");
    clock.advance(5000);
    expect(await bodies(url)).toEqual(["by the queue"]);
    clock.advance(895_000);
    expect(await bodies(url, { VisibilityTimeout: 1 })).toContain("long");
    await refused(send(url, "longer", { DelaySeconds: 901 }), "InvalidParameterValue", "<= 900");
  });

  it("is deleted at the end of the retention, wherever it stands", async () => {
    const { create, send, receive, attribute, clock } = createHarness();
    const url = await create("work", { MessageRetentionPeriod: "60", VisibilityTimeout: "600" });
    await send(url, "in flight");
    await receive(url);
    await send(url, "visible");
    await send(url, "delayed", { DelaySeconds: 300 });
    clock.advance(59_999);
    expect(await attribute(url, "ApproximateNumberOfMessagesNotVisible")).toBe("1");
    clock.advance(1);
    for (const name of ["", "NotVisible", "Delayed"])
      expect(await attribute(url, `ApproximateNumberOfMessages${name}`)).toBe("0");
    expect(clock.timers()).toBe(0);
  });

  it("can be hidden for longer and shorter than it was received for, up to 12 hours in all", async () => {
    const { create, send, receive, bodies, call, clock } = createHarness();
    const url = await create("work", { VisibilityTimeout: "10" });
    await send(url, "a");
    const { ReceiptHandle } = first(await receive(url));
    const change = (VisibilityTimeout: number): Promise<unknown> =>
      call("ChangeMessageVisibility", { QueueUrl: url, ReceiptHandle, VisibilityTimeout });
    await change(100);
    clock.advance(99_000);
    expect(await bodies(url)).toEqual([]);
    await refused(change(43_200), "InvalidParameterValue", "Total VisibilityTimeout");
    await change(0);
    await refused(change(10), "MessageNotInflight");
    expect(await bodies(url)).toEqual(["a"]);
    await refused(change(10), "InvalidParameterValue", "not available for visibility timeout change");
  });

  it("can be deleted by its latest receipt after that is over, and not by an earlier one", async () => {
    const { create, send, receive, remove, attribute, clock } = createHarness();
    const url = await create("work", { VisibilityTimeout: "1" });
    await send(url, "a");
    const early = first(await receive(url));
    clock.advance(1000);
    const late = first(await receive(url));
    await remove(url, early.ReceiptHandle);
    expect(await attribute(url, "ApproximateNumberOfMessagesNotVisible")).toBe("1");
    clock.advance(1000);
    await remove(url, late.ReceiptHandle);
    expect(await attribute(url, "ApproximateNumberOfMessages")).toBe("0");
  });

  it("is not found by a receipt of another queue, or by none", async () => {
    const { create, send, receive, remove } = createHarness();
    const [url, other] = [await create("work"), await create("other")];
    await send(url, "a");
    const { ReceiptHandle } = first(await receive(url));
    await refused(remove(other, ReceiptHandle), "ReceiptHandleIsInvalid");
    await refused(remove(url, "nonsense"), "ReceiptHandleIsInvalid");
  });

  it("goes to the dead letters when it was received too often, with its id, its first time, and where it failed", async () => {
    const { create, send, receive, attribute, clock } = createHarness();
    const dead = await create("dead");
    const redrive = { deadLetterTargetArn: arnOf(dead), maxReceiveCount: 2 };
    const url = await create("work", { RedrivePolicy: JSON.stringify(redrive), VisibilityTimeout: "1" });
    const { MessageId } = await send(url, "a");
    const sent = String(clock.now());
    for (let n = 0; n < 2; n += 1) {
      expect(await receive(url)).toHaveLength(1);
      clock.advance(1000);
    }
    expect(await receive(url)).toEqual([]);
    expect(await attribute(url, "ApproximateNumberOfMessages")).toBe("0");
    const letter = first(await receive(dead));
    expect(letter.MessageId).toBe(MessageId);
    expect(letter.Attributes).toMatchObject({ SentTimestamp: sent, DeadLetterQueueSourceArn: arnOf(url) });
  });

  it("of no group goes before one of a group that has 30 messages in flight", async () => {
    const { create, send, bodies } = createHarness();
    const url = await create("work");
    for (let n = 0; n < 40; n += 1) await send(url, `big${n}`, { MessageGroupId: "big" });
    for (let n = 0; n < 3; n += 1) await bodies(url);
    await send(url, "one");
    await send(url, "two", { MessageGroupId: "small" });
    expect(await bodies(url, { MaxNumberOfMessages: 3 })).toEqual(["one", "two", "big30"]);
  });
});

describe("ReceiveMessage", () => {
  it("waits until there is a message, and for as long as it is told to", async () => {
    const { create, send, bodies, clock } = createHarness();
    const url = await create("work", { ReceiveMessageWaitTimeSeconds: "20" });
    const early = bodies(url);
    const late = bodies(url, { WaitTimeSeconds: 5 });
    await send(url, "a");
    expect(await early).toEqual(["a"]);
    clock.advance(5000);
    expect(await late).toEqual([]);
    const back = bodies(url);
    clock.advance(1000);
    await send(url, "delayed", { DelaySeconds: 3 });
    clock.advance(3000);
    expect(await back).toEqual(["delayed"]);
    expect(await bodies(url, { WaitTimeSeconds: 0 })).toEqual([]);
  });

  it("ends when the run or the queue does", async () => {
    const { create, bodies, call, sqs } = createHarness();
    const [url, other] = [await create("work"), await create("other")];
    const deleted = bodies(url, { WaitTimeSeconds: 20 });
    const stopped = bodies(other, { WaitTimeSeconds: 20 });
    await call("DeleteQueue", { QueueUrl: url });
    await refused(deleted, "QueueDoesNotExist");
    sqs.stop();
    expect(await stopped).toEqual([]);
  });

  it("gives the attributes that are asked for by either name, and message attributes by prefix", async () => {
    const { create, send, receive } = createHarness();
    const url = await create("work", { VisibilityTimeout: "0" });
    const text = (StringValue: string): object => ({ DataType: "String", StringValue });
    await send(url, "a", {
      MessageAttributes: { "task.name": text("add"), "task.id": text("1"), other: text("x") },
      MessageSystemAttributes: { AWSTraceHeader: text("Root=1") },
    });
    const names = { AttributeNames: ["SentTimestamp"], MessageSystemAttributeNames: ["AWSTraceHeader"] };
    const message = first(await receive(url, { ...names, MessageAttributeNames: ["task.*"] }));
    expect(Object.keys(message.Attributes)).toEqual(["SentTimestamp", "AWSTraceHeader"]);
    expect(message["MessageAttributes"]).toEqual({ "task.name": text("add"), "task.id": text("1") });
    expect(first(await receive(url, { AttributeNames: [] }))).not.toHaveProperty("MessageAttributes");
    await refused(receive(url, { AttributeNames: ["Colour"] }), "InvalidAttributeName", "Colour");
  });

  it("gives no more than 120,000 messages at a time, and says so unless it waits", { timeout: 60_000 }, async () => {
    const { create, sqs, receive, bodies, remove, clock } = createHarness();
    const url = await create("work", { VisibilityTimeout: "600" });
    for (let n = 0; n <= 120_000; n += 1) await sqs.send(url, String(n));
    const queue = sqs.queue(arnOf(url));
    const received = queue?.receive(200_000) ?? [];
    expect(received).toHaveLength(120_000);
    expect(queue?.ready()).toBe(0);
    await refused(receive(url), "OverLimit");
    const waiting = bodies(url, { WaitTimeSeconds: 5 });
    await remove(url, received[77]?.receiptHandle ?? "");
    expect(await waiting).toEqual(["120000"]);
    clock.advance(5000);
  });
});
