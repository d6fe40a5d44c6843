import { assertWithinLimit, place, select } from "../language/data-flow.ts";
import { evaluate, type Expression } from "../language/expression.ts";
import { errorDetails, failure, type Failure, StatesError } from "../language/failure.ts";
import type { Json } from "../language/json.ts";
import type { ChoiceState, FailState, PassState, ResultState, State, WaitState } from "../language/machine.ts";
import { type Path, readPath } from "../language/path.ts";
import { type Catcher, decideRetry, findCatcher, RUNTIME_ERROR } from "../language/retry.ts";
import { fillTemplate } from "../language/template.ts";
import { parseTimestamp } from "../language/timestamps.ts";
import { messageOf } from "../../values.ts";
import type { Clock } from "../../clock.ts";
import { createForks } from "./forks.ts";
import { HistoryFull } from "./history.ts";
import type { RunQueue } from "./run-queue.ts";
import { createScope } from "./scope.ts";
import type { ServiceCalls } from "./services.ts";
import { createTasks, type TaskRun, type Tasks } from "./tasks.ts";
import { cancelThread, type Core, type Execution, type ExecutionStatus, type Thread } from "./thread.ts";
import type { Tokens } from "./tokens.ts";

/** Runs executions that somebody else creates and keeps. */
export interface Interpreter {
  /** Puts an execution on its first state, a moment later. */
  readonly start: (execution: Execution) => void;
  /** Ends an execution at once: nothing of it goes on. */
  readonly stop: (execution: Execution, status: "ABORTED" | "TIMED_OUT", failure: Failure) => void;
  readonly tasks: Tasks;
}

