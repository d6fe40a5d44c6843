import { describe, expect, it } from "vitest";
import { queryErrorOf } from "../../src/sqs/errors.ts";
import { START } from "./support/clock.ts";
import { arnOf, createHarness, refused } from "./support/harness.ts";

describe("a queue", () => {
  it("has the attributes that were set, those of AWS by default, and its counts", async () => {
    const { create, send, receive, call, clock } = createHarness();
    const url = await create("work", { VisibilityTimeout: "77" });
    for (const DelaySeconds of [0, 0, 5]) await send(url, "a", { DelaySeconds });
    await receive(url, { MaxNumberOfMessages: 1 });
    clock.advance(2000);
    await call("SetQueueAttributes", { QueueUrl: url, Attributes: { DelaySeconds: "3" } });
    expect(await call("GetQueueAttributes", { QueueUrl: url, AttributeNames: ["All"] })).toEqual({
      Attributes: {
        QueueArn: "arn:aws:sqs:us-east-1:000000000000:work",
        ApproximateNumberOfMessages: "1",
        ApproximateNumberOfMessagesNotVisible: "1",
        ApproximateNumberOfMessagesDelayed: "1",
        CreatedTimestamp: String(START / 1000),
        LastModifiedTimestamp: String(START / 1000 + 2),
        DelaySeconds: "3",
        MaximumMessageSize: "1048576",
        MessageRetentionPeriod: "345600",
        ReceiveMessageWaitTimeSeconds: "0",
        SqsManagedSseEnabled: "true",
        VisibilityTimeout: "77",
      },
    });
    await refused(call("GetQueueAttributes", { QueueUrl: url, AttributeNames: ["Colour"] }), "InvalidAttributeName");
  });

  it("refuses attributes that are unknown, out of range, or of FIFO queues alone", async () => {
    const { create } = createHarness();
    const wrong = (attributes: Record<string, string>, code: string): Promise<void> =>
      refused(create("work", attributes), code);
    await wrong({ Colour: "red" }, "InvalidAttributeName");
    await wrong({ ContentBasedDeduplication: "true" }, "InvalidAttributeName");
    await wrong({ VisibilityTimeout: "43201" }, "InvalidAttributeValue");
    await wrong({ MessageRetentionPeriod: "59" }, "InvalidAttributeValue");
    await wrong({ MaximumMessageSize: "1048577" }, "InvalidAttributeValue");
    await wrong({ DelaySeconds: "1.5" }, "InvalidAttributeValue");
    await wrong({ FifoQueue: "true" }, "InvalidParameterValue");
    await wrong({ RedrivePolicy: "{" }, "InvalidParameterValue");
    await refused(create("a b"), "InvalidParameterValue");
    await refused(create("x.fifo"), "InvalidParameterValue", ".fifo");
  });

  it("is created again with the attributes that it has, and not with others", async () => {
    const { create } = createHarness();
    const url = await create("work", { DelaySeconds: "1" });
    expect(await create("work")).toBe(url);
    expect(await create("work", { DelaySeconds: "1", VisibilityTimeout: "30" })).toBe(url);
    await refused(create("work", { DelaySeconds: "2" }), "QueueNameExists", "DelaySeconds");
  });

  it("is found by its name and by a prefix, page by page", async () => {
    const { create, call } = createHarness();
    const urls = [];
    for (const name of ["b1", "a1", "a3", "a2"]) urls.push(await create(name));
    expect(await call("GetQueueUrl", { QueueName: "b1" })).toEqual({ QueueUrl: urls[0] });
    await refused(call("GetQueueUrl", { QueueName: "c" }), "QueueDoesNotExist");
    const first = await call("ListQueues", { QueueNamePrefix: "a", MaxResults: 2 });
    expect(first["QueueUrls"]).toEqual([urls[1], urls[3]]);
    const next = { QueueNamePrefix: "a", MaxResults: 2, NextToken: first["NextToken"] };
    expect(await call("ListQueues", next)).toEqual({ QueueUrls: [urls[2]] });
  });

  it("is gone with its messages when it is deleted, and its name is free after a minute", async () => {
    const { create, send, call, bodies, clock } = createHarness();
    const url = await create("work");
    await send(url, "a");
    await call("DeleteQueue", { QueueUrl: url });
    await refused(send(url, "b"), "QueueDoesNotExist");
    await refused(create("work"), "QueueDeletedRecently");
    clock.advance(60_000);
    await create("work");
    expect(await bodies(url)).toEqual([]);
  });

  it("is purged of everything, once a minute", async () => {
    const { create, send, receive, call, attribute, clock } = createHarness();
    const url = await create("work");
    for (const DelaySeconds of [0, 0, 9]) await send(url, "a", { DelaySeconds });
    await receive(url, { MaxNumberOfMessages: 1 });
    await call("PurgeQueue", { QueueUrl: url });
    clock.advance(59_999);
    for (const name of ["", "NotVisible", "Delayed"]) {
      expect(await attribute(url, `ApproximateNumberOfMessages${name}`)).toBe("0");
    }
    await refused(call("PurgeQueue", { QueueUrl: url }), "PurgeQueueInProgress");
    clock.advance(1);
    await call("PurgeQueue", { QueueUrl: url });
  });

  it("has tags", async () => {
    const { create, call } = createHarness();
    const url = await create("work");
    expect(await call("ListQueueTags", { QueueUrl: url })).toEqual({});
    await call("TagQueue", { QueueUrl: url, Tags: { a: "1", b: "2" } });
    await call("UntagQueue", { QueueUrl: url, TagKeys: ["a"] });
    expect(await call("ListQueueTags", { QueueUrl: url })).toEqual({ Tags: { b: "2" } });
  });

  it("takes the dead letters of the queues that it allows, and lists them", async () => {
    const { create, call } = createHarness();
    const dead = await create("dead", { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 3 });
    await refused(create("work", { RedrivePolicy }), "InvalidParameterValue", "RedriveAllowPolicy");
    const byQueue = JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arnOf("x/work")] });
    await call("SetQueueAttributes", { QueueUrl: dead, Attributes: { RedriveAllowPolicy: byQueue } });
    const url = await create("work", { RedrivePolicy });
    await refused(create("other", { RedrivePolicy }), "InvalidParameterValue", "RedriveAllowPolicy");
    expect(await call("ListDeadLetterSourceQueues", { QueueUrl: dead })).toEqual({ queueUrls: [url] });
    await refused(create("a.fifo", { FifoQueue: "true", RedrivePolicy }), "InvalidParameterValue", "same type");
    const nowhere = JSON.stringify({ deadLetterTargetArn: arnOf("x/none"), maxReceiveCount: 3 });
    await refused(create("b", { RedrivePolicy: nowhere }), "InvalidParameterValue", "does not exist");
    await call("SetQueueAttributes", { QueueUrl: url, Attributes: { RedrivePolicy: "" } });
    expect(await call("ListDeadLetterSourceQueues", { QueueUrl: dead })).toEqual({ queueUrls: [] });
  });
});

describe("a refusal", () => {
  it("has the name of the query protocol for the header that SDKs go by", () => {
    expect(queryErrorOf("QueueDoesNotExist")).toBe("AWS.SimpleQueueService.NonExistentQueue;Sender");
    expect(queryErrorOf("InvalidParameterValue")).toBe("InvalidParameterValue;Sender");
  });
});
