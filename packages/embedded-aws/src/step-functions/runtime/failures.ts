import { assertWithinLimit, place } from "../language/data-flow.ts";
import { failure, type Failure, StatesError } from "../language/failure.ts";
import type { ResultState, State } from "../language/machine.ts";
import { type Catcher, decideRetry, findCatcher, RUNTIME_ERROR } from "../language/retry.ts";
import { messageOf } from "../../values.ts";
import { type Core, moveTo } from "./core.ts";
import { failExecution, failThread } from "./endings.ts";
import { HistoryFull } from "./history.ts";
import { exit } from "./moves.ts";
import type { Thread } from "./thread.ts";

/** Runs a job of a thread. What it throws fails the state or, where no state can handle it, the execution. */
export function guard(core: Core, thread: Thread, job: () => void): void {
  if (thread.ended) return;
  try {
    job();
  } catch (error) {
    if (!(error instanceof StatesError)) return crash(core, thread, error);
    try {
      core.fail(thread, error.failure);
    } catch (secondError) {
      crash(core, thread, secondError);
    }
  }
}

function crash(core: Core, { execution }: Thread, error: unknown): void {
  if (!(error instanceof HistoryFull) && !(error instanceof StatesError)) {
    console.error(`The embedded Step Functions failed in ${execution.arn}:`, error);
  }
  const reason = error instanceof StatesError ? error.failure : failure(RUNTIME_ERROR, messageOf(error));
  failExecution(core, execution, reason);
}

/** The current state failed: its Retry, else its Catch, else the end of the thread. */
export function fail(core: Core, thread: Thread, reason: Failure): void {
  if (reason.error === RUNTIME_ERROR) return failExecution(core, thread.execution, located(thread, reason));
  const { state } = thread;
  if (state === null || !("retry" in state)) return failThread(core, thread, reason);
  const retry = decideRetry(state.retry, thread.attempts, reason, core.clock.random());
  if (retry !== null) {
    // Rules before the one that counts may not have been needed yet; a hole would not survive being written down.
    thread.attempts = state.retry.map((_rule, rule) => (thread.attempts[rule] ?? 0) + (rule === retry.retrier ? 1 : 0));
    thread.retryCount += 1;
    return retryAt(core, thread, state, core.clock.now() + retry.delaySeconds * 1000);
  }
  const catcher = findCatcher(state.catch, reason);
  if (catcher !== null) return caught(core, thread, state, catcher, reason);
  failThread(core, thread, reason);
}

/** Runs the thread's state again at a time, in milliseconds since 1970. */
export function retryAt(core: Core, thread: Thread, state: State, due: number): void {
  moveTo(core, thread, { kind: "retry", due });
  const cancel = core.clock.after(Math.max(0, due - core.clock.now()), () => {
    core.post(thread, () => {
      thread.activity = null;
      core.execute(thread, state);
    });
  });
  thread.activity = { cancel };
}

function caught(core: Core, thread: Thread, state: ResultState, catcher: Catcher, { error, cause }: Failure): void {
  const errorOutput = { Error: error ?? "States.TaskFailed", ...(cause === null ? {} : { Cause: cause }) };
  try {
    const output = place(errorOutput, catcher.resultPath, thread.input);
    assertWithinLimit(output, state.name);
    exit(core, thread, state, output, catcher.next);
  } catch (unplaced) {
    // A failure in handling one can not be handled again; it would go round in circles.
    if (unplaced instanceof StatesError) return failThread(core, thread, unplaced.failure);
    throw unplaced;
  }
}

/** AWS says in the cause where a States.Runtime error happened. */
function located({ state, enteredEvent }: Thread, { error, cause }: Failure): Failure {
  const where = `An error occurred while executing the state '${state?.name}' (entered at the event id #${enteredEvent}).`;
  return failure(error, cause === null ? where : `${where} ${cause}`);
}
