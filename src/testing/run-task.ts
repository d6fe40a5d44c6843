import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import * as z from "zod";
import { checkArguments } from "../core/define/arguments.ts";
import type { ArgsOf, KwargsOf, ResultOf, Sent } from "../core/canvas/flow.ts";
import type { Node } from "../core/canvas/node.ts";
import { parseNode } from "../core/canvas/parse-node.ts";
import { Replace } from "../core/canvas/replace.ts";
import { setSubmitter } from "../core/canvas/submitter.ts";
import { CodeTaskNodeSchema } from "../core/canvas/task-schema.ts";
import { judge } from "../core/define/retry.ts";
import type { Request, Self } from "../core/define/self.ts";
import type { AnyTask } from "../core/define/task.ts";
import { InvalidCanvas, ResultTooLarge, TaskEnded, TimeLimitExceeded } from "../core/errors.ts";
import { isA } from "../core/is-a.ts";
import { resultToJson } from "../core/result-json.ts";
import { nodeToJson } from "../core/canvas/write-node.ts";
import { type AnyCall, callNode } from "../core/define/reference.ts";
import { createSelf } from "../worker/self.ts";
import { type TestClock, createTaskTime } from "./task-time.ts";
import { requestOf } from "./request.ts";

/** How a task is run in process. */
export interface RunOptions<Kwargs = Readonly<Record<string, unknown>>> {
  readonly kwargs?: Kwargs;
  /** What of `self.request` is to be other than that of a lone task on its first attempt. */
  readonly request?: Partial<Omit<Request, "args" | "kwargs">>;
  /** Aborts `self.signal` too. */
  readonly signal?: AbortSignal;
  /** What `self.sleep` waits by. @default time that passes at once, and brings the soft and the hard limit with it */
  readonly clock?: TestClock;
  /** Attempts at the most; what asks for one more then ends as RETRY. @default as many as the task's policy allows */
  readonly attempts?: number;
}

/** A line that a task logged. */
export interface LoggedLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A retry that was asked for: after how many seconds, and why. */
export interface RecordedRetry {
  readonly countdown: number;
  readonly cause: unknown;
}

/** What a task did, in all its attempts. */
export interface TaskRun<Result> {
  /** RETRY where `attempts` were used up; REPLACED where another node runs in its place. */
  readonly status: "SUCCESS" | "FAILURE" | "RETRY" | "REPLACED";
  /** Its result after it has crossed as JSON. @throws what the task threw, where it has none */
  readonly result: Result;
  /** What it failed with, itself; null where it did not fail. */
  readonly error: unknown;
  /** What it replaced itself by; null where it did not. */
  readonly replacement: Node | null;
  readonly retries: readonly RecordedRetry[];
  /** Every state that it reported, its progress among them. */
  readonly states: readonly { readonly status: string; readonly progress: unknown }[];
  readonly logs: readonly LoggedLine[];
  /** What it submitted, in order: nothing of it ran. */
  readonly submitted: readonly { readonly taskId: string; readonly node: Node }[];
  /** The keys of `self.once` whose effects it had, each once. */
  readonly effects: readonly string[];
  /** Seconds that it slept, where no clock was given. */
  readonly slept: number;
}

/** All that attempts leave behind. */
interface Recorded {
  readonly retries: RecordedRetry[];
  readonly states: { readonly status: string; readonly progress: unknown }[];
  readonly logs: LoggedLine[];
  readonly submitted: { readonly taskId: string; readonly node: Node }[];
  readonly effects: Map<string, string | null>;
}

/** Attempts of a task that has no bound: more are a loop that never ends. */
const MOST_ATTEMPTS = 100;

const runs = new AsyncLocalStorage<Recorded>();

/**
 * Runs a task in this process, attempt after attempt without a wait, as Celery's eager mode does, but honest about
 * JSON: arguments, results and effects cross as JSON and are checked by the schemas, as in a worker. What it starts is
 * recorded, and does not run.
 * @throws InvalidArguments
 */
export async function runTask<Task extends AnyTask>(
  task: Task,
  args: ArgsOf<Task>,
  options: RunOptions<KwargsOf<Task>> = {},
): Promise<TaskRun<Sent<ResultOf<Task>>>> {
  const record: Recorded = { retries: [], states: [], logs: [], submitted: [], effects: new Map() };
  const time = createTaskTime(options.clock ?? null);
  const given = crossed(task.name, { args, kwargs: options.kwargs ?? {} });
  // Wrong arguments are the test's fault, not the task's.
  checkArguments(task, given[0], given[1]);
  setSubmitter(submitInTest);
  const first = options.request?.retries ?? 0;
  for (let attempt = 0; ; attempt += 1) {
    const request = requestOf(task, given, { ...options.request, retries: first + attempt });
    const end = await runs.run(record, () => attemptOf(task, request, record, { ...options, time }));
    const isLast = attempt + 1 >= Math.min(options.attempts ?? MOST_ATTEMPTS, MOST_ATTEMPTS);
    if (end.status === "RETRY") record.retries.push(end.retry);
    if (end.status === "RETRY" && !isLast) continue;
    return finished(end, record, time.slept());
  }
}

