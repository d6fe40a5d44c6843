import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { SendTaskFailureCommand, SFNClient } from "@aws-sdk/client-sfn";
import { describe, expect, it, vi } from "vitest";
import { createFaultRig } from "../src/faults/rig.ts";
import { FAULTS, parseFaults, readFaults, showFaults } from "../src/faults/settings.ts";
import type { FaultSettings } from "../src/faults/settings.ts";
import { credentialsOf } from "../src/lambda/config.ts";
import { functionResource, mappingResource, queueResource } from "./support/assembly.ts";
import type { TestStack } from "./support/assembly.ts";
import { newEvents, RECORD } from "./support/events.ts";
import type { Events } from "./support/events.ts";
import { isRunning } from "./support/processes.ts";
import { startRun } from "./support/run.ts";
import type { Run } from "./support/run.ts";

describe("fault settings", () => {
  it("are read from a flag, and shown as they are read", () => {
    const settings = parseFaults("duplicate=0.2, kill=.05,drop-ack=1,visibility=2.5,seed=7");
    expect(settings).toEqual({ duplicate: 0.2, kill: 0.05, "drop-ack": 1, visibility: 2.5, seed: 7 });
    expect(parseFaults(showFaults(settings))).toEqual(settings);
  });

  it.each([
    [
      "dup=0.2",
      '"dup" is no fault. The faults are duplicate, reorder, delay, kill, refuse-batch, drop-ack, throttle, ',
    ],
    ["kill=x", 'kill needs a probability from 0 to 1, got "x".'],
    ["kill=1.1", "kill needs a probability from 0 to 1, got 1.1."],
    ["kill=", 'kill needs a probability from 0 to 1, got "".'],
    ["visibility=-1", 'visibility needs seconds from 0 to 43200, got "-1".'],
    ["seed=0.5", "seed needs a whole number from 0, got 0.5."],
    ["kill", 'it takes pairs such as duplicate=0.2,kill=0.05, got "kill".'],
    ["", 'it takes pairs such as duplicate=0.2,kill=0.05, got "".'],
  ])("are refused in one line: %s", (text, message) => {
    expect(() => parseFaults(text)).toThrow(message);
  });

  it("are refused as JSON that is no object", () => {
    expect(() => readFaults(["kill"])).toThrow('Faults are an object such as {"duplicate":0.2}, got ["kill"].');
  });
});

describe("the rig", () => {
  const strikesOf = (settings: FaultSettings, count: number): readonly boolean[] => {
    const rig = createFaultRig(settings);
    return Array.from({ length: count }, () => rig.strikes("kill"));
  };

  it("repeats a seed's sequence, whatever other faults were asked about", () => {
    const alone = strikesOf({ kill: 0.3, seed: 1 }, 100);
    const rig = createFaultRig({ kill: 0.3, delay: 0.5, seed: 1 });
    const among = alone.map((_strike) => (rig.strikes("delay"), rig.strikes("kill")));
    expect(among).toEqual(alone);
    expect(strikesOf({ kill: 0.3, seed: 2 }, 100)).not.toEqual(alone);
  });

  it("strikes about as often as it is told to, and counts", () => {
    const rig = createFaultRig({ throttle: 0.25, seed: 1 });
    const strikes = Array.from({ length: 4000 }, () => rig.strikes("throttle")).filter(Boolean).length;
    expect(strikes).toBeGreaterThan(900);
    expect(strikes).toBeLessThan(1100);
    expect(rig.report().injected).toEqual({
      ...Object.fromEntries(Object.keys(FAULTS).map((fault) => [fault, 0])),
      throttle: strikes,
    });
  });

  it("injects nothing unless it is told to, and stops when it is told to", () => {
    const rig = createFaultRig();
    expect(rig.strikes("kill")).toBe(false);
    rig.set({ kill: 1 });
    expect(rig.strikes("kill")).toBe(true);
    rig.set({});
    expect(rig.strikes("kill")).toBe(false);
    expect(rig.report().injected["kill"]).toBe(1);
  });

  it("tells the seed that it took itself", () => {
    expect(createFaultRig({ kill: 1 }).report().faults).toEqual({ kill: 1, seed: expect.any(Number) });
  });
});

