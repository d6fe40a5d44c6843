import { describe, expect, it } from "vitest";
import { arnOf, createHarness, refused } from "./support/harness.ts";

const FIFO = { FifoQueue: "true" };

const to = (MessageGroupId: string, MessageDeduplicationId: string): object => ({
  MessageGroupId,
  MessageDeduplicationId,
});

describe("a FIFO queue", () => {
  it("gives as many of a group as it can, and none of it while any of them is in flight", async () => {
    const { create, send, receive, bodies, remove } = createHarness();
    const url = await create("work.fifo", FIFO);
    await send(url, "a1", to("a", "1"));
    await send(url, "b1", to("b", "2"));
    await send(url, "a2", to("a", "3"));
    await send(url, "a3", to("a", "4"));
    const first = await receive(url, { MaxNumberOfMessages: 2 });
    expect(first.map(({ Body }) => Body)).toEqual(["a1", "a2"]);
    expect(await bodies(url)).toEqual(["b1"]);
    await remove(url, first[0]?.ReceiptHandle ?? "");
    expect(await bodies(url)).toEqual([]);
    await remove(url, first[1]?.ReceiptHandle ?? "");
    expect(await bodies(url)).toEqual(["a3"]);
  });

  it("keeps the order of a group when a message comes back", async () => {
    const { create, send, bodies, clock } = createHarness();
    const url = await create("work.fifo", { ...FIFO, VisibilityTimeout: "5" });
    for (const body of ["1", "2", "3"]) await send(url, body, to("a", body));
    expect(await bodies(url, { MaxNumberOfMessages: 1 })).toEqual(["1"]);
    clock.advance(5000);
    expect(await bodies(url)).toEqual(["1", "2", "3"]);
  });

  it("wakes a call that waits when a group is free again", async () => {
    const { create, send, receive, bodies, remove } = createHarness();
    const url = await create("work.fifo", FIFO);
    await send(url, "1", to("a", "1"));
    await send(url, "2", to("a", "2"));
    const [first] = await receive(url, { MaxNumberOfMessages: 1 });
    const waiting = bodies(url, { WaitTimeSeconds: 20 });
    await remove(url, first?.ReceiptHandle ?? "");
    expect(await waiting).toEqual(["2"]);
  });

  it("counts as receivable in process only what is of free groups", async () => {
    const { create, send, receive, attribute, sqs } = createHarness();
    const url = await create("work.fifo", FIFO);
    for (const body of ["1", "2", "3"]) await send(url, body, to("a", body));
    const queue = sqs.queue(arnOf(url));
    expect(queue?.ready()).toBe(3);
    await receive(url, { MaxNumberOfMessages: 1 });
    expect(queue?.ready()).toBe(0);
    expect(await attribute(url, "ApproximateNumberOfMessages")).toBe("2");
  });

  it("takes a message once in five minutes, deleted or not, and answers as for the first", async () => {
    const { create, send, receive, remove, bodies, clock } = createHarness();
    const url = await create("work.fifo", { ...FIFO, ContentBasedDeduplication: "true" });
    const first = await send(url, "same", { MessageGroupId: "a" });
    const [message] = await receive(url);
    await remove(url, message?.ReceiptHandle ?? "");
    clock.advance(299_999);
    expect(await send(url, "same", { MessageGroupId: "b" })).toEqual(first);
    expect(await bodies(url)).toEqual([]);
    clock.advance(1);
    const second = await send(url, "same", { MessageGroupId: "a" });
    expect(second["MessageId"]).not.toBe(first["MessageId"]);
    expect(String(second["SequenceNumber"]) > String(first["SequenceNumber"])).toBe(true);
    expect(await bodies(url)).toEqual(["same"]);
  });

  it("deduplicates by group where its attributes say so", async () => {
    const { create, send, bodies } = createHarness();
    const url = await create("work.fifo", { ...FIFO, DeduplicationScope: "messageGroup" });
    await send(url, "a", to("a", "1"));
    await send(url, "b", to("b", "1"));
    await send(url, "c", to("b", "1"));
    expect(await bodies(url)).toEqual(["a", "b"]);
  });

  it("refuses a message without a group, without a deduplication id, or with a delay", async () => {
    const { create, send, call } = createHarness();
    const url = await create("work.fifo", FIFO);
    await refused(send(url, "a"), "MissingParameter", "MessageGroupId");
    await refused(send(url, "a", { MessageGroupId: "a" }), "InvalidParameterValue", "MessageDeduplicationId");
    await refused(send(url, "a", { ...to("a", "1"), DelaySeconds: 1 }), "InvalidParameterValue", "DelaySeconds");
    await refused(send(url, "a", to("a b", "1")), "InvalidParameterValue", "MessageGroupId");
    const Entries = [{ Id: "1", MessageBody: "a" }];
    await refused(call("SendMessageBatch", { QueueUrl: url, Entries }), "MissingParameter", "MessageGroupId");
  });

  it("refuses to delete by a receipt that is over", async () => {
    const { create, send, receive, remove, clock } = createHarness();
    const url = await create("work.fifo", { ...FIFO, VisibilityTimeout: "1" });
    await send(url, "a", to("a", "1"));
    const [message] = await receive(url);
    clock.advance(1000);
    await refused(remove(url, message?.ReceiptHandle ?? ""), "InvalidParameterValue", "expired");
  });

  it("sends dead letters on in their groups, with a time and a place of their own", async () => {
    const { create, send, receive, clock } = createHarness();
    const dead = await create("dead.fifo", FIFO);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: "1" });
    const url = await create("work.fifo", { ...FIFO, RedrivePolicy, VisibilityTimeout: "1" });
    await send(url, "a", to("a", "1"));
    await send(url, "b", to("b", "2"));
    const [first] = await receive(url, { MaxNumberOfMessages: 1 });
    clock.advance(1000);
    expect((await receive(url)).map(({ Body }) => Body)).toEqual(["b"]);
    const [letter] = await receive(dead);
    expect(letter?.Attributes).toMatchObject({ MessageGroupId: "a", SentTimestamp: String(clock.now()) });
    expect(letter?.Attributes["SequenceNumber"]).not.toBe(first?.Attributes["SequenceNumber"]);
  });
});
