import { ArgumentsSchema } from "../core/record/message.ts";
import { setImmediate } from "node:timers/promises";
import { format } from "node:util";
import * as z from "zod";
import { argumentLists, checkArguments } from "../core/define/arguments.ts";
import { Replace } from "../core/canvas/replace.ts";
import {
  CannotReplace,
  NotRegistered,
  ResultTooLarge,
  SoftTimeLimitExceeded,
  TaskEnded,
  describeError,
} from "../core/errors.ts";
import { isA } from "../core/is-a.ts";
import { resultToJson } from "../core/result-json.ts";
import type { Node } from "../core/canvas/node.ts";
import { judge } from "../core/define/retry.ts";
import type { Request } from "../core/define/self.ts";
import { setSubmitter } from "../core/canvas/submitter.ts";
import type { AnyTask } from "../core/define/task.ts";
import { type ToldOutcome, type ToTask, ToTaskSchema } from "./ipc.ts";
import { runFor } from "../aws/owner-mark.ts";
import { handles, hasLeftovers, watchRequests } from "./leftovers.ts";
import { listenAgain, listenAlways } from "./listeners.ts";
import { logLine } from "../log.ts";
import { createSelf } from "./self.ts";
import { TaskRun, currentRun, tell, within } from "./task-run.ts";

/** The task that runs, or ran last. */
let latest: TaskRun | null = null;

/** Characters of a stack that are logged. */
const MAX_STACK = 20_000;

/** Takes tasks from the supervisor and runs them, one at a time, for the life of the process. */
export function serveTasks(tasks: readonly AnyTask[]): void {
  const known = new Map(tasks.map((task) => [task.name, task]));
  logConsole();
  setSubmitter(submitThroughSupervisor);
  watchRequests();
  listenAlways("message", (raw) => {
    const message = ToTaskSchema.parse(raw);
    if (message.type === "run") void serve(known, message);
    else latest?.answered(message);
  });
  // The supervisor is gone: what runs here would run for nobody.
  listenAlways("disconnect", () => process.exit(0));
  tell({ type: "ready" });
}

/** Tells the supervisor of what nobody caught, and ends; but what a task left running must not end the next one. */
export function reportFatalErrors(): void {
  const end = (thrown: unknown): void => {
    const error = describeError(thrown);
    const stack = stackOf(thrown);
    const run = currentRun();
    if (run?.ended === true) {
      logLine("ERROR", `thrown by what the task left running: ${error.type}: ${error.message}`, run.context, { stack });
      tell({ type: "leftover" });
      return;
    }
    logLine("ERROR", `${error.type}: ${error.message}`, (run ?? latest)?.context, { stack });
    tell({ type: "fatal", error }, () => process.exit(1));
    if (!process.connected) process.exit(1);
  };
  listenAlways("uncaughtException", end);
  listenAlways("unhandledRejection", end);
}

async function serve(known: ReadonlyMap<string, AnyTask>, message: Extract<ToTask, { type: "run" }>): Promise<void> {
  const before = handles();
  const [args, kwargs] = ArgumentsSchema.parse(JSON.parse(message.payload));
  const request = toRequest(message.request, args, kwargs);
  const { id, task, rootId, correlationId } = request;
  const run = new TaskRun(message.run, { task_id: id, task, root_id: rootId, correlation_id: correlationId });
  latest = run;
  runFor(message.owner);
  const outcome = await within(run, () => attempt(known, message, request, run));
  await run.drain();
  run.end();
  listenAgain();
  tell({ type: "done", run: message.run, outcome, leftovers: hasLeftovers(run, before), memory: memoryNow() });
}

/** By system calls of some microseconds; the supervisor would have to read a file for each task. */
function memoryNow(): { now: number; peak: number } {
  const now = process.memoryUsage.rss() / 1024 / 1024;
  return { now, peak: Math.max(now, process.resourceUsage().maxRSS / 1024) };
}

