import { assertWithinLimit, select } from "../language/data-flow.ts";
import { errorDetails, type Failure, StatesError } from "../language/failure.ts";
import type { Json } from "../language/json.ts";
import type { Seconds, TaskState } from "../language/machine.ts";
import { type DataScope, readPath } from "../language/path.ts";
import { fillTemplate } from "../language/template.ts";
import type { Cancel } from "../../clock.ts";
import { type Core, moveTo, scopeOf } from "./core.ts";
import { complete } from "./moves.ts";
import { callService, type ServiceAnswer, type ServiceCalls } from "./services.ts";
import { recordPhase, recordScheduled, scheduledParameters } from "./task-events.ts";
import type { Activity, TaskPosition, Thread } from "./thread.ts";
import type { Tokens } from "./tokens.ts";

/** A Task state under way. */
export interface TaskRun extends Activity {
  readonly thread: Thread;
  readonly state: TaskState;
  readonly position: TaskPosition;
  cancelTimeout: Cancel | null;
  cancelHeartbeat: Cancel | null;
}

/** Runs Task states. */
export interface Tasks {
  readonly start: (thread: Thread, state: TaskState) => void;
  /** Goes on with a task of an earlier run. Calls its service again unless it is known to have taken the call. */
  readonly resume: (thread: Thread, state: TaskState, position: TaskPosition) => void;
  /** Settles a task whose token was answered. The token is over at once. */
  readonly answer: (run: TaskRun, answer: ServiceAnswer) => void;
  readonly heartbeat: (run: TaskRun) => void;
}

/** Creates the runner of Task states. */
export function createTasks(core: Core, calls: ServiceCalls, tokens: Tokens<TaskRun>): Tasks {
  const tasks: TaskServices = { core, calls, tokens };
  return {
    start: (thread, state) => start(tasks, thread, state),
    resume: (thread, state, position) => resume(tasks, thread, state, position),
    answer: (run, given) => answerToken(tasks, run, given),
    heartbeat: (run) => heartbeat(tasks, run),
  };
}

/** What the running of tasks works with. */
interface TaskServices {
  readonly core: Core;
  readonly calls: ServiceCalls;
  readonly tokens: Tokens<TaskRun>;
}

function start(tasks: TaskServices, thread: Thread, state: TaskState): void {
  const input = select(state.inputPath, scopeOf(thread, thread.input));
  const token = waitsForToken(state) ? tasks.tokens.issue() : null;
  const scope = scopeOf(thread, input, token ?? undefined);
  const parameters = state.parameters === null ? input : fillTemplate(state.parameters, scope);
  assertWithinLimit(parameters, state.name);
  const timeout = resolveSeconds(state.timeout, scope, "TimeoutSeconds");
  const heartbeatSeconds = resolveSeconds(state.heartbeat, scope, "HeartbeatSeconds");
  const scheduled = recordScheduled(tasks.core, thread, state, parameters, timeout, heartbeatSeconds);
  recordPhase(tasks.core, thread, state, "Started", state.resource.kind === "function" ? null : {});
  const position: TaskPosition = {
    kind: "task",
    scheduled,
    token,
    timeoutAt: timeout === null ? null : tasks.core.clock.now() + timeout * 1000,
    heartbeatSeconds,
    heartbeatAt: nextHeartbeat(tasks.core, heartbeatSeconds),
    submitted: false,
    answer: null,
  };
  moveTo(tasks.core, thread, position);
  call(tasks, wait(tasks, thread, state, position), parameters);
}

function resume(tasks: TaskServices, thread: Thread, state: TaskState, position: TaskPosition): void {
  const run = wait(tasks, thread, state, position);
  if (position.answer !== null) stopWaiting(run, tasks.tokens);
  else if (position.submitted) return;
  const parameters = scheduledParameters(thread, state, position.scheduled);
  tasks.core.post(thread, () => {
    if (thread.activity !== run) return;
    // It may have been answered just now: the earlier run did make the call.
    if (position.answer !== null) settle(tasks, run, position.answer, "Failed");
    else call(tasks, run, parameters);
  });
}

/** Waits for the task: its token, its timeout, its heartbeats. */
function wait(tasks: TaskServices, thread: Thread, state: TaskState, position: TaskPosition): TaskRun {
  const cancel = (): void => stopWaiting(run, tasks.tokens);
  const run: TaskRun = { thread, state, position, cancelTimeout: null, cancelHeartbeat: null, cancel };
  thread.activity = run;
  if (position.token !== null) tasks.tokens.wait(position.token, run);
  if (position.timeoutAt !== null)
    run.cancelTimeout = at(tasks.core, position.timeoutAt, () => timeOut(tasks, run, false));
  if (position.heartbeatAt !== null)
    run.cancelHeartbeat = at(tasks.core, position.heartbeatAt, () => timeOut(tasks, run, true));
  return run;
}