type End =
  | { readonly status: "SUCCESS"; readonly json: string }
  | { readonly status: "FAILURE"; readonly error: unknown }
  | { readonly status: "REPLACED"; readonly node: Node }
  | { readonly status: "RETRY"; readonly retry: RecordedRetry };

async function attemptOf(
  task: AnyTask,
  request: Request,
  record: Recorded,
  { signal, time }: { readonly signal?: AbortSignal; readonly time: ReturnType<typeof createTaskTime> },
): Promise<End> {
  const limits = time.start(request);
  const aborts = signal === undefined ? limits.signal : AbortSignal.any([limits.signal, signal]);
  const checked = checkArguments(task, request.args, request.kwargs);
  const self = selfOf({ ...request, kwargs: { ...request.kwargs, ...checked.kwargs } }, aborts, record, limits.sleep);
  try {
    const ran = Promise.resolve().then(() => task.run(self, checked.args));
    const json = resultToJson(await Promise.race([ran, limits.killed]));
    return { status: "SUCCESS", json: task.options.ignoreResult ? "null" : json };
  } catch (thrown) {
    if (isA(thrown, Replace)) return { status: "REPLACED", node: readNode(thrown.json) };
    // Neither is ever retried.
    if (thrown instanceof TimeLimitExceeded || thrown instanceof ResultTooLarge)
      return { status: "FAILURE", error: thrown };
    const { retries, maxRetries } = request;
    const decision = judge(thrown, { name: task.name, retries, maxRetries }, task.options, () => 0.5);
    if (!decision.retry) return { status: "FAILURE", error: decision.error };
    return { status: "RETRY", retry: { countdown: decision.countdown, cause: decision.cause } };
  }
}

/** The worker's own `self`, with a supervisor that records what it is told and asked. */
function selfOf(request: Request, signal: AbortSignal, record: Recorded, sleep: Self["sleep"]): Self {
  const context = {
    task_id: request.id,
    task: request.task,
    root_id: request.rootId,
    correlation_id: request.correlationId,
  };
  const self = createSelf(request, signal, {
    context,
    report: (report) => void record.states.push(report),
    ask: async (ask) => {
      if (ask.kind === "submit") return recordSubmission(ask.json);
      const known = record.effects.get(ask.key);
      if (ask.kind === "record") return void record.effects.set(ask.key, ask.json);
      if (known === undefined) record.effects.set(ask.key, null);
      return typeof known === "string" ? { json: known } : { effect: `${request.id}/${ask.key}` };
    },
  });
  const write =
    (level: LoggedLine["level"]): Self["log"]["info"] =>
    (message, fields = {}) =>
      void record.logs.push({ level, message, fields });
  const log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
  return { ...self, log, sleep };
}

function submitInTest(_node: Node, json: string): Promise<{ taskId: string }> {
  return Promise.resolve({ taskId: recordSubmission(json) });
}

/** Notes what a task submits. @returns the id of its result @throws InvalidCanvas */
function recordSubmission(json: string): string {
  const recorded = runs.getStore();
  if (recorded === undefined) throw new TaskEnded("What was to submit");
  const node = readNode(json);
  const taskId = ("task" in node ? node.options.task_id : undefined) ?? randomUUID();
  recorded.submitted.push({ taskId, node });
  return taskId;
}

/** As the supervisor reads it. @throws InvalidCanvas */
function readNode(json: string): Node {
  const { node, faults } = parseNode(JSON.parse(json), [], CodeTaskNodeSchema);
  if (node === null) throw new InvalidCanvas(faults);
  return node;
}

/** Arguments as they come out of a message. @throws InvalidArguments where JSON cannot say them */
function crossed(task: string, call: AnyCall): readonly [readonly unknown[], Readonly<Record<string, unknown>>] {
  const { args, kwargs } = z
    .object({ args: z.array(z.unknown()), kwargs: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(nodeToJson(callNode(task, call))));
  return [args, kwargs];
}

function finished<Result>(end: End, record: Recorded, slept: number): TaskRun<Result>;
function finished(end: End, record: Recorded, slept: number): TaskRun<unknown> {
  const { retries, states, logs, submitted } = record;
  return {
    status: end.status,
    get result() {
      if (end.status === "SUCCESS") return JSON.parse(end.json);
      if (end.status === "FAILURE") throw end.error;
      throw new Error(`The task has no result: it is ${end.status}.`);
    },
    error: end.status === "FAILURE" ? end.error : null,
    replacement: end.status === "REPLACED" ? end.node : null,
    retries,
    states,
    logs,
    submitted,
    effects: [...record.effects].flatMap(([key, json]) => (json === null ? [] : [key])),
    slept,
  };
}
