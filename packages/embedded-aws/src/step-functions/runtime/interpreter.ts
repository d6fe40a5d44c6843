import type { Failure } from "../language/failure.ts";
import type { State } from "../language/machine.ts";
import type { Clock } from "../../clock.ts";
import type { Core } from "./core.ts";
import { endExecution } from "./endings.ts";
import { fail, guard } from "./failures.ts";
import { startFork } from "./fork-states.ts";
import type { Journal } from "./journal.ts";
import { enter } from "./moves.ts";
import { choose, failHere, pass, succeed, wait } from "./plain-states.ts";
import type { RunQueue } from "./run-queue.ts";
import type { ServiceCalls } from "./services.ts";
import { createTasks, type TaskRun, type Tasks } from "./task-states.ts";
import type { Execution, Thread } from "./thread.ts";
import type { Tokens } from "./tokens.ts";

/** Runs executions that somebody else creates and keeps. */
export interface Interpreter {
  readonly core: Core;
  readonly tasks: Tasks;
  /** Puts an execution on its first state, a moment later. */
  readonly start: (execution: Execution) => void;
  /** Ends an execution at once: nothing of it goes on. */
  readonly stop: (execution: Execution, status: "ABORTED" | "TIMED_OUT", failure: Failure) => void;
  /** Ends an execution a moment after its machine's TimeoutSeconds, which may be over. */
  readonly limit: (execution: Execution) => void;
}

/** What an interpreter works with. */
export interface InterpreterOptions {
  readonly clock: Clock;
  readonly queue: RunQueue;
  readonly journal: Journal;
  readonly calls: ServiceCalls;
  readonly tokens: Tokens<TaskRun>;
  /** Hears of each execution once, after its last event. */
  readonly onEnd: (execution: Execution) => void;
}

/** Creates the interpreter. */
export function createInterpreter({ clock, queue, journal, calls, tokens, onEnd }: InterpreterOptions): Interpreter {
  const core: Core = {
    clock,
    journal,
    post: (thread, job) => queue.push(() => guard(core, thread, job)),
    execute: (thread, state) => execute(core, tasks, thread, state),
    fail: (thread, reason) => fail(core, thread, reason),
    onEnd,
  };
  const tasks = createTasks(core, calls, tokens);
  const stop: Interpreter["stop"] = (execution, status, failure) => {
    endExecution(core, execution, { status, failure }, 0);
  };
  return {
    core,
    tasks,
    stop,
    start: (execution) => begin(core, execution.root),
    limit: (execution) => {
      const { timeoutSeconds } = execution.machine.machine;
      if (timeoutSeconds === null) return;
      const left = execution.startedAt + timeoutSeconds * 1000 - clock.now();
      const timeOut = (): void => stop(execution, "TIMED_OUT", { error: null, cause: null });
      execution.cancelTimeout = clock.after(Math.max(0, left), () => core.post(execution.root, timeOut));
    },
  };
}

/** Puts the thread of a machine itself on its first state, a moment later. */
export function begin(core: Core, root: Thread): void {
  core.post(root, () => enter(core, root, root.branch.startAt, root.execution.input));
}

function execute(core: Core, tasks: Tasks, thread: Thread, state: State): void {
  switch (state.type) {
    case "Task":
      return tasks.start(thread, state);
    case "Map":
    case "Parallel":
      return startFork(core, thread, state);
    case "Choice":
      return choose(core, thread, state);
    case "Pass":
      return pass(core, thread, state);
    case "Wait":
      return wait(core, thread, state);
    case "Succeed":
      return succeed(core, thread, state);
    case "Fail":
      return failHere(core, thread, state);
  }
}
