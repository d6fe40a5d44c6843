import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { type CeleryWorker, type TakenTask, type WorkerEnd, startCeleryWorker } from "./support/celery-worker.ts";
import { type OwnStage, startStage } from "./support/stage.ts";

const Submitted = z.object({ task_id: z.string() });
const Answer = z.object({
  status: z.string(),
  result: z.unknown(),
  error: z.object({ type: z.string(), message: z.string() }).nullable(),
});

/** Names of the tasks here that the worker there runs (test/tasks/probe.ts). */
const ADD = "celery.legacy_tasks_add";
const TOTAL = "celery.legacy_tasks_total";
const FAIL = "celery.legacy_tasks_fail";

const Numbers = z.array(z.number());

let stage: OwnStage;
let sqs: SQSClient;
let dynamo: DynamoDBClient;
let worker: CeleryWorker;
/** What the worker does of tasks whose first argument says so. */
const answers = new Map<unknown, WorkerEnd>();

beforeAll(async () => {
  stage = await startStage({ auth: "none", celery: {} });
  const credentials = { accessKeyId: "worker", secretAccessKey: "worker" };
  const options = { endpoint: stage.embedded.awsUrl, region: "us-east-1", credentials };
  sqs = new SQSClient(options);
  dynamo = new DynamoDBClient(options);
  worker = await startCeleryWorker({ sqs, dynamo }, "legacy", runThere);
});

afterAll(async () => {
  await worker.stop();
  sqs.destroy();
  dynamo.destroy();
  await stage.stop();
});

