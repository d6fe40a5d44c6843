import { describe, expect, it } from "vitest";
import { createHarness, refused } from "./support/harness.ts";

const text = (StringValue: string): object => ({ DataType: "String", StringValue });

describe("SendMessage", () => {
  // The digests of these attributes are what LocalStack 4.14 answers for them.
  it("answers the MD5 of the body and of the attributes, in whatever order they come", async () => {
    const { create, send } = createHarness();
    const url = await create("work");
    expect(await send(url, "11 \u{1F600}")).toMatchObject({
      MD5OfMessageBody: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const own = { DataType: "String.uuid", StringValue: "u" };
    const number = { DataType: "Number", StringValue: "-12.5" };
    const bytes = { DataType: "Binary", BinaryValue: "AAEC/w==" };
    const digest = async (MessageAttributes: object): Promise<unknown> =>
      (await send(url, "x", { MessageAttributes }))["MD5OfMessageAttributes"];
    expect(await digest({ bytes })).toBe("9ff694cb15bbfb4411fa085ef310cb2d");
    expect(await digest({ "own.type": own })).toBe("83f6c64d32909146dab0fe60b766c8c2");
    expect(await digest({ "own.type": own, number })).toBe("4040ebd2dd92b83645d78b9ef2bd6a55");
    expect(await digest({ number, text: text("값 é") })).toBe("61c88410cf8607d3753bfa5c22b9695b");
  });

  it("takes 1 MiB, attributes included, or what the queue takes, and no more", async () => {
    const { create, send } = createHarness();
    const url = await create("work");
    const MessageAttributes = { name: text("1234") };
    // name + String + 1234
    await send(url, "x".repeat(1_048_576 - 14), { MessageAttributes });
    await refused(
      send(url, "x".repeat(1_048_576 - 13), { MessageAttributes }),
      "InvalidParameterValue",
      "shorter than 1048576 bytes",
    );
    const small = await create("small", { MaximumMessageSize: "1024" });
    await refused(send(small, "한".repeat(342)), "InvalidParameterValue", "shorter than 1024 bytes");
    await send(small, "한".repeat(341));
  });

  it("takes every character of XML 1.0, and no other", async () => {
    const { create, send, bodies } = createHarness();
    const url = await create("work");
    const allowed = "\t\n\r \u{D7FF}\u{E000}\u{FFFD}\u{10000}\u{10FFFF}\u{7F}";
    await send(url, allowed);
    expect(await bodies(url)).toEqual([allowed]);
    for (const wrong of ["\0", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}", "\uD800"]) {
      await refused(send(url, `a${wrong}b`), "InvalidMessageContents");
    }
    await refused(send(url, "", {}), "MissingParameter", "MessageBody");
  });

  it("refuses message attributes that are none, or too many", async () => {
    const { create, send } = createHarness();
    const url = await create("work");
    const refuse = (MessageAttributes: object, message: string): Promise<void> =>
      refused(send(url, "a", { MessageAttributes }), "InvalidParameterValue", message);
    await refuse({ a: text("") }, "non-empty value");
    await refuse({ a: { DataType: "Text", StringValue: "x" } }, "type prefixes");
    await refuse({ a: { DataType: "Number", StringValue: "x" } }, "number");
    for (const name of ["AWS.x", "amazon.x", ".a", "a.", "a..b", "a b", ""])
      await refuse({ [name]: text("x") }, "name");
    await refuse(Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, text("x")])), "[11]");
  });

  it("names what it does not serve, and what is missing", async () => {
    const { create, send, call, sqs } = createHarness();
    const url = await create("work");
    await refused(send(url, "a", { Priority: 5 }), "InvalidParameterValue", "Priority");
    await refused(call("SendMessage", { QueueUrl: url }), "MissingParameter", "MessageBody");
    await refused(call("AddPermission", { QueueUrl: url }), "UnsupportedOperation", "AddPermission");
    await refused(send(`${url}x`, "a"), "QueueDoesNotExist");
    await refused(send("work", "a"), "InvalidAddress");
    await refused(sqs.send("arn:aws:sqs:us-east-1:000000000000:none", "a"), "QueueDoesNotExist");
  });

  it("takes a queue's URL by any address of the gateway", async () => {
    const { create, send, bodies } = createHarness();
    const url = await create("work");
    await send("http://host.docker.internal:1/000000000000/work", "a");
    expect(await bodies(url)).toEqual(["a"]);
  });
});

describe("a batch", () => {
  it("takes and refuses its messages one by one", async () => {
    const { create, call, bodies } = createHarness();
    const url = await create("work");
    const Entries = [
      { Id: "good", MessageBody: "a" },
      { Id: "bad", MessageBody: "\0" },
    ];
    expect(await call("SendMessageBatch", { QueueUrl: url, Entries })).toEqual({
      Successful: [expect.objectContaining({ Id: "good", MD5OfMessageBody: "0cc175b9c0f1b6a831c399e269772661" })],
      Failed: [{ Id: "bad", SenderFault: true, Code: "InvalidMessageContents", Message: expect.any(String) }],
    });
    expect(await bodies(url)).toEqual(["a"]);
  });

  it("is refused as a whole where it is none", async () => {
    const { create, call } = createHarness();
    const url = await create("work");
    const batch = (...ids: readonly string[]): Promise<unknown> =>
      call("SendMessageBatch", { QueueUrl: url, Entries: ids.map((Id) => ({ Id, MessageBody: "a" })) });
    await refused(batch(), "EmptyBatchRequest");
    await refused(batch(...Array.from({ length: 11 }, (_, n) => `e${n}`)), "TooManyEntriesInBatchRequest");
    await refused(batch("a", "a"), "BatchEntryIdsNotDistinct");
    await refused(batch("a b"), "InvalidBatchEntryId");
    const half = "x".repeat(524_289);
    const Entries = ["1", "2"].map((Id) => ({ Id, MessageBody: half }));
    await refused(call("SendMessageBatch", { QueueUrl: url, Entries }), "BatchRequestTooLong");
  });

  it("deletes and hides by many receipts, and says which it could not", async () => {
    const { create, send, receive, call, attribute } = createHarness();
    const url = await create("work");
    await send(url, "a");
    await send(url, "b");
    const [a, b] = await receive(url);
    const hide = [
      { Id: "a", ReceiptHandle: a?.ReceiptHandle, VisibilityTimeout: 0 },
      { Id: "none", ReceiptHandle: "none", VisibilityTimeout: 0 },
    ];
    expect(await call("ChangeMessageVisibilityBatch", { QueueUrl: url, Entries: hide })).toMatchObject({
      Successful: [{ Id: "a" }],
      Failed: [{ Id: "none", Code: "ReceiptHandleIsInvalid" }],
    });
    const Entries = [a, b].map((message, n) => ({ Id: `${n}`, ReceiptHandle: message?.ReceiptHandle }));
    expect(await call("DeleteMessageBatch", { QueueUrl: url, Entries })).toEqual({
      Successful: [{ Id: "0" }, { Id: "1" }],
    });
    expect(await attribute(url, "ApproximateNumberOfMessages")).toBe("0");
  });
});
