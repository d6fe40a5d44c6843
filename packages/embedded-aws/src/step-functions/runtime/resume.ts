import { enter } from "./moves.ts";
import { retryAt } from "./failures.ts";
import { createChild, type Fork, resumeFork } from "./fork-states.ts";
import { begin, type Interpreter } from "./interpreter.ts";
import { waitUntil } from "./plain-states.ts";
import type { StoredThread } from "./stored-forms.ts";
import type { Execution, Thread } from "./thread.ts";

/** The threads of an execution as an earlier run left them, by path. */
export type StoredThreads = ReadonlyMap<string, StoredThread>;

/**
 * Goes on with an execution of an earlier run: its tokens and timers are there at once, its jobs come when the queue
 * runs.
 */
export function resume(interpreter: Interpreter, execution: Execution, stored: StoredThreads): void {
  interpreter.limit(execution);
  const root = stored.get(execution.root.path);
  if (root === undefined) return interpreter.start(execution);
  restore(execution.root, root);
  goOn(interpreter, execution.root, stored);
}

/** What is stored has no data: a state's input is in the event of its entry. */
function restore(thread: Thread, stored: StoredThread): void {
  thread.position = stored.position;
  thread.enteredAt = stored.enteredAt;
  thread.enteredEvent = stored.enteredEvent;
  thread.lastEvent = stored.lastEvent;
  thread.attempts = [...stored.attempts];
  thread.retryCount = stored.retryCount;
  thread.state = stored.state === null ? null : (thread.branch.states.get(stored.state) ?? null);
  if (thread.state !== null) thread.input = thread.execution.history.dataOf(thread.enteredEvent, "input");
}

function goOn(interpreter: Interpreter, thread: Thread, stored: StoredThreads): void {
  const { core, tasks } = interpreter;
  const { state, position, execution } = thread;
  if (position.kind === "start") return begin(core, thread);
  if (position.kind === "begin") {
    return core.post(thread, () => enter(core, thread, thread.branch.startAt, position.input));
  }
  if (position.kind === "next") {
    const input = execution.history.dataOf(thread.lastEvent, "output");
    return core.post(thread, () => enter(core, thread, position.to, input));
  }
  if (position.kind === "failing") return core.post(thread, () => core.fail(thread, position.failure));
  if (position.kind === "retry" && state !== null) return retryAt(core, thread, state, position.due);
  if (position.kind === "wait" && state?.type === "Wait") return waitUntil(core, thread, state, position.due);
  if (position.kind === "task" && state?.type === "Task") return tasks.resume(thread, state, position);
  if (position.kind === "fork" && (state?.type === "Map" || state?.type === "Parallel")) {
    return resumeFork(core, thread, state, (fork, index) => adopt(interpreter, fork, index, stored));
  }
  throw new Error(`${execution.arn} was left at "${position.kind}" in a state of type ${state?.type}.`);
}

/** Gives a fork its iteration or branch of that index back; false if it had not begun. */
function adopt(interpreter: Interpreter, fork: Fork, index: number, stored: StoredThreads): boolean {
  const record = stored.get(`${fork.parent.path}.${index}`);
  if (record === undefined) return false;
  if (record.position.kind === "ended") {
    fork.results[index] = fork.parent.execution.history.dataOf(record.lastEvent, "output");
    fork.done += 1;
    return true;
  }
  const child = createChild(fork, index, record);
  restore(child, record);
  fork.live.set(index, child);
  goOn(interpreter, child, stored);
  return true;
}