interface Seen {
  readonly id: string;
  readonly body: string;
  readonly count: string;
}

/** A queue whose messages are hidden for ten minutes, and a worker that records them before it runs `code`. */
function worker(
  events: Events<Seen>,
  code = "",
  mapping: object = {},
): [TestStack["Resources"], Record<string, string>] {
  const resources = {
    Q: queueResource("work", { VisibilityTimeout: 600 }),
    F: functionResource("worker", { Environment: { Variables: { EVENTS: events.file } } }),
    M: mappingResource("Q", "F", { BatchSize: 1, ...mapping }),
  };
  const handler = `${RECORD}
    export const handler = async ({ Records }) => {
      for (const { messageId: id, body, attributes } of Records) record({ id, body, count: attributes.ApproximateReceiveCount });
      ${code}
    };`;
  return [resources, { worker: handler }];
}

const TABLE = {
  Type: "AWS::DynamoDB::Table",
  Properties: {
    TableName: "tasks",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  },
};

/** What a client needs in order to call as the function `worker`. */
function asWorker(run: Run) {
  const { accessKey, secret } = credentialsOf("worker");
  const credentials = { accessKeyId: accessKey, secretAccessKey: secret };
  return { endpoint: run.embedded.awsUrl, region: "us-east-1", credentials, maxAttempts: 1 };
}

const FUNCTION = { F: functionResource("worker") };
const NOOP = { worker: "export const handler = async () => {};" };
const put = new PutItemCommand({ TableName: "tasks", Item: { id: { S: "a" } } });
const get = new GetItemCommand({ TableName: "tasks", Key: { id: { S: "a" } } });

async function left(run: Run, queue: string): Promise<number> {
  const QueueUrl = `${run.embedded.awsUrl}/000000000000/${queue}`;
  const { Attributes = {} } = await run.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed } =
    Attributes;
  return (
    Number(ApproximateNumberOfMessages) +
    Number(ApproximateNumberOfMessagesNotVisible) +
    Number(ApproximateNumberOfMessagesDelayed)
  );
}

describe("messages", () => {
  it("are delivered twice, under the same id", async () => {
    const events = newEvents<Seen>();
    const run = await startRun(...worker(events), { faults: { duplicate: 1, seed: 3 } });
    await run.send("work", "x");
    await vi.waitUntil(() => events.all().length === 2, { timeout: 8000 });
    const [first, second] = events.all();
    expect(second).toEqual({ ...first, count: "1" });
    await vi.waitUntil(async () => (await left(run, "work")) === 0);
    expect(run.embedded.faults().injected["duplicate"]).toBe(1);
  }, 10_000);

  it("messages are received in any order", async () => {
    const events = newEvents<Seen>();
    const [resources, code] = worker(events, "", { ScalingConfig: { MaximumConcurrency: 2 } });
    const { M, ...withoutMapping } = resources;
    const run = await startRun(withoutMapping, code, { faults: { reorder: 1, seed: 3 } });
    const bodies = Array.from({ length: 12 }, (_body, index) => String.fromCodePoint(97 + index));
    for (const body of bodies) await run.send("work", body);
    await run.deploy({ ...withoutMapping, ...(M && { M }) }, code);
    await vi.waitUntil(() => events.all().length === 12, { timeout: 8000 });
    const order = events.all().map(({ body }) => body);
    expect(order).not.toEqual(bodies);
    expect(order.toSorted((a, b) => a.localeCompare(b))).toEqual(bodies);
  }, 10_000);

  it("messages are held back", async () => {
    const run = await startRun({ Q: queueResource("work") }, {}, { faults: { delay: 1, seed: 3 } });
    await run.send("work", "x");
    const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
    const { Attributes } = await run.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesDelayed: "1" });
  });

  it("come again, long before the queue's time, when their delete is lost", async () => {
    const events = newEvents<Seen>();
    const run = await startRun(...worker(events), { faults: { "drop-ack": 1, visibility: 0.1 } });
    await run.send("work", "x");
    await vi.waitUntil(() => events.all().length >= 2, { timeout: 8000 });
    run.embedded.setFaults({ visibility: 0.1 });
    await vi.waitUntil(async () => (await left(run, "work")) === 0, { timeout: 8000 });
    expect(events.all().slice(0, 2)).toMatchObject([{ count: "1" }, { count: "2" }]);
  }, 10_000);

  it("stay hidden for as long as the function has asked for", async () => {
    const events = newEvents<Seen>();
    const code = `
      const { receiptHandle } = Records[0];
      const headers = { "x-amz-target": "AmazonSQS.ChangeMessageVisibility", "content-type": "application/x-amz-json-1.0" };
      const QueueUrl = process.env.AWS_ENDPOINT_URL + "/000000000000/work";
      const body = JSON.stringify({ QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: 300 });
      if (Records[0].body === "hidden") await fetch(process.env.AWS_ENDPOINT_URL, { method: "POST", headers, body });
      throw new Error("no");`;
    const run = await startRun(...worker(events, code), { faults: { visibility: 0.05 } });
    await run.send("work", "hidden");
    await vi.waitUntil(() => events.all().length === 1, { timeout: 8000 });
    await run.send("work", "usual");
    await vi.waitUntil(() => events.all().filter(({ body }) => body === "usual").length >= 3, { timeout: 8000 });
    expect(events.all().filter(({ body }) => body === "hidden")).toHaveLength(1);
  }, 15_000);
});