async function attempt(
  known: ReadonlyMap<string, AnyTask>,
  message: Extract<ToTask, { type: "run" }>,
  request: Request,
  current: TaskRun,
): Promise<ToldOutcome> {
  const { args, kwargs } = request;
  const task = known.get(request.task);
  if (task === undefined) return { kind: "error", error: describeError(new NotRegistered(request.task)) };
  const soft = softLimit(message.softDeadline, request.softTimeLimit ?? 0);
  const run = async (given: readonly unknown[]): Promise<unknown> => {
    const checked = checkArguments(task, given, kwargs);
    return task.run(
      createSelf({ ...request, kwargs: { ...kwargs, ...checked.kwargs } }, soft.signal, current),
      checked.args,
    );
  };
  const { each } = message;
  let value: unknown;
  try {
    value = each === null ? await run(args) : await runForEach(argumentLists(each, args), run, soft.signal);
  } catch (thrown) {
    if (!isA(thrown, Replace)) return judged(task, request, thrown);
    return each === null ? { kind: "replace", json: thrown.json } : judged(task, request, new CannotReplace(task.name));
  } finally {
    soft.clear();
  }
  return resultOf(task, request, value);
}

/** A result that is too large is so in every attempt; one that JSON cannot say is judged as what a task throws. */
function resultOf(task: AnyTask, request: Request, value: unknown): ToldOutcome {
  try {
    return { kind: "result", json: resultToJson(value) };
  } catch (error) {
    if (!(error instanceof ResultTooLarge)) return judged(task, request, error);
    logLine("ERROR", error.message, currentRun()?.context);
    return { kind: "error", error: describeError(error) };
  }
}

/**
 * Runs a task for its items, one after the other. Between two of them timers have their turn, so that the soft limit
 * ends a task that never waits.
 */
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

function judged(task: AnyTask, request: Request, thrown: unknown): ToldOutcome {
  const decision = judge(
    thrown,
    { name: task.name, retries: request.retries, maxRetries: request.maxRetries },
    task.options,
    Math.random,
  );
  if (decision.retry) {
    return {
      kind: "retry",
      countdown: decision.countdown,
      error: decision.cause === null ? null : describeError(decision.cause),
    };
  }
  const stack = stackOf(decision.error);
  const error = describeError(decision.error);
  logLine("ERROR", `${error.type}: ${error.message}`, currentRun()?.context, { stack });
  return { kind: "error", error };
}

/** Where it was thrown, as far as that can be told: anything can be thrown. */
function stackOf(thrown: unknown): string | undefined {
  try {
    const stack: unknown = thrown instanceof Error ? thrown.stack : undefined;
    return typeof stack === "string" ? stack.slice(0, MAX_STACK) : undefined;
  } catch {
    return undefined;
  }
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

/** The supervisor made the request and is trusted; its arguments come separately, since they are large. */
function toRequest(
  request: Readonly<Record<string, unknown>>,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): Request {
  return RequestSchema.parse({ ...request, args, kwargs });
}

const RequestSchema = z.custom<Request>((value) => typeof value === "object" && value !== null && "id" in value);

/** What the code that asks runs for: where that cannot be told, for the task that runs. */
function running(): TaskRun | null {
  return latest?.ended === false ? latest : null;
}

async function submitThroughSupervisor(_node: Node, json: string): Promise<{ taskId: string }> {
  const run = currentRun() ?? running();
  if (run === null) throw new TaskEnded("What was to submit");
  return { taskId: z.string().parse(await run.ask({ kind: "submit", json })) };
}

/** What a task writes to the console comes out as a line of its own. */
function logConsole(): void {
  const write =
    (level: "DEBUG" | "INFO" | "WARN" | "ERROR") =>
    (...values: unknown[]): void =>
      logLine(level, format(...values), (currentRun() ?? running())?.context);
  Object.assign(console, {
    log: write("INFO"),
    info: write("INFO"),
    debug: write("DEBUG"),
    warn: write("WARN"),
    error: write("ERROR"),
  });
}
