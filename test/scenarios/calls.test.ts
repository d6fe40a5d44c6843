import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { BatchAnswer, ListAnswer } from "../../src/core/http/answer-schemas.ts";
import { RECORD_BYTES, REQUESTS, type Requests } from "../../src/core/insights/cost.ts";
import type { AwsRequest } from "embedded-aws";
import { t } from "../fixtures/canvases.ts";
import { call, ended, settled, submit } from "./support/api.ts";
import { type Rig, startRig } from "./support/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await ended((await submit("/tasks", { task: "math.add", args: [1, 2] })).task_id);
});
afterAll(() => rig.stop());

/** Calls that the functions made; those of clients who wait for a result are not the task's. */
interface Calls {
  sends: number;
  writes: number;
  reads: number;
  summaries: number;
}

const Keyed = z.object({ Key: z.object({ id: z.object({ S: z.string() }) }) });
const Batch = z.object({ RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.unknown()) })) });

function note(calls: Calls, { service, operation, caller, body }: AwsRequest): void {
  if (caller === null || caller.endsWith("api-wait")) return;
  if (service === "sqs" && operation?.startsWith("SendMessage")) calls.sends += 1;
  if (service !== "dynamodb") return;
  const text = body.toString("utf8");
  if (operation === "UpdateItem" && Keyed.parse(JSON.parse(text)).Key.id.S.startsWith("stats#")) calls.summaries += 1;
  else if (operation === "PutItem" || operation === "UpdateItem") calls.writes += 1;
  else if (operation === "GetItem") calls.reads += 1;
  else if (operation === "BatchGetItem")
    for (const { Keys } of Object.values(Batch.parse(JSON.parse(text)).RequestItems)) calls.reads += Keys.length;
}