describe("a function behind a queue", () => {
  it("is refused its batches, whose messages become dead letters without any process", async () => {
    const events = newEvents<Seen>();
    const [resources, code] = worker(events);
    const dead = { deadLetterTargetArn: { "Fn::GetAtt": ["D", "Arn"] }, maxReceiveCount: 10 };
    const queues = {
      D: queueResource("dead"),
      Q: queueResource("work", { VisibilityTimeout: 600, RedrivePolicy: dead }),
    };
    const faults = { "refuse-batch": 1, visibility: 0.02 };
    const run = await startRun({ ...resources, ...queues }, code, { faults });
    for (const body of ["a", "b", "c"]) await run.send("work", body);
    await vi.waitUntil(async () => (await left(run, "dead")) === 3, { timeout: 8000 });
    expect(run.embedded.faults().injected["refuse-batch"]).toBe(30);
    expect(await left(run, "work")).toBe(0);
    expect(events.all()).toEqual([]);
  }, 10_000);

  it("is killed with all its processes, and its message comes again", async () => {
    const events = newEvents<Seen>();
    const code = `
      const { spawn } = await import("node:child_process");
      const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
      record({ id: "pids", body: process.pid + " " + child.pid, count: "" });
      await new Promise((resolve) => setTimeout(resolve, 8000));`;
    const run = await startRun(...worker(events, code), { faults: { kill: 1, visibility: 0.1, seed: 3 } });
    await run.send("work", "x");
    await vi.waitUntil(() => events.all().filter(({ body }) => body === "x").length >= 2, { timeout: 10_000 });
    run.embedded.setFaults({});
    const deliveries = events.all().filter(({ body }) => body === "x");
    expect(deliveries.slice(0, 2)).toMatchObject([{ count: "1" }, { count: "2" }]);
    expect(run.log.join("\n")).toContain("WARN worker killed by the fault rig");
    const first = events.all().find(({ id }) => id === "pids");
    const pids = first?.body.split(" ").map(Number) ?? [];
    await vi.waitUntil(() => pids.every((pid) => !isRunning(pid)), { timeout: 5000 });
  }, 15_000);

  it("is killed at its end where it runs shorter than usual: all is done, and comes again", async () => {
    const events = newEvents<Seen>();
    const run = await startRun(...worker(events), { faults: { kill: 1, visibility: 0.1, seed: 3 } });
    await run.send("work", "x");
    await vi.waitUntil(() => events.all().length >= 1, { timeout: 8000 });
    run.embedded.setFaults({ visibility: 0.1 });
    await vi.waitUntil(async () => (await left(run, "work")) === 0, { timeout: 8000, interval: 50 });
    expect(events.all().length).toBeGreaterThan(1);
    expect(run.embedded.faults().injected["kill"]).toBeGreaterThanOrEqual(1);
  }, 15_000);

  it("is left alone where somebody else invokes it", async () => {
    const run = await startRun(FUNCTION, { worker: "export const handler = async () => 1;" }, { faults: { kill: 1 } });
    const url = `${run.embedded.awsUrl}/2015-03-31/functions/worker/invocations`;
    expect(await (await fetch(url, { method: "POST", body: "{}" })).json()).toBe(1);
    expect(run.embedded.faults().injected["kill"]).toBe(0);
  });
});

