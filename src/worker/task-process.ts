import { setImmediate } from "node:timers/promises";
import { format } from "node:util";
import * as z from "zod";
import { argumentLists, checkArguments } from "../core/arguments.ts";
import { CannotReplace, NotRegistered, Replace, SoftTimeLimitExceeded, describeError } from "../core/errors.ts";
import { resultToJson } from "../core/json.ts";
import type { Node } from "../core/node.ts";
import { judge } from "../core/retry.ts";
import type { Request } from "../core/self.ts";
import { setSubmitter } from "../core/submitter.ts";
import type { AnyTask } from "../core/task.ts";
import { type FromTask, type Outcome, type ToTask, ToTaskSchema } from "./ipc.ts";
import { type LogContext, logLine } from "./log.ts";
import { createSelf } from "./self.ts";

/** How often the child has been asked to submit, and who waits for the answers. */
const submissions = new Map<number, { resolve: (taskId: string) => void; reject: (error: Error) => void }>();
let submitted = 0;
let currentRun = 0;
let context: LogContext | null = null;

/** Takes tasks from the supervisor and runs them, one at a time, for the life of the process. */
export function serveTasks(tasks: readonly AnyTask[]): void {
  const known = new Map(tasks.map((task) => [task.name, task]));
  logConsole();
  setSubmitter(submitThroughSupervisor);
  process.on("message", (raw) => {
    const message = ToTaskSchema.parse(raw);
    if (message.type === "run") void serve(known, message);
    else settleSubmission(message);
  });
  // The supervisor is gone: what runs here would run for nobody.
  process.on("disconnect", () => process.exit(0));
  tell({ type: "ready" });
}

/** Tells the supervisor of what nobody caught, and ends. */
export function reportFatalErrors(): void {
  const end = (thrown: unknown): void => {
    const error = describeError(thrown);
    logLine("ERROR", `${error.type}: ${error.message}`, context ?? {}, {
      stack: thrown instanceof Error ? thrown.stack : undefined,
    });
    process.send?.({ type: "fatal", error }, () => process.exit(1));
    if (!process.connected) process.exit(1);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
}

async function serve(known: ReadonlyMap<string, AnyTask>, message: Extract<ToTask, { type: "run" }>): Promise<void> {
  currentRun = message.run;
  const before = handles();
  const outcome = await attempt(known, message);
  context = null;
  tell({ type: "done", run: message.run, outcome, leftovers: handles() > before });
}

async function attempt(
  known: ReadonlyMap<string, AnyTask>,
  message: Extract<ToTask, { type: "run" }>,
): Promise<Outcome> {
  const [args, kwargs] = z
    .tuple([z.array(z.unknown()), z.record(z.string(), z.unknown())])
    .parse(JSON.parse(message.payload));
  const request = toRequest(message.request, args, kwargs);
  const ids = {
    task_id: request.id,
    task: request.task,
    root_id: request.rootId,
    correlation_id: request.correlationId,
  };
  context = ids;
  const task = known.get(request.task);
  if (task === undefined) return { kind: "error", error: describeError(new NotRegistered(request.task)) };
  const soft = softLimit(message.softDeadline, request.softTimeLimit ?? 0);
  const run = async (given: readonly unknown[]): Promise<unknown> => {
    const checked = checkArguments(task, given, kwargs);
    return task.run(createSelf({ ...request, ...checked }, soft.signal, ids, reportProgress), checked.args);
  };
  try {
    const { each } = message;
    const value = each === null ? await run(args) : await runForEach(argumentLists(each, args), run, soft.signal);
    return { kind: "result", json: resultToJson(value) };
  } catch (thrown) {
    if (!(thrown instanceof Replace)) return judged(task, request, thrown);
    if (message.each === null) return { kind: "replace", node: thrown.node };
    return judged(task, request, new CannotReplace(task.name));
  } finally {
    soft.clear();
  }
}

/** Runs a task for its items, one after the other. Between two of them timers have their turn, so that the soft limit ends a task that never waits. */
async function runForEach(
  items: Iterable<readonly unknown[] | null>,
  run: (args: readonly unknown[]) => Promise<unknown>,
  signal: AbortSignal,
): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const args of items) {
    await setImmediate();
    signal.throwIfAborted();
    if (args === null) throw new TypeError(`Item ${results.length} of starmap is no list of arguments.`);
    results.push(await run(args));
  }
  return results;
}

function judged(task: AnyTask, request: Request, thrown: unknown): Outcome {
  const verdict = judge(
    thrown,
    { name: task.name, retries: request.retries, maxRetries: request.maxRetries },
    task.options,
    Math.random,
  );
  if (verdict.retry) {
    return {
      kind: "retry",
      countdown: verdict.countdown,
      error: verdict.cause === null ? null : describeError(verdict.cause),
    };
  }
  const stack = verdict.error instanceof Error ? verdict.error.stack : undefined;
  const error = describeError(verdict.error);
  logLine("ERROR", `${error.type}: ${error.message}`, context ?? {}, { stack });
  return { kind: "error", error };
}

/** The signal that aborts at the deadline. The timer counts for nothing once the task has ended. */
function softLimit(deadline: number | null, seconds: number): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  if (deadline === null) return { signal: controller.signal, clear: () => {} };
  const timer = setTimeout(
    () => controller.abort(new SoftTimeLimitExceeded(seconds)),
    Math.max(0, deadline - Date.now()),
  );
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

/** The supervisor made the request and is trusted; its arguments come separately, for they are large. */
function toRequest(
  request: Readonly<Record<string, unknown>>,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): Request {
  return RequestSchema.parse({ ...request, args, kwargs });
}

const RequestSchema = z.custom<Request>((value) => typeof value === "object" && value !== null && "id" in value);

function reportProgress(current: number, total: number, message: string | null): void {
  tell({ type: "progress", run: currentRun, progress: { current, total, message } });
}

function submitThroughSupervisor(node: Node): Promise<{ taskId: string }> {
  const call = (submitted += 1);
  return new Promise((resolve, reject) => {
    submissions.set(call, { resolve: (taskId) => resolve({ taskId }), reject });
    tell({ type: "submit", run: currentRun, call, node });
  });
}

function settleSubmission(message: Extract<ToTask, { type: "submitted" }>): void {
  const waiting = submissions.get(message.call);
  submissions.delete(message.call);
  if (message.taskId !== null) waiting?.resolve(message.taskId);
  else waiting?.reject(new SubmissionFailed(message.error));
}

/** A submission that the supervisor refused, under the name of its error. */
class SubmissionFailed extends Error {
  constructor(error: { readonly type: string; readonly message: string } | null) {
    super(error?.message ?? "The submission failed.");
    this.name = error?.type ?? "SubmissionFailed";
  }
}

function tell(message: FromTask): void {
  process.send?.(message, () => {});
}

/** What keeps the process busy. Sockets are left out: clients keep idle ones open for their next call. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind !== "TCPSocketWrap" && kind !== "TLSWrap").length;
}

/** What a task writes to the console comes out as a line of its own. */
function logConsole(): void {
  const write =
    (level: "DEBUG" | "INFO" | "WARN" | "ERROR") =>
    (...values: unknown[]): void =>
      logLine(level, format(...values), context ?? {});
  Object.assign(console, {
    log: write("INFO"),
    info: write("INFO"),
    debug: write("DEBUG"),
    warn: write("WARN"),
    error: write("ERROR"),
  });
}
