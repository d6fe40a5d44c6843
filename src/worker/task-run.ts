import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import { TaskEnded } from "../core/errors.ts";
import type { Ask, FromTask, Report, ToTask } from "./ipc.ts";
import type { LogContext } from "../log.ts";

/** Whose code runs: what a task leaves behind is still known as its own. */
const runs = new AsyncLocalStorage<TaskRun>();

/** Runs `action` as part of a run. */
export function within<Result>(run: TaskRun, action: () => Result): Result {
  return runs.run(run, action);
}

/**
 * The run that the asking code belongs to, even one that is over; null where that cannot be told, as in a callback of
 * what the module set up at its start.
 */
export function currentRun(): TaskRun | null {
  return runs.getStore() ?? null;
}

let calls = 0;

/** What one task that runs here, and all that it starts, may ask of the supervisor. */
export class TaskRun {
  readonly context: LogContext;
  /** HTTP requests of its own that are under way. */
  readonly requests = new Set<unknown>();
  readonly #number: number;
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>();
  #ended = false;

  /** @param number the supervisor's. */
  constructor(number: number, context: LogContext) {
    this.#number = number;
    this.context = context;
  }

  /** Whether the task has ended: what still runs of it was left behind. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Says what state the task is in. One that has ended says nothing. */
  report(report: Report): void {
    if (!this.#ended) tell({ type: "report", run: this.#number, report });
  }

  /** Asks, and gives the answer. @throws TaskEnded; what the supervisor refused, under the name of its error. */
  ask(ask: Ask): Promise<unknown> {
    if (this.#ended) return Promise.reject(new TaskEnded(this.context.task));
    const call = (calls += 1);
    const answer = Promise.withResolvers<unknown>();
    // First, since what cannot be sent is never answered, and the run would wait for that.
    tell({ type: "ask", run: this.#number, call, ask });
    this.#asked.set(call, answer);
    return answer.promise;
  }

  /** Takes the answer to what this run asked. One to another run's question is left out. */
  answered({ call, value, error }: Extract<ToTask, { type: "answer" }>): void {
    const answer = this.#asked.get(call);
    this.#asked.delete(call);
    if (error === null) answer?.resolve(value);
    else answer?.reject(new Refused(error));
  }

  /**
   * Waits for what the task asked and did not await (a `delay()` that nobody waits for is to be sent all the same), and
   * for what needs no more than a turn of the event loop. One that asks without end is ended by its hard limit.
   */
  async drain(): Promise<void> {
    do {
      await Promise.allSettled([...this.#asked.values()].map((answer) => answer.promise));
      await setImmediate();
    } while (this.#asked.size > 0);
  }

  /** The task has ended. */
  end(): void {
    this.#ended = true;
  }
}

/** What the supervisor refused to do, under the name of its error. */
class Refused extends Error {
  constructor(error: { readonly type: string; readonly message: string }) {
    super(error.message);
    this.name = error.type;
  }
}

/** A task may put something else into its place. */
const send = process.send?.bind(process);

/** Tells the supervisor. @param sent is called once that is done. */
export function tell(message: FromTask, sent: () => void = () => {}): void {
  send?.(message, sent);
}
