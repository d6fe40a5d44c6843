import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, inject, it, vi } from "vitest";
import { BatchAnswer, QueuesAnswer, SubmissionAnswer } from "../../src/core/http/answer-schemas.ts";
import type { Node } from "../../src/core/canvas/node.ts";
import { anyCanvas } from "../fixtures/canvases.ts";
import { type Besides, evaluate } from "../fixtures/evaluate.ts";
import { type Answer, call, settled } from "./support/api.ts";
import { atOnce } from "./support/at-once.ts";
import { type Counter, startCounter } from "./support/counter.ts";
import { type Rig, startRig } from "./support/rig.ts";
import { type Sample, limitTasks, samples } from "./support/soak-tasks.ts";
import { type Tally, type TaskItem, extraStarts, resultOf, takeTally } from "./support/tally.ts";

/**
 * Seeds, one run each. CELERIAC_SOAK=1,2,3 makes it three long ones: 2,000 tasks and 200 canvases each, some five
 * minutes on two cores.
 */
const SEEDS = (process.env["CELERIAC_SOAK"] ?? "1").split(",").map(Number);
const [TASKS, CANVASES] = process.env["CELERIAC_SOAK"] === undefined ? [400, 40] : [2_000, 200];
/** Requests under way at once, and tasks of one batch. */
const AT_ONCE = 24;
const BATCH = 100;
/** Milliseconds for one seed. */
const BUDGET = 900_000;

/** All of it at once. An environment is lost seldom enough that none of the tasks meets that three times. */
const FAULTS = {
  duplicate: 0.1,
  reorder: 0.2,
  delay: 0.1,
  kill: 0.008,
  "refuse-batch": 0.02,
  "drop-ack": 0.03,
  throttle: 0.05,
  "lose-reply": 0.02,
  "fail-token": 0.1,
  visibility: 2,
};

/** Where all messages of a run go. */
const QUEUES = ["canvas", "math", "probe", "dead"];

describe.skipIf(inject("assembly") === "")("the whole system under all faults at once", () => {
  it.each(SEEDS)(
    `ends ${TASKS} tasks and ${CANVASES} canvases as it must, each once, and loses nothing (seed %i)`,
    { timeout: BUDGET },
    async (seed) => {
      const [rig, counter] = await Promise.all([startRig(), startCounter()]);
      try {
        expect(await soak(rig, counter, seed)).toEqual({
          faults: [],
          tasks: [],
          effects: [],
          canvases: [],
          queues: [],
          unasked: 0,
          unexplained: 0,
          repeated: 0,
        });
      } finally {
        counter.stop();
        await rig.stop();
      }
    },
  );
});

/** Runs all of it. @returns what is not as it must be. */
async function soak(rig: Rig, counter: Counter, seed: number): Promise<object> {
  const began = performance.now();
  const seconds = (): number => Math.round((performance.now() - began) / 100) / 10;
  rig.setFaults({ ...FAULTS, seed });
  const tasks = samples(TASKS, counter.port);
  const nodes = fc.sample(anyCanvas(3), { numRuns: CANVASES, seed });
  const [ids, canvases] = await Promise.all([submitTasks(tasks), atOnce(AT_ONCE, nodes, submitCanvas)]);
  const submitted = seconds();
  await quiet(rig);
  const { injected } = rig.faults();
  process.stdout.write(
    `soak ${seed}: submitted in ${submitted} s, quiet after ${seconds()} s, ${JSON.stringify(injected)}\n`,
  );
  rig.setFaults({});
  for (const fault of Object.keys(FAULTS).filter((name) => name !== "visibility"))
    expect(injected[fault], fault).toBeGreaterThan(0);

  const tally = await takeTally(rig.aws);
  const records =
    tasks.reduce((sum, sample) => sum + 1 + (sample.others?.length ?? 0), 0) +
    canvases.reduce((sum, { node, tasks: planned }) => sum + planned.length + besidesOf(node), 0);
  const wrongCanvases = await atOnce(AT_ONCE, canvases, wrongCanvas);
  const effects = [...tally.tasks.values()].filter(({ call: { task } }) => task === "probe.effect");
  process.stdout.write(`soak ${seed}: ${effects.length} effects, asked for ${counter.asked()} times\n`);
  const { queues } = QueuesAnswer.parse((await call("GET", "/queues")).json);
  return {
    faults: tally.faults,
    tasks: tasks.flatMap((sample, index) => wrongs(sample, ids[index] ?? "", tally)),
    effects: effects.flatMap((task) => wrongEffect(task, counter)),
    canvases: wrongCanvases.filter((wrong) => wrong !== null),
    queues: queues.filter((queue) => queue.waiting + queue.in_flight + queue.delayed + queue.dead > 0),
    // Records that nobody asked for, or that are missing: each link, replacement and step is started once.
    unasked: tally.tasks.size - records,
    // A task that starts twice on one attempt has an environment that was lost to show for it.
    unexplained: Math.max(0, extraStarts(tally.tasks.values()) - (injected["kill"] ?? 0)),
    // An effect that is asked for again had an environment that was lost between it and its record.
    repeated: Math.max(0, counter.asked() - effects.length - extraStarts(effects)),
  };
}

