import type { ExpressionScope } from "../language/expression.ts";
import type { Failure } from "../language/failure.ts";
import type { Json, JsonObject } from "../language/json.ts";
import type { State } from "../language/machine.ts";
import type { Clock } from "../../clock.ts";
import type { EventDetails } from "./history.ts";
import type { Journal } from "./journal.ts";
import { createScope } from "./scope.ts";
import type { Execution, Position, Thread } from "./thread.ts";

/** What the parts of the interpreter share. */
export interface Core {
  readonly clock: Clock;
  readonly journal: Journal;
  /**
   * Runs a job for a thread later, in order, unless it has ended by then. What the job throws becomes the state's
   * failure.
   */
  readonly post: (thread: Thread, job: () => void) => void;
  /** Runs the state that a thread has entered. */
  readonly execute: (thread: Thread, state: State) => void;
  /** The current state failed: Retry, Catch, or the end of the thread. */
  readonly fail: (thread: Thread, failure: Failure) => void;
  /** Hears of each execution once, after its last event. */
  readonly onEnd: (execution: Execution) => void;
}

/** Records an event after the thread's last one, which it becomes. */
export function record(core: Core, thread: Thread, type: string, details: EventDetails | null): void {
  thread.lastEvent = recordAfter(core, thread, thread.lastEvent, type, details);
}

/** Records an event after another one; gives its id. */
export function recordAfter(
  { clock }: Core,
  { execution }: Thread,
  previous: number,
  type: string,
  details: EventDetails | null,
): number {
  return execution.history.append(clock.now(), type, previous, details);
}

/** Notes where a thread is from now on, for a later run as well. */
export function moveTo(core: Core, thread: Thread, position: Position): void {
  thread.position = position;
  core.journal.moved(thread);
}

/** What paths in a thread's state see; `token` is `$$.Task.Token`, `item` overrides `$$.Map.Item`. */
export function scopeOf(thread: Thread, input: Json, token?: string, item?: JsonObject): ExpressionScope {
  return createScope(thread, input, token, item ?? thread.item);
}
