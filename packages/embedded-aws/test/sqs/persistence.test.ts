import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openSqliteStorage } from "../../src/storage/sqlite.ts";
import { createTestClock } from "./support/clock.ts";
import { type Harness, arnOf, createHarness, refused } from "./support/harness.ts";

/** Runs that follow each other on one directory and one clock. */
function runs(): { readonly start: () => Harness; readonly end: (harness: Harness) => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), "sqs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = createTestClock();
  const storages = new Map<Harness, ReturnType<typeof openSqliteStorage>>();
  return {
    start: () => {
      const storage = openSqliteStorage(join(folder, "data.db"));
      const harness = createHarness(storage, clock);
      storages.set(harness, storage);
      return harness;
    },
    end: async (harness) => {
      harness.sqs.stop();
      await storages.get(harness)?.close();
    },
  };
}

describe("queues that are kept", () => {
  it("are there in the next run, with messages, attributes, receive counts, delays and ages", async () => {
    const { start, end } = runs();
    const first = start();
    const url = await first.create("work", { VisibilityTimeout: "600" });
    await first.call("TagQueue", { QueueUrl: url, Tags: { a: "1" } });
    const MessageAttributes = { name: { DataType: "String", StringValue: "값" } };
    const sent = await first.send(url, "received", { MessageAttributes, MessageGroupId: "g" });
    await first.send(url, "deleted");
    const [, deleted] = await first.receive(url);
    await first.remove(url, deleted?.ReceiptHandle ?? "");
    await first.send(url, "delayed", { DelaySeconds: 100 });
    await first.send(url, "waiting");
    first.clock.advance(10_000);
    await end(first);

    const second = start();
    expect(await second.attribute(url, "VisibilityTimeout")).toBe("600");
    expect(await second.call("ListQueueTags", { QueueUrl: url })).toEqual({ Tags: { a: "1" } });
    expect(second.sqs.queue(arnOf(url))?.age()).toBe(10);
    const messages = await second.receive(url, { MessageAttributeNames: ["All"] });
    // What was in flight is visible at once: whatever held it has ended with the run.
    expect(messages.map(({ Body }) => Body)).toEqual(["received", "waiting"]);
    expect(messages[0]).toMatchObject({
      MessageId: sent["MessageId"],
      MD5OfMessageAttributes: sent["MD5OfMessageAttributes"],
      Attributes: { ApproximateReceiveCount: "2", MessageGroupId: "g" },
    });
    second.clock.advance(90_000);
    expect(await second.bodies(url)).toEqual(["delayed"]);
    await end(second);
  });

  it("take a receipt of the run before", async () => {
    const { start, end } = runs();
    const first = start();
    const url = await first.create("work");
    await first.send(url, "a");
    const [message] = await first.receive(url);
    await end(first);
    const second = start();
    await second.remove(url, message?.ReceiptHandle ?? "");
    expect(await second.bodies(url)).toEqual([]);
    await end(second);
  });

  it("bury, count sequence numbers on, and remember deduplication ids over a start", async () => {
    const { start, end } = runs();
    const fifo = { FifoQueue: "true" };
    const ids = { MessageGroupId: "g", MessageDeduplicationId: "1" };
    const first = start();
    const dead = await first.create("dead.fifo", fifo);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 1 });
    const url = await first.create("work.fifo", { ...fifo, RedrivePolicy });
    const sent = await first.send(url, "a", ids);
    await first.receive(url);
    await end(first);

    const second = start();
    expect(await second.send(url, "a", ids)).toEqual(sent);
    expect(await second.receive(url)).toEqual([]);
    const next = await second.send(url, "b", { ...ids, MessageDeduplicationId: "2" });
    expect(String(next["SequenceNumber"]) > String(sent["SequenceNumber"])).toBe(true);
    await end(second);

    const third = start();
    const [letter] = await third.receive(dead);
    expect(letter).toMatchObject({ Body: "a", Attributes: { DeadLetterQueueSourceArn: arnOf(url) } });
    third.clock.advance(300_000);
    expect((await third.send(url, "c", ids))["MessageId"]).not.toBe(sent["MessageId"]);
    await end(third);
  });

  it("are gone where they were deleted", async () => {
    const { start, end } = runs();
    const first = start();
    const url = await first.create("work");
    await first.send(url, "a");
    await first.call("DeleteQueue", { QueueUrl: url });
    await end(first);
    const second = start();
    await refused(second.send(url, "b"), "QueueDoesNotExist");
    await second.create("work");
    expect(await second.bodies(url)).toEqual([]);
    await end(second);
  });

  it("name a record that is not theirs, and go on without it", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const folder = mkdtempSync(join(tmpdir(), "sqs-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const storage = openSqliteStorage(join(folder, "data.db"));
    storage.collection("sqs/messages").put("work/1", "{");
    await storage.written();
    createHarness(storage);
    expect(warn.mock.calls).toEqual([[expect.stringMatching("A record of sqs/messages .* left out: work/1")]]);
    await storage.close();
  });
});
