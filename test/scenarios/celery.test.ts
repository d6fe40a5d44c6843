import { randomUUID } from "node:crypto";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueUrlCommand, SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { type OwnStage, startStage } from "./support/stage.ts";

/** A signature as a client writes it, with an id of its choice. */
interface Task {
  readonly task: string;
  readonly args?: readonly unknown[];
  readonly immutable?: boolean;
  readonly options: Readonly<Record<string, unknown>> & { readonly task_id: string };
}

const TASKS = { "proj.add": "math.add", "proj.sum": "math.tsum", "proj.*": "probe.*" };
const Ran = z.object({ result: z.number(), events: z.array(z.object({ status: z.string() })) });
const Meta = z.object({ status: z.string(), result: z.unknown(), children: z.unknown() });

let stage: OwnStage;
let sqs: SQSClient;
let dynamo: DynamoDBClient;

beforeAll(async () => {
  stage = await startStage({ auth: "none", celery: { tasks: TASKS } });
  const credentials = { accessKeyId: "client", secretAccessKey: "client" };
  const options = { endpoint: stage.embedded.awsUrl, region: "us-east-1", credentials };
  sqs = new SQSClient(options);
  dynamo = new DynamoDBClient(options);
});

afterAll(async () => {
  sqs.destroy();
  dynamo.destroy();
  await stage.stop();
});

const task = (name: string, args: readonly unknown[], options: object = {}): Task => ({
  task: name,
  args,
  options: { task_id: randomUUID(), ...options },
});

/** Sends a message as kombu does: protocol 2, base64 twice. @returns the id of the task. */
async function send({ task: name, args = [], options }: Task, embed: object = {}, more: object = {}): Promise<string> {
  const whole = { callbacks: null, errbacks: null, chain: null, chord: null, ...embed };
  const envelope = {
    body: Buffer.from(JSON.stringify([args, {}, whole])).toString("base64"),
    "content-type": "application/json",
    headers: { task: name, id: options.task_id, root_id: options.task_id, group: options["group_id"] ?? null },
    properties: { body_encoding: "base64" },
    ...more,
  };
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "celery" }));
  const MessageBody = Buffer.from(JSON.stringify(envelope)).toString("base64");
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  return options.task_id;
}

/** What the result table says of a task that has ended. */
async function endOf(id: string): Promise<z.output<typeof Meta>> {
  return vi.waitFor(
    async () => {
      const Key = { id: { S: `b'celery-task-meta-${id}'` } };
      const { Item } = await dynamo.send(new GetItemCommand({ TableName: "celery", Key }));
      const meta = Meta.parse(JSON.parse(Buffer.from(Item?.["result"]?.B ?? []).toString()));
      expect(["SUCCESS", "FAILURE", "REVOKED"]).toContain(meta.status);
      return meta;
    },
    { timeout: 20_000, interval: 50 },
  );
}

/** What a client writes before it sends the header of a chord. */
async function beginChord(group: string, ids: readonly string[]): Promise<void> {
  const timestamp = { N: String(Date.now() / 1000) };
  const result = { result: [[group, null], ids.map((id) => [[id, null], null])] };
  const items = [
    { id: { S: `b'chord-unlock-${group}'` }, chord_count: { N: "0" }, timestamp },
    { id: { S: `b'celery-taskset-meta-${group}'` }, result: { B: Buffer.from(JSON.stringify(result)) }, timestamp },
  ];
  for (const Item of items) await dynamo.send(new PutItemCommand({ TableName: "celery", Item }));
}

