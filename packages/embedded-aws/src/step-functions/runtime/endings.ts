import { errorDetails, type Failure } from "../language/failure.ts";
import type { Json } from "../language/json.ts";
import type { Core } from "./core.ts";
import { cancelThread, type Execution, type ExecutionStatus, type Thread } from "./thread.ts";

const LAST_EVENTS = {
  SUCCEEDED: "ExecutionSucceeded",
  FAILED: "ExecutionFailed",
  TIMED_OUT: "ExecutionTimedOut",
  ABORTED: "ExecutionAborted",
} as const;

/** What an execution comes to: an output where it succeeded, else a failure. */
export type Ending =
  | { readonly status: "SUCCEEDED"; readonly output: Json }
  | { readonly status: Exclude<ExecutionStatus, "RUNNING" | "SUCCEEDED">; readonly failure: Failure };

/** Ends an execution at once, if it runs: nothing of it goes on. Its last event follows `previous`. */
export function endExecution(core: Core, execution: Execution, ending: Ending, previous: number): void {
  if (execution.status !== "RUNNING") return;
  execution.cancelTimeout?.();
  cancelThread(execution.root);
  execution.status = ending.status;
  execution.stoppedAt = core.clock.now();
  if (ending.status === "SUCCEEDED") execution.outputText = JSON.stringify(ending.output);
  else execution.failure = ending.failure;
  const details = ending.status === "SUCCEEDED" ? { output: ending.output } : errorDetails(ending.failure);
  execution.history.appendLast(execution.stoppedAt, LAST_EVENTS[ending.status], previous, details);
  core.onEnd(execution);
}

/** Ends a whole execution for what no state can handle. */
export function failExecution(core: Core, execution: Execution, failure: Failure): void {
  endExecution(core, execution, { status: "FAILED", failure }, 0);
}

/** Ends a thread whose state failed for good, and what it is a part of hears of it. */
export function failThread(core: Core, thread: Thread, failure: Failure): void {
  if (thread.owner !== null) return thread.owner.childFailed(thread, failure);
  endExecution(core, thread.execution, { status: "FAILED", failure }, thread.lastEvent);
}