function runThere({ task, args, kwargs }: TakenTask): WorkerEnd {
  const special = answers.get(args[0]);
  if (special !== undefined) return special;
  if (task === "celery.starmap") {
    const items = z.array(Numbers).parse(kwargs["it"]);
    return { status: "SUCCESS", result: items.map((item) => sum(item)) };
  }
  if (task === "legacy.tasks.fail") {
    const result = { exc_type: "ValueError", exc_message: ["a Python task failed"], exc_module: "builtins" };
    return { status: "FAILURE", result };
  }
  return { status: "SUCCESS", result: sum(Numbers.parse(task === "legacy.tasks.total" ? args[0] : args)) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

async function post(path: string, body: unknown): Promise<Response> {
  return fetch(stage.embedded.apiUrl + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function submit(path: "/tasks" | "/canvas", body: unknown): Promise<string> {
  const response = await post(path, body);
  expect(response.status).toBe(202);
  return Submitted.parse(await response.json()).task_id;
}

async function stateOf(id: string): Promise<z.output<typeof Answer>> {
  return Answer.parse(await (await fetch(`${stage.embedded.apiUrl}/tasks/${id}`)).json());
}

/** What a task says that has ended. */
async function endOf(id: string): Promise<z.output<typeof Answer>> {
  return vi.waitFor(
    async () => {
      const answer = await stateOf(id);
      expect(["SUCCESS", "FAILURE", "REVOKED"]).toContain(answer.status);
      return answer;
    },
    { timeout: 40_000, interval: 100 },
  );
}

const takenOf = (id: string): readonly TakenTask[] => worker.taken.filter((task) => task.id === id);

describe("a task that a worker of Celery runs", () => {
  it("is sent there under its own id, with its limit, and has the result that the worker stores", async () => {
    const options = { time_limit: 60, soft_time_limit: 30, headers: { tenant: "a" } };
    const id = await submit("/tasks", { task: ADD, args: [2, 3], options });
    expect(await endOf(id)).toMatchObject({ status: "SUCCESS", result: 5 });
    expect(takenOf(id)).toMatchObject([
      { task: "legacy.tasks.add", args: [2, 3], headers: { timelimit: [60, 30], tenant: "a", root_id: id } },
    ]);
  });

  it("is a step of a chain, before and after tasks that run here", async () => {
    const chain = [
      { task: "math.add", args: [1, 1] },
      { task: ADD, args: [10] },
      { task: "math.add", args: [100] },
    ];
    expect(await endOf(await submit("/canvas", { chain }))).toMatchObject({ status: "SUCCESS", result: 112 });
  });

  it("is a member of a header, and a body", async () => {
    const header = [
      { task: "math.add", args: [1, 1] },
      { task: ADD, args: [2, 2] },
      { task: ADD, args: [3, 3] },
    ];
    const mixed = await submit("/canvas", { chord: { header, body: { task: "math.tsum" } } });
    expect(await endOf(mixed)).toMatchObject({ result: 12 });
    const there = await submit("/canvas", { chord: { header, body: { task: TOTAL } } });
    expect(await endOf(there)).toMatchObject({ result: 12 });
  });

  it("is one of many members, each of which is sent once", async () => {
    const before = worker.taken.length;
    const header = Array.from({ length: 30 }, (_, n) => ({ task: ADD, args: [n, n] }));
    const id = await submit("/canvas", { chord: { header, body: { task: "math.tsum" } } });
    expect(await endOf(id)).toMatchObject({ result: 870 });
    expect(worker.taken.length - before).toBe(30);
  });

  it("fails with the exception of the worker, and all that follows it fails too", async () => {
    const id = await submit("/canvas", {
      chain: [
        { task: FAIL, args: [] },
        { task: "math.add", args: [1] },
      ],
    });
    const error = { type: "ValueError", message: "a Python task failed" };
    expect(await endOf(id)).toMatchObject({ status: "FAILURE", error });
  });

  it("is revoked where the worker has revoked it", async () => {
    const result = { exc_type: "TaskRevokedError", exc_message: ["expired"], exc_module: "celery.exceptions" };
    answers.set(71, { status: "REVOKED", result });
    const id = await submit("/tasks", { task: ADD, args: [71, 0] });
    expect(await endOf(id)).toMatchObject({ status: "REVOKED", error: { type: "Revoked", message: "expired" } });
  });

  it("fails at its hard limit where the worker died and never says how it ended", async () => {
    answers.set(72, null);
    const id = await submit("/tasks", { task: ADD, args: [72, 0], options: { time_limit: 3 } });
    expect(await endOf(id)).toMatchObject({ status: "FAILURE", error: { type: "TimeLimitExceeded" } });
    const header = [
      { task: ADD, args: [72, 0], options: { time_limit: 3 } },
      { task: ADD, args: [1, 1] },
    ];
    const chord = await submit("/canvas", { chord: { header, body: { task: "math.tsum" } } });
    expect(await endOf(chord)).toMatchObject({ status: "FAILURE", error: { type: "ChordError" } });
  });

  it("is revoked while the worker runs it, and what the worker says of it later changes nothing", async () => {
    answers.set(73, null);
    const id = await submit("/tasks", { task: ADD, args: [73, 0] });
    await vi.waitFor(async () => expect((await stateOf(id)).status).toBe("STARTED"), { timeout: 20_000 });
    expect((await post(`/tasks/${id}/revoke`, { terminate: true })).status).toBe(202);
    expect(await endOf(id)).toMatchObject({ status: "REVOKED" });
  });

  it("is sent under another id where its canvas is resumed, so that its first end is not its second", async () => {
    const id = await submit("/canvas", { chain: [{ task: "math.add", args: [70, 4] }, { task: FAIL }] });
    expect(await endOf(id)).toMatchObject({ status: "FAILURE" });
    answers.set(74, { status: "SUCCESS", result: "well" });
    expect((await post(`/canvases/${id}/resume`, {})).status).toBeLessThan(300);
    await vi.waitFor(async () => expect((await stateOf(id)).status).toBe("SUCCESS"), { timeout: 20_000 });
    expect(await stateOf(id)).toMatchObject({ result: "well" });
  });

  it("is refused with arguments that its schemas refuse", async () => {
    expect((await post("/tasks", { task: ADD, args: ["2", 3] })).status).toBe(400);
  });
});