describe("a client of Celery", () => {
  it("has a task run by a name that the task itself says", async () => {
    expect(await endOf(await send(task("older.double", [21])))).toMatchObject({ status: "SUCCESS", result: 42 });
  });

  it("has a task run, and finds the result under its id", async () => {
    expect(await endOf(await send(task("proj.add", [2, 3])))).toMatchObject({ status: "SUCCESS", result: 5 });
  });

  it("has one task run once whose message comes twice", async () => {
    const once = task("proj.add", [2, 3]);
    await send(once);
    await endOf(await send(once));
    const response = await fetch(`${stage.embedded.apiUrl}/tasks/${once.options.task_id}`);
    const { result, events } = Ran.parse(await response.json());
    expect(result).toBe(5);
    expect(events.filter(({ status }) => status === "STARTED")).toHaveLength(1);
  });

  it("has a chain run, with each step under its own id", async () => {
    const steps = [task("proj.add", [1, 1]), task("proj.add", [10]), task("proj.add", [100])] as const;
    await send(steps[0], { chain: steps.slice(1).toReversed() });
    expect(await endOf(steps[2].options.task_id)).toMatchObject({ result: 112 });
    expect(await endOf(steps[0].options.task_id)).toMatchObject({
      result: 2,
      children: [[[steps[1].options.task_id, [[steps[0].options.task_id, null], null]], null]],
    });
  });

  it("has a chord run whose header it sends part by part", async () => {
    const group = randomUUID();
    const body = task("proj.sum", []);
    const parts = [1, 2, 3].map((n) => task("proj.add", [n, n], { group_id: group }));
    await beginChord(
      group,
      parts.map((part) => part.options.task_id),
    );
    for (const part of parts) await send(part, { chord: body });
    expect(await endOf(body.options.task_id)).toMatchObject({ status: "SUCCESS", result: 12 });
  });

  it("has a chord run whose header has a part of no result, and whose body is a chain", async () => {
    const group = randomUUID();
    const rest = [task("proj.add", [100]), task("proj.add", [10])] as const;
    const body = task("proj.size", [], { chain: rest });
    const parts = [1, 2].map((n) => task("proj.identity", [n], { group_id: group }));
    await beginChord(
      group,
      parts.map((part) => part.options.task_id),
    );
    for (const part of parts) {
      const headers = { task: part.task, id: part.options.task_id, group, ignore_result: part === parts[0] };
      await send(part, { chord: body }, { headers });
    }
    expect(await endOf(rest[0].options.task_id)).toMatchObject({ status: "SUCCESS", result: 112 });
  });

  it("is told by the body of a chord which part failed", async () => {
    const group = randomUUID();
    const body = task("proj.sum", []);
    const parts = [task("proj.add", [1, 1], { group_id: group }), task("proj.fail", [], { group_id: group })];
    await beginChord(
      group,
      parts.map((part) => part.options.task_id),
    );
    for (const part of parts) await send(part, { chord: body });
    const { status, result } = await endOf(body.options.task_id);
    expect(status).toBe("FAILURE");
    expect(result).toMatchObject({ exc_type: "ChordError", exc_module: "celery.exceptions" });
    expect(JSON.stringify(result)).toContain(parts[1]?.options.task_id);
  });

  it("is told of what cannot run: an unknown task, wrong arguments, pickle", async () => {
    const unknown = await endOf(await send(task("other.task", [])));
    expect(unknown.result).toMatchObject({ exc_type: "NotRegistered" });
    const wrong = await endOf(await send(task("proj.add", ["x", {}])));
    expect(wrong.result).toMatchObject({ exc_type: "TypeError", exc_module: "builtins" });
    const pickled = await send(task("proj.add", [1, 1]), {}, { "content-type": "application/x-python-serialize" });
    expect((await endOf(pickled)).result).toMatchObject({ exc_type: "ContentDisallowed" });
  });

  it("is told that all that follows a failed task of a chain has failed", async () => {
    const steps = [task("proj.fail", []), task("proj.add", [1]), task("proj.add", [2])] as const;
    await send(steps[0], { chain: steps.slice(1).toReversed() });
    for (const { options } of steps)
      expect(await endOf(options.task_id)).toMatchObject({ status: "FAILURE", result: { exc_type: "ExpectedError" } });
  });

  it("sees a task that was revoked over HTTP as revoked", async () => {
    const later = task("proj.add", [1, 1]);
    const eta = new Date(Date.now() + 60_000).toISOString();
    await send(later, {}, { headers: { task: later.task, id: later.options.task_id, eta } });
    const url = `${stage.embedded.apiUrl}/tasks/${later.options.task_id}`;
    await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), { timeout: 10_000 });
    await fetch(`${url}/revoke`, { method: "POST" });
    expect(await endOf(later.options.task_id)).toMatchObject({
      status: "REVOKED",
      result: { exc_type: "TaskRevokedError" },
    });
  });
});