/** Creates the interpreter. `onEnd` hears of each execution once, after its last event. */
export function createInterpreter(
  clock: Clock,
  queue: RunQueue,
  calls: ServiceCalls,
  tokens: Tokens<TaskRun>,
  onEnd: (execution: Execution) => void,
): Interpreter {
  const core: Core = {
    clock,
    post: (thread, job) => queue.push(() => guard(thread, job)),
    begin: (thread, input) => enter(thread, thread.branch.startAt, input),
    record: (thread, type, details) => {
      thread.lastEvent = core.recordAfter(thread, thread.lastEvent, type, details);
    },
    recordAfter: (thread, previous, type, details) =>
      thread.execution.history.append(clock.now(), type, previous, details),
    complete: (thread, result) => complete(thread, result),
    fail: (thread, reason) => fail(thread, reason),
    scope: (thread, input, token, item) => createScope(thread, input, token, item ?? thread.item),
  };
  const tasks = createTasks(core, calls, tokens);
  const forks = createForks(core);

  /** Whatever a job throws becomes a failure of its state or, where no state can handle it, of the execution. */
  const guard = (thread: Thread, job: () => void): void => {
    if (thread.ended) return;
    try {
      job();
    } catch (error) {
      if (!(error instanceof StatesError)) return crash(thread, error);
      try {
        fail(thread, error.failure);
      } catch (secondError) {
        crash(thread, secondError);
      }
    }
  };

  const crash = ({ execution }: Thread, error: unknown): void => {
    if (!(error instanceof HistoryFull) && !(error instanceof StatesError)) {
      console.error(`The embedded Step Functions failed in ${execution.arn}:`, error);
    }
    const reason = error instanceof StatesError ? error.failure : failure(RUNTIME_ERROR, messageOf(error));
    endFailed(execution, reason, 0);
  };

  const enter = (thread: Thread, name: string, input: Json): void => {
    const state = thread.branch.states.get(name);
    if (state === undefined) throw new Error(`There is no state ${name} in ${thread.execution.machine.arn}.`);
    thread.state = state;
    thread.input = input;
    thread.enteredAt = clock.now();
    thread.attempts = [];
    thread.retryCount = 0;
    core.record(thread, `${state.type}StateEntered`, { name, input });
    thread.enteredEvent = thread.lastEvent;
    execute(thread, state);
  };

  const execute = (thread: Thread, state: State): void => {
    switch (state.type) {
      case "Task":
        return tasks.start(thread, state);
      case "Map":
        return forks.startMap(thread, state);
      case "Parallel":
        return forks.startParallel(thread, state);
      case "Choice":
        return choose(thread, state);
      case "Pass":
        return pass(thread, state);
      case "Wait":
        return wait(thread, state);
      case "Succeed":
        return leave(thread, state, selectInput(thread, state), null);
      case "Fail":
        return failState(thread, state);
    }
  };

  const selectInput = (thread: Thread, state: { readonly inputPath: Path | null }): Json =>
    select(state.inputPath, core.scope(thread, thread.input));

  const choose = (thread: Thread, state: ChoiceState): void => {
    const input = selectInput(thread, state);
    const scope = core.scope(thread, input);
    const next = state.choices.find((rule) => rule.holds(scope))?.next ?? state.fallback;
    if (next !== null) return leave(thread, state, input, next);
    throw new StatesError(
      "States.NoChoiceMatched",
      `No choice of the state ${state.name} matched, and it has no Default.`,
    );
  };

  const pass = (thread: Thread, state: PassState): void => {
    const input = selectInput(thread, state);
    const template = state.result ?? state.parameters;
    const result = template === null ? input : fillTemplate(template, core.scope(thread, input));
    leave(thread, state, place(result, state.resultPath, thread.input), state.next);
  };

  const wait = (thread: Thread, state: WaitState): void => {
    const input = selectInput(thread, state);
    const milliseconds = Math.max(0, dueAt(thread, state, input) - clock.now());
    const cancel = clock.after(milliseconds, () => {
      core.post(thread, () => {
        thread.activity = null;
        leave(thread, state, input, state.next);
      });
    });
    thread.activity = { cancel };
  };

  const dueAt = (thread: Thread, { until }: WaitState, input: Json): number => {
    const given = until.kind === "seconds" ? until.seconds : until.timestamp;
    const value = typeof given === "object" ? readPath(given, core.scope(thread, input)) : given;
    const due =
      until.kind === "seconds"
        ? secondsFromNow(value, clock.now())
        : typeof value === "string"
          ? parseTimestamp(value)
          : null;
    if (due !== null) return due;
    const expected = until.kind === "seconds" ? "a whole number of seconds" : "a timestamp";
    throw new StatesError(
      RUNTIME_ERROR,
      `The path of a Wait state must lead to ${expected}, got ${JSON.stringify(value)}`,
    );
  };

  const failState = (thread: Thread, state: FailState): void => {
    const text = (value: string | Expression | null, field: string): string | null => {
      if (value === null || typeof value === "string") return value;
      const found = evaluate(value, core.scope(thread, thread.input), field);
      if (typeof found === "string") return found;
      throw new StatesError(RUNTIME_ERROR, `${field} must lead to a string, got ${JSON.stringify(found)}`);
    };
    endFailedThread(thread, failure(text(state.error, "ErrorPath"), text(state.cause, "CausePath")));
  };

  const complete = (thread: Thread, result: Json): void => {
    const state = resultState(thread);
    assertWithinLimit(result, state.name);
    const scope = core.scope(thread, result);
    const selected = state.resultSelector === null ? result : fillTemplate(state.resultSelector, scope);
    leave(thread, state, place(selected, state.resultPath, thread.input), state.next);
  };

  /** Leaves a state with what OutputPath lets through; to the next one, or to the end of the thread. */
  const leave = (
    thread: Thread,
    state: { readonly type: string; readonly name: string; readonly outputPath: Path | null },
    data: Json,
    next: string | null,
  ): void => {
    const output = select(state.outputPath, core.scope(thread, data));
    assertWithinLimit(output, state.name);
    core.record(thread, `${state.type}StateExited`, { name: state.name, output });
    moveOn(thread, next, output);
  };

  const moveOn = (thread: Thread, next: string | null, output: Json): void => {
    if (next !== null) return core.post(thread, () => enter(thread, next, output));
    thread.ended = true;
    if (thread.owner !== null) return thread.owner.childEnded(thread, output);
    end(thread.execution, "SUCCEEDED", output, null, thread.lastEvent);
  };

  const fail = (thread: Thread, reason: Failure): void => {
    if (reason.error === RUNTIME_ERROR) return endFailed(thread.execution, located(thread, reason), 0);
    const state = thread.state;
    if (state !== null && "retry" in state) {
      const retry = decideRetry(state.retry, thread.attempts, reason, clock.random());
      if (retry !== null) {
        thread.attempts[retry.retrier] = (thread.attempts[retry.retrier] ?? 0) + 1;
        thread.retryCount += 1;
        return retryLater(thread, state, retry.delaySeconds);
      }
      const catcher = findCatcher(state.catch, reason);
      if (catcher !== null) return caught(thread, state, catcher, reason);
    }
    endFailedThread(thread, reason);
  };

  const retryLater = (thread: Thread, state: State, seconds: number): void => {
    const cancel = clock.after(seconds * 1000, () => {
      core.post(thread, () => {
        thread.activity = null;
        execute(thread, state);
      });
    });
    thread.activity = { cancel };
  };

  const caught = (thread: Thread, state: ResultState, catcher: Catcher, { error, cause }: Failure): void => {
    const errorOutput = { Error: error ?? "States.TaskFailed", ...(cause === null ? {} : { Cause: cause }) };
    let output: Json;
    try {
      output = place(errorOutput, catcher.resultPath, thread.input);
      assertWithinLimit(output, state.name);
    } catch (unplaced) {
      // A failure in handling one can't be handled again; it would go round in circles.
      if (unplaced instanceof StatesError) return endFailedThread(thread, unplaced.failure);
      throw unplaced;
    }
    core.record(thread, `${state.type}StateExited`, { name: state.name, output });
    moveOn(thread, catcher.next, output);
  };

  const endFailedThread = (thread: Thread, reason: Failure): void => {
    if (thread.owner === null) return endFailed(thread.execution, reason, thread.lastEvent);
    thread.owner.childFailed(thread, reason);
  };

  const endFailed = (execution: Execution, reason: Failure, previous: number): void =>
    end(execution, "FAILED", null, reason, previous);

  const end = (
    execution: Execution,
    status: Exclude<ExecutionStatus, "RUNNING">,
    output: Json | null,
    reason: Failure | null,
    previous: number,
  ): void => {
    if (execution.status !== "RUNNING") return;
    execution.cancelTimeout?.();
    cancelThread(execution.root);
    execution.status = status;
    execution.stoppedAt = clock.now();
    execution.failure = reason;
    if (status === "SUCCEEDED") execution.outputText = JSON.stringify(output);
    const details = reason === null ? { output } : errorDetails(reason);
    execution.history.appendLast(execution.stoppedAt, LAST_EVENTS[status], previous, details);
    onEnd(execution);
  };

  return {
    start: (execution) => core.post(execution.root, () => core.begin(execution.root, execution.input)),
    stop: (execution, status, reason) => end(execution, status, null, reason, 0),
    tasks,
  };
}

const LAST_EVENTS = {
  SUCCEEDED: "ExecutionSucceeded",
  FAILED: "ExecutionFailed",
  TIMED_OUT: "ExecutionTimedOut",
  ABORTED: "ExecutionAborted",
} as const;

function resultState({ state }: Thread): ResultState {
  if (state !== null && "retry" in state) return state;
  throw new Error(`A state of type ${state?.type ?? "none"} can't have a result.`);
}

function secondsFromNow(value: Json | undefined, now: number): number | null {
  const isWhole = typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 99_999_999;
  return isWhole ? now + value * 1000 : null;
}

/** AWS says in the cause where a States.Runtime error happened. */
function located({ state, enteredEvent }: Thread, { error, cause }: Failure): Failure {
  const place = `An error occurred while executing the state '${state?.name}' (entered at the event id #${enteredEvent}).`;
  return failure(error, cause === null ? place : `${place} ${cause}`);
}