/** What is called while `action` runs to the end of its tasks. */
async function during(action: () => Promise<void>, also: (request: AwsRequest) => void = () => {}): Promise<Calls> {
  const calls: Calls = { sends: 0, writes: 0, reads: 0, summaries: 0 };
  rig.guard = (request) => {
    note(calls, request);
    also(request);
    return null;
  };
  await action();
  // Messages are deleted when their functions have returned: then all calls were made.
  await expect
    .poll(async () => Promise.all(["math", "canvas"].map((module) => rig.aws.depth(module))), { timeout: 20_000 })
    .toEqual(Array.from({ length: 2 }, () => ({ waiting: 0, inFlight: 0, delayed: 0 })));
  rig.guard = () => null;
  return calls;
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
const chain = (steps: number) => async (): Promise<void> => {
  const tasks = [t("math.add", 0, 0), ...range(steps - 1).map(() => t("math.add", 1))];
  await settled((await submit("/chain", { tasks })).task_id);
};
const group = (members: number) => async (): Promise<void> => {
  await settled((await submit("/group", { tasks: range(members).map(() => t("math.add", 1, 1)) })).task_id);
};
const batch = (tasks: number) => async (): Promise<void> => {
  const body = { tasks: range(tasks).map(() => t("math.add", 1, 1)) };
  const submitted = BatchAnswer.parse((await call("POST", "/tasks/batch", body)).json).tasks;
  for (const { task_id: id } of submitted) await ended(id);
};

/** What each further task costs: the difference between few and many, so that what the whole costs once falls out. */
async function perTask(run: (tasks: number) => () => Promise<void>, few: number, many: number): Promise<Calls> {
  const [less, more] = [await during(run(few)), await during(run(many))];
  const each = (name: keyof Calls): number => (more[name] - less[name]) / (many - few);
  return { sends: each("sends"), writes: each("writes"), reads: each("reads"), summaries: each("summaries") };
}

/** What the table of costs says that functions call: a machine's own messages are sent without them. */
const told = ({ sends, transitions, writes, reads }: Requests) => ({ sends: sends - transitions, writes, reads });

describe("the calls of", () => {
  it("a plain task are SendMessage, PutItem, two UpdateItems, and one for its statistics where it is alone", async () => {
    const calls = await during(async () => {
      await ended((await submit("/tasks", { task: "math.add", args: [1, 2] })).task_id);
    });
    expect(calls).toEqual({ ...told(REQUESTS.plain), summaries: 1 });
  });

  it("a task of a batch are the same, with a tenth of a SendMessageBatch", async () => {
    expect(await perTask(batch, 10, 40)).toMatchObject(told(REQUESTS.batch));
  });

  it("a further step of a chain are those of the cost table", async () => {
    expect(await perTask(chain, 3, 6)).toMatchObject(told(REQUESTS.step));
  });

  it("a further member of a wide group are those of the cost table", async () => {
    expect(await perTask(group, 20, 50)).toMatchObject(told(REQUESTS.member));
  });

  it("a further member of a small group are those of the cost table", async () => {
    expect(await perTask(group, 3, 9)).toMatchObject(told(REQUESTS.alone));
  });

  it("a further step of a chain are one read of all that it needs, a claim, an end, and an answer to its state", async () => {
    const operationsOf = async (steps: number): Promise<Record<string, number>> => {
      const counts: Record<string, number> = {};
      const note = ({ operation, caller, body }: AwsRequest): void => {
        if (caller?.endsWith("-task-math") !== true || body.includes("stats#")) return;
        counts[operation ?? ""] = (counts[operation ?? ""] ?? 0) + 1;
      };
      await during(chain(steps), note);
      return counts;
    };
    const [less, more] = [await operationsOf(3), await operationsOf(6)];
    const each = Object.entries(more).map(([name, count]) => [name, (count - (less[name] ?? 0)) / 3]);
    expect(Object.fromEntries(each)).toEqual({ BatchGetItem: 1, UpdateItem: 2, SendTaskSuccess: 1 });
  });

  it("busy tasks have less than one write each for their statistics", async () => {
    const { summaries } = await during(batch(100));
    expect(summaries).toBeGreaterThan(0);
    expect(summaries).toBeLessThan(50);
  });
});

describe("a listing of failures", () => {
  it("reads the records of failures alone", async () => {
    const { task_id: failed } = await submit("/tasks", t("probe.fail", "for good"));
    await ended(failed);
    await batch(30)();
    const { reads } = await during(async () => {
      const page = ListAnswer.parse((await call("GET", "/tasks?status=FAILURE")).json);
      expect(page.tasks.map((task) => task.task_id)).toEqual([failed]);
    });
    // The days that there are, and the one record.
    expect(reads).toBe(2);
  });
});

describe("the transitions of", () => {
  const transitionsOf = async (path: string, tasks: unknown[]): Promise<number> => {
    const { task_id: id, root_id: root } = await submit(path, { tasks });
    await settled(id);
    const { arn } = await rig.aws.executionOf(root);
    await expect.poll(() => rig.aws.status(arn), { timeout: 20_000 }).toBe("SUCCEEDED");
    return (await rig.aws.history(arn)).filter(({ type }) => type?.endsWith("StateEntered")).length;
  };

  it("a chain are one for each step, and one for the Map; start and end are the others of the cost table", async () => {
    const steps = [t("math.add", 0, 0), t("math.add", 1), t("math.add", 1)];
    expect(await transitionsOf("/chain", steps)).toBe(3 * REQUESTS.step.transitions + 1);
  });

  it("a group are one for each member of a small one, and for the Map and its Close", async () => {
    const members = range(4).map(() => t("math.add", 1, 1));
    expect(await transitionsOf("/group", members)).toBe(4 * REQUESTS.alone.transitions + 2);
    expect(
      await transitionsOf(
        "/group",
        range(30).map(() => t("math.add", 1, 1)),
      ),
    ).toBe(1 + 2);
  });
});

describe("the record of a task", () => {
  /**
   * Bytes as DynamoDB counts them: names, texts, numbers of some 8 bytes, 3 for a list or set and 1 for each of its
   * entries.
   */
  const sizeOf = (value: unknown): number => {
    if (typeof value === "string") return Buffer.byteLength(value);
    if (typeof value === "number") return 8;
    if (Array.isArray(value)) return 3 + value.reduce<number>((sum, one) => sum + 1 + sizeOf(one), 0);
    return 1;
  };

  it("has the bytes that the cost table reckons with, from its claim on", async () => {
    const { task_id: id } = await submit("/tasks", { task: "math.add", args: [1, 2] });
    await ended(id);
    const item = (await rig.aws.item(id)) ?? {};
    const bytes = Object.entries(item).reduce((sum, [name, value]) => sum + name.length + sizeOf(value), 0);
    expect(bytes / RECORD_BYTES).toBeCloseTo(1, 1);
  });
});