function call(tasks: TaskServices, run: TaskRun, parameters: Json): void {
  const { thread, state } = run;
  void callService(state.resource, parameters, thread.execution.machine.arn, tasks.calls).then((answer) =>
    tasks.core.post(thread, () => called(tasks, run, answer)),
  );
}

/** The service answered the call itself. */
function called(tasks: TaskServices, run: TaskRun, answer: ServiceAnswer): void {
  const { thread, state, position } = run;
  if (thread.activity !== run) return;
  if (position.token === null) return settle(tasks, run, answer, "Failed");
  if (answer.kind === "output") {
    position.submitted = true;
    recordPhase(tasks.core, thread, state, "Submitted", { output: answer.output });
    tasks.core.journal.moved(thread);
    if (position.answer !== null) settle(tasks, run, position.answer, "Failed");
  } else {
    // The caller that answered the token has the message: the call reached its end whatever it reports.
    settle(tasks, run, position.answer ?? answer, position.answer === null ? "SubmitFailed" : "Failed");
  }
}

function settle(
  tasks: TaskServices,
  run: TaskRun,
  answer: ServiceAnswer,
  failedPhase: "Failed" | "SubmitFailed",
): void {
  const { thread, state } = run;
  stopWaiting(run, tasks.tokens);
  thread.activity = null;
  const checked = withinLimit(answer, state);
  if (checked.kind === "output") {
    recordPhase(tasks.core, thread, state, "Succeeded", { output: checked.output });
    complete(tasks.core, thread, checked.output);
  } else {
    recordPhase(tasks.core, thread, state, failedPhase, errorDetails(checked.failure));
    tasks.core.fail(thread, checked.failure);
  }
}

function timeOut(tasks: TaskServices, run: TaskRun, missedHeartbeat: boolean): void {
  tasks.core.post(run.thread, () => {
    if (run.thread.activity !== run || run.position.answer !== null) return;
    stopWaiting(run, tasks.tokens);
    run.thread.activity = null;
    recordPhase(tasks.core, run.thread, run.state, "TimedOut", { error: "States.Timeout" });
    const timedOut: Failure = { error: "States.Timeout", cause: null };
    tasks.core.fail(run.thread, missedHeartbeat ? { ...timedOut, heartbeat: true } : timedOut);
  });
}

function heartbeat(tasks: TaskServices, run: TaskRun): void {
  const due = nextHeartbeat(tasks.core, run.position.heartbeatSeconds);
  if (due === null) return;
  run.cancelHeartbeat?.();
  run.position.heartbeatAt = due;
  run.cancelHeartbeat = at(tasks.core, due, () => timeOut(tasks, run, true));
  tasks.core.journal.moved(run.thread);
}

function answerToken(tasks: TaskServices, run: TaskRun, answer: ServiceAnswer): void {
  run.position.answer = answer;
  stopWaiting(run, tasks.tokens);
  tasks.core.journal.moved(run.thread);
  tasks.core.post(run.thread, () => {
    if (run.thread.activity === run && run.position.submitted) settle(tasks, run, answer, "Failed");
  });
}

function waitsForToken({ resource }: TaskState): boolean {
  return resource.kind !== "function" && resource.waitsForToken;
}

function at({ clock }: Core, due: number, callback: () => void): Cancel {
  return clock.after(Math.max(0, due - clock.now()), callback);
}

function nextHeartbeat({ clock }: Core, seconds: number | null): number | null {
  return seconds === null ? null : clock.now() + seconds * 1000;
}

function stopWaiting(run: TaskRun, tokens: Tokens<TaskRun>): void {
  run.cancelTimeout?.();
  run.cancelHeartbeat?.();
  if (run.position.token !== null) tokens.forget(run.position.token);
}

function resolveSeconds(seconds: Seconds, scope: DataScope, field: string): number | null {
  if (seconds === null || typeof seconds === "number") return seconds;
  const value = readPath(seconds, scope);
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 99_999_999) return value;
  throw new StatesError(
    "States.Runtime",
    `The ${field}Path '${seconds.text}' must lead to a whole number from 1 to 99999999, got ${JSON.stringify(value)}`,
  );
}

/** AWS reports a result of more than 256 KiB as the task's own failure. */
function withinLimit(answer: ServiceAnswer, { resource }: TaskState): ServiceAnswer {
  if (answer.kind === "failure") return answer;
  try {
    assertWithinLimit(answer.output, resource.kind === "function" ? resource.arn : resource.kind);
    return answer;
  } catch (error) {
    if (error instanceof StatesError) return { kind: "failure", failure: error.failure };
    throw error;
  }
}
