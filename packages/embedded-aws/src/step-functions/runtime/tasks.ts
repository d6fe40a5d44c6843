import { assertWithinLimit, select } from "../language/data-flow.ts";
import { errorDetails, type Failure, StatesError } from "../language/failure.ts";
import type { Json } from "../language/json.ts";
import type { Seconds, TaskState } from "../language/machine.ts";
import { type DataScope, readPath } from "../language/path.ts";
import { fillTemplate } from "../language/template.ts";
import { REGION } from "../../types.ts";
import type { Cancel } from "../../clock.ts";
import type { EventDetails } from "./history.ts";
import { callService, type ServiceAnswer, type ServiceCalls } from "./services.ts";
import type { Activity, Core, Thread } from "./thread.ts";
import type { Tokens } from "./tokens.ts";

/** A Task state under way. */
export interface TaskRun extends Activity {
  readonly thread: Thread;
  readonly state: TaskState;
  readonly token: string | null;
  /** Seconds between heartbeats; null where the state asks for none. */
  readonly heartbeatSeconds: number | null;
  /** The service took the call; a callback that came sooner waits for that, as the history has it in that order. */
  submitted: boolean;
  /** Set once somebody answered the token: nothing else can settle the task then. */
  answer: ServiceAnswer | null;
  cancelTimeout: Cancel | null;
  cancelHeartbeat: Cancel | null;
}

/** Runs Task states. */
export interface Tasks {
  readonly start: (thread: Thread, state: TaskState) => void;
  /** Settles a task whose token was answered. The token is over at once. */
  readonly answer: (run: TaskRun, answer: ServiceAnswer) => void;
  readonly heartbeat: (run: TaskRun) => void;
}

/** Creates the runner of Task states. */
export function createTasks(core: Core, calls: ServiceCalls, tokens: Tokens<TaskRun>): Tasks {
  const start = (thread: Thread, state: TaskState): void => {
    const input = select(state.inputPath, core.scope(thread, thread.input));
    const token = waitsForToken(state) ? tokens.issue() : null;
    const scope = core.scope(thread, input, token ?? undefined);
    const parameters = state.parameters === null ? input : fillTemplate(state.parameters, scope);
    assertWithinLimit(parameters, state.name);
    const timeoutSeconds = resolveSeconds(state.timeout, scope, "TimeoutSeconds");
    const heartbeatSeconds = resolveSeconds(state.heartbeat, scope, "HeartbeatSeconds");
    recordScheduled(core, thread, state, parameters, timeoutSeconds, heartbeatSeconds);
    recordPhase(core, thread, state, "Started", state.resource.kind === "function" ? null : {});

    const run: TaskRun = {
      thread,
      state,
      token,
      heartbeatSeconds,
      submitted: false,
      answer: null,
      cancelTimeout: null,
      cancelHeartbeat: null,
      cancel: () => stopWaiting(run, tokens),
    };
    thread.activity = run;
    if (token !== null) tokens.wait(token, run);
    if (timeoutSeconds !== null) {
      run.cancelTimeout = core.clock.after(timeoutSeconds * 1000, () => timeOut(run, false));
    }
    heartbeat(run);
    void callService(state.resource, parameters, thread.execution.machine.arn, calls).then((answer) =>
      core.post(thread, () => called(run, answer)),
    );
  };

  /** The service answered the call itself. */
  const called = (run: TaskRun, answer: ServiceAnswer): void => {
    if (run.thread.activity !== run) return;
    if (run.token === null) return settle(run, answer, "Failed");
    run.submitted = true;
    if (answer.kind === "output") {
      recordPhase(core, run.thread, run.state, "Submitted", { output: answer.output });
      if (run.answer !== null) settle(run, run.answer, "Failed");
    } else {
      // Whoever answered the token has the message: the call reached its end whatever it reports.
      settle(run, run.answer ?? answer, run.answer === null ? "SubmitFailed" : "Failed");
    }
  };

  const settle = (run: TaskRun, answer: ServiceAnswer, failedPhase: "Failed" | "SubmitFailed"): void => {
    const { thread, state } = run;
    stopWaiting(run, tokens);
    thread.activity = null;
    const checked = withinLimit(answer, state);
    if (checked.kind === "output") {
      recordPhase(core, thread, state, "Succeeded", { output: checked.output });
      core.complete(thread, checked.output);
    } else {
      recordPhase(core, thread, state, failedPhase, errorDetails(checked.failure));
      core.fail(thread, checked.failure);
    }
  };

  const timeOut = (run: TaskRun, missedHeartbeat: boolean): void => {
    core.post(run.thread, () => {
      if (run.thread.activity !== run || run.answer !== null) return;
      stopWaiting(run, tokens);
      run.thread.activity = null;
      recordPhase(core, run.thread, run.state, "TimedOut", { error: "States.Timeout" });
      const timedOut: Failure = { error: "States.Timeout", cause: null };
      core.fail(run.thread, missedHeartbeat ? { ...timedOut, heartbeat: true } : timedOut);
    });
  };

  const heartbeat = (run: TaskRun): void => {
    run.cancelHeartbeat?.();
    if (run.heartbeatSeconds === null) return;
    run.cancelHeartbeat = core.clock.after(run.heartbeatSeconds * 1000, () => timeOut(run, true));
  };

  const answerToken = (run: TaskRun, answer: ServiceAnswer): void => {
    run.answer = answer;
    stopWaiting(run, tokens);
    core.post(run.thread, () => {
      if (run.thread.activity === run && run.submitted) settle(run, answer, "Failed");
    });
  };

  return { start, answer: answerToken, heartbeat };
}

function waitsForToken({ resource }: TaskState): boolean {
  return resource.kind !== "function" && resource.waitsForToken;
}

function stopWaiting(run: TaskRun, tokens: Tokens<TaskRun>): void {
  run.cancelTimeout?.();
  run.cancelHeartbeat?.();
  if (run.token !== null) tokens.forget(run.token);
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

/** Plain functions have events of their own; other resources name themselves in theirs. */
function recordPhase(core: Core, thread: Thread, state: TaskState, phase: string, details: EventDetails | null): void {
  const { resource } = state;
  if (resource.kind === "function") return core.record(thread, `LambdaFunction${phase}`, details);
  core.record(thread, `Task${phase}`, { resourceType: resource.kind, resource: resource.name, ...details });
}

function recordScheduled(
  core: Core,
  thread: Thread,
  state: TaskState,
  parameters: Json,
  timeout: number | null,
  heartbeat: number | null,
): void {
  const limits = {
    ...(timeout === null ? {} : { timeoutInSeconds: timeout }),
    ...(heartbeat === null ? {} : { heartbeatInSeconds: heartbeat }),
  };
  if (state.resource.kind === "function") {
    return recordPhase(core, thread, state, "Scheduled", {
      resource: state.resource.arn,
      input: parameters,
      ...limits,
    });
  }
  recordPhase(core, thread, state, "Scheduled", { region: REGION, parameters, ...limits });
}
