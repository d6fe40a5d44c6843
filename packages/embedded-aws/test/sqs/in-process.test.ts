import { describe, expect, it } from "vitest";
import type { DeployedResource } from "../../src/resource.ts";
import type { LocalQueue } from "../../src/sqs/sqs.ts";
import { createVolatileStorage } from "../../src/storage/storage.ts";
import { createTestClock } from "./support/clock.ts";
import { type Harness, createHarness, refused } from "./support/harness.ts";

const ARN = "arn:aws:sqs:us-east-1:000000000000:work";
const URL = "http://localhost:4566/000000000000/work";

const resource = (properties: Readonly<Record<string, unknown>>, arn = ARN): DeployedResource => ({
  stack: "s",
  logicalId: "Q",
  type: "AWS::SQS::Queue",
  properties,
  physicalId: URL,
  arn,
});

function deployed(harness: Harness, properties: Readonly<Record<string, unknown>> = {}): LocalQueue {
  harness.sqs.deploy(resource(properties));
  const queue = harness.sqs.queue(ARN);
  if (queue === undefined) throw new Error("The queue is not there.");
  return queue;
}

describe("a queue of a template", () => {
  it("has the properties that the template says, and gets others without losing a message", async () => {
    const harness = createHarness();
    const dead = "arn:aws:sqs:us-east-1:000000000000:dead";
    const redrive = { deadLetterTargetArn: dead, maxReceiveCount: 3 };
    deployed(harness, { VisibilityTimeout: 5, RedrivePolicy: redrive, Tags: [{ Key: "a", Value: "1" }] });
    await harness.sqs.send(URL, "a");
    expect(await harness.attribute(URL, "VisibilityTimeout")).toBe("5");
    expect(await harness.attribute(URL, "RedrivePolicy")).toBe(JSON.stringify(redrive));
    expect(await harness.call("ListQueueTags", { QueueUrl: URL })).toEqual({ Tags: { a: "1" } });
    deployed(harness, { DelaySeconds: "2" });
    expect(await harness.attribute(URL, "VisibilityTimeout")).toBe("30");
    expect(await harness.attribute(URL, "RedrivePolicy")).toBeUndefined();
    expect(await harness.bodies(URL)).toEqual(["a"]);
  });

  it("is refused where a property is wrong or unknown, by its name", () => {
    const { sqs } = createHarness();
    expect(() => sqs.deploy(resource({ VisibilityTimeout: 50_000 }))).toThrow("VisibilityTimeout");
    expect(() => sqs.deploy(resource({ Colour: "red" }))).toThrow("Colour");
    expect(() => sqs.deploy(resource({ FifoQueue: true }))).toThrow(".fifo");
  });
});

describe("a queue in process", () => {
  it("tells its listener when messages come, and when they come back", async () => {
    const harness = createHarness();
    const queue = deployed(harness, { VisibilityTimeout: 5 });
    let calls = 0;
    const end = queue.onReady(() => (calls += 1));
    await harness.sqs.send(ARN, "a");
    await harness.sqs.send(ARN, "b");
    expect(calls).toBe(2);
    expect(queue.receive(100).map(({ message }) => message.body)).toEqual(["a", "b"]);
    harness.clock.advance(5000);
    expect(calls).toBe(3);
    end();
    await harness.sqs.send(ARN, "c");
    expect(calls).toBe(3);
    expect(queue.ready()).toBe(3);
  });

  it("hides, removes, and says how old its oldest message is", async () => {
    const harness = createHarness();
    const queue = deployed(harness);
    expect(queue.age()).toBe(0);
    await harness.sqs.send(ARN, "a");
    harness.clock.advance(1500);
    await harness.sqs.send(ARN, "b");
    expect(queue.age()).toBe(1.5);
    const [a, b] = queue.receive(10);
    queue.remove(a?.receiptHandle ?? "");
    expect(queue.age()).toBe(0);
    const before = b?.visibilityDeadline ?? 0;
    queue.hide(b?.receiptHandle ?? "", 1);
    expect(b?.visibilityDeadline).toBe(before - 29_000);
    harness.clock.advance(1000);
    expect(queue.ready()).toBe(1);
    queue.hide(b?.receiptHandle ?? "", 100);
    queue.hide("nonsense", 100);
    expect(queue.ready()).toBe(1);
  });

  it("sets one timer however many messages are in flight, and none where there is nothing", async () => {
    const harness = createHarness();
    const queue = deployed(harness);
    expect(harness.clock.timers()).toBe(0);
    for (let n = 0; n < 1000; n += 1) await harness.sqs.send(ARN, `${n}`);
    for (const [n, { receiptHandle }] of queue.receive(1000).entries()) queue.hide(receiptHandle, n);
    expect(harness.clock.timers()).toBe(1);
    queue.stop();
    expect(harness.clock.timers()).toBe(0);
  });

  it("takes from other services what it would take from anybody", async () => {
    const harness = createHarness();
    deployed(harness);
    await harness.sqs.send(ARN, "a", "group");
    expect((await harness.receive(URL))[0]?.Attributes["MessageGroupId"]).toBe("group");
    await refused(harness.sqs.send(ARN, "\0"), "InvalidMessageContents");
  });

  it("has messages come late and twice where faults say so, each with the same id", async () => {
    const faults = { sent: () => ({ late: 1000, again: 2000 }), choose: () => 0 };
    const harness = createHarness(createVolatileStorage(), createTestClock(), faults);
    const queue = deployed(harness);
    const { messageId } = await harness.sqs.send(ARN, "a");
    expect(queue.ready()).toBe(0);
    harness.clock.advance(1000);
    const [first] = queue.receive(10);
    queue.remove(first?.receiptHandle ?? "");
    harness.clock.advance(1000);
    const [second] = queue.receive(10);
    expect([first?.message.messageId, second?.message.messageId]).toEqual([messageId, messageId]);
    expect(second?.message.approximateReceiveCount).toBe(1);
  });
});