/** Waits until no queue holds a message and no execution runs. */
function quiet(rig: Rig): Promise<void> {
  return vi.waitFor(
    async () => {
      const depths = await Promise.all(QUEUES.map((name) => rig.aws.depth(name)));
      const messages = depths.map(({ waiting, inFlight, delayed }) => waiting + inFlight + delayed);
      if (process.env["CELERIAC_LOG"] !== undefined)
        process.stderr.write(
          `${QUEUES.join(", ")}: ${depths.map(({ waiting, inFlight, delayed }) => `${waiting}/${inFlight}/${delayed}`).join(" ")}\n`,
        );
      expect(messages).toEqual(QUEUES.map(() => 0));
      expect(await rig.aws.running()).toBe(0);
    },
    { timeout: BUDGET, interval: 1_000 },
  );
}

/** Half of them in batches, half one by one. */
async function submitTasks(tasks: readonly Sample[]): Promise<string[]> {
  const nodes = tasks.map(({ node }) => node);
  const half = Math.floor(nodes.length / 2);
  const single = await atOnce(AT_ONCE, nodes.slice(0, half), async (node) => {
    return SubmissionAnswer.parse((await accepted("/tasks", node)).json).task_id;
  });
  const batches = Array.from({ length: Math.ceil((nodes.length - half) / BATCH) }, (_, n) => half + n * BATCH);
  const rest = await atOnce(2, batches, async (start) => {
    const answer = await accepted("/tasks/batch", { tasks: nodes.slice(start, start + BATCH) });
    return BatchAnswer.parse(answer.json).tasks.map((task) => task.task_id);
  });
  return [...single, ...rest.flat()];
}

/** A canvas that was accepted. */
interface Submitted {
  readonly node: Node;
  readonly id: string;
  readonly tasks: readonly unknown[];
}

async function submitCanvas(node: Node): Promise<Submitted> {
  const { task_id: id, tasks } = SubmissionAnswer.parse((await accepted("/canvas", limitTasks(node))).json);
  return { node, id, tasks };
}

/** Submits as a careful client does: the same request with the same key, until it is accepted. */
async function accepted(path: string, body: unknown): Promise<Answer> {
  const headers = { "idempotency-key": crypto.randomUUID() };
  return vi.waitFor(
    async () => {
      const answer = await call("POST", path, body, headers);
      if (answer.status !== 202) throw new Error(`POST ${path} was answered ${answer.status}: ${answer.text}`);
      return answer;
    },
    { timeout: 120_000, interval: 500 },
  );
}

/** What is wrong with a task, and with what it has started. */
function wrongs(sample: Sample, id: string, { tasks }: Tally): unknown[] {
  const item = tasks.get(id);
  if (item === undefined) return [`${sample.node.task} ${id} has no record`];
  const started = startedBy(item, tasks);
  const got = { status: item.status, retries: item.retries, error: item.error?.type, others: started.map(valueOf) };
  const must = {
    status: sample.status,
    retries: sample.retries ?? 0,
    error: sample.error,
    others: sample.others ?? [],
  };
  const result = valueOf(item);
  const isRight = !("result" in sample) || isLarge(result) || isDeepStrictEqual(result, sample.result);
  const same = isDeepStrictEqual({ ...got, others: sorted(got.others) }, { ...must, others: sorted(must.others) });
  return same && isRight
    ? []
    : [{ id, task: item.call.task, events: item.events, error: item.error, got, must, result }];
}

/** What is wrong with the effect of a task: the world has seen one, under the key that the task knows. */
function wrongEffect(item: TaskItem, { effects }: Counter): unknown[] {
  const keys = [...(effects.get(item.id) ?? [])];
  return keys.length === 1 && keys[0] === resultOf(item) ? [] : [{ id: item.id, keys, result: resultOf(item) }];
}

/** All that a task has started, and what that has. */
function startedBy(item: TaskItem, tasks: ReadonlyMap<string, TaskItem>): TaskItem[] {
  return [...tasks.values()].filter((task) => task.call.root === item.id && task.id !== item.id);
}

const valueOf = (item: TaskItem): unknown => (item.status === "SUCCESS" ? resultOf(item) : item.error?.type);
const isLarge = (value: unknown): boolean => typeof value === "object" && value !== null && "key" in value;
const sorted = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value)).toSorted();

/** Records that a canvas has beside those of its own tasks: of links that are called, and of what replaces tasks. */
function besidesOf(node: Node): number {
  const besides: Besides = { links: [], replacements: 0 };
  evaluate(node, null, besides);
  return besides.links.length + besides.replacements;
}

/** What is wrong with the end of a canvas; null for nothing. */
async function wrongCanvas({ node, id }: Submitted): Promise<unknown> {
  const { status, result, error } = await settled(id);
  const got = status === "SUCCESS" ? { ok: true, value: result } : { ok: false, error: error?.type };
  const must = evaluate(node);
  return isDeepStrictEqual(got, must) ? null : { id, node: JSON.stringify(node), got, must };
}