describe("a function's call", () => {
  it("to DynamoDB is throttled before it has any effect; others' are served", async () => {
    const run = await startRun({ ...FUNCTION, T: TABLE }, NOOP, { faults: { throttle: 1 } });
    await expect(new DynamoDBClient(asWorker(run)).send(put)).rejects.toThrow(
      expect.objectContaining({ name: "ProvisionedThroughputExceededException" }),
    );
    expect((await run.dynamoDb.send(get)).Item).toBeUndefined();
  });

  it("takes effect and loses its answer", async () => {
    const run = await startRun({ ...FUNCTION, T: TABLE, Q: queueResource("work") }, NOOP, {
      faults: { "lose-reply": 1 },
    });
    await expect(new DynamoDBClient(asWorker(run)).send(put)).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect((await run.dynamoDb.send(get)).Item).toEqual({ id: { S: "a" } });

    const sqs = new SQSClient({ ...asWorker(run), useQueueUrlAsEndpoint: false });
    const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }))).rejects.toThrow(
      /socket hang up|ECONNRESET/,
    );
    expect(await left(run, "work")).toBe(1);
    expect(run.embedded.faults().injected["lose-reply"]).toBe(2);
  });

  it("with a task's token is refused: throttled, or with a 500", async () => {
    const run = await startRun(FUNCTION, NOOP, { faults: { "fail-token": 1, seed: 3 } });
    const states = new SFNClient(asWorker(run));
    const fail = new SendTaskFailureCommand({ taskToken: "t" });
    const answers = await Promise.allSettled(Array.from({ length: 12 }, () => states.send(fail)));
    const names = answers.map((answer): unknown => (answer.status === "rejected" ? answer.reason.name : "served"));
    expect(new Set(names)).toEqual(new Set(["ThrottlingException", "InternalFailure"]));
  });
});

describe("/_faults", () => {
  it("replaces what is injected, and tells what was", async () => {
    const run = await startRun({ ...FUNCTION, T: TABLE }, NOOP);
    const url = `${run.embedded.awsUrl}/_faults`;
    const set = await fetch(url, { method: "PUT", body: '{"throttle":1,"seed":7}' });
    expect(await set.json()).toMatchObject({ faults: { throttle: 1, seed: 7 }, injected: { throttle: 0 } });
    await expect(new DynamoDBClient(asWorker(run)).send(put)).rejects.toThrow("throughput");
    await fetch(url, { method: "PUT", body: "{}" });
    await new DynamoDBClient(asWorker(run)).send(put);
    expect(await (await fetch(url)).json()).toEqual({
      faults: { seed: expect.any(Number) },
      injected: expect.objectContaining({ throttle: 1, kill: 0 }),
    });
  });

  it("says what is wrong with settings, and leaves them as they were", async () => {
    const run = await startRun({}, {}, { faults: { kill: 0.5, seed: 1 } });
    const answer = await fetch(`${run.embedded.awsUrl}/_faults`, { method: "PUT", body: '{"kill":2}' });
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 400,
      body: { message: "kill needs a probability from 0 to 1, got 2." },
    });
    expect(run.embedded.faults().faults).toEqual({ kill: 0.5, seed: 1 });
    expect((await fetch(`${run.embedded.awsUrl}/_faults`, { method: "POST" })).status).toBe(405);
  });
});
