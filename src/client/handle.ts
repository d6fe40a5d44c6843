import type { TaskHandle } from "../core/canvas/submitter.ts";
import type { SubmissionAnswer } from "../core/http/answer-schemas.ts";
import { isFinal } from "../core/record/states.ts";
import { ResultTimeout, TaskFailed, TaskRevoked } from "./errors.ts";
import { pause } from "./pause.ts";
import type { AnyRecord, Submitting, Transport } from "./transport.ts";

/** How long a result is waited for. */
export interface Waiting {
  /** Seconds. @default for as long as it takes */
  readonly timeout?: number | undefined;
  /** Ends the wait; the task goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** What was submitted: a task, a group, or what a canvas ends with. */
export interface Handle<Result = unknown> extends TaskHandle, AsyncIterable<AnyRecord> {
  readonly taskId: string;
  /** What the submission was answered with, its tasks among it; null where the handle was made of an id. */
  readonly submission: SubmissionAnswer | null;
  /** Its record as it is now. @throws RequestRefused 404 where there is none, or its time is over */
  record(signal?: AbortSignal): Promise<AnyRecord>;
  /**
   * Waits for its end, and gives its result.
   * @throws TaskFailed, TaskRevoked; ResultTimeout when the time is over; RequestRefused, Unreachable
   */
  result(waiting?: Waiting): Promise<Result>;
  /**
   * Its record now, and each time that its state, progress or retries have changed, until it has ended: `for await
   * (const { status, progress } of handle)`.
   */
  states(signal?: AbortSignal): AsyncGenerator<AnyRecord, void, undefined>;
  /** What has not started never starts, nor does what follows it; with `terminate` what runs is stopped within 15 s. */
  revoke(options?: { readonly terminate?: boolean; readonly signal?: AbortSignal }): Promise<void>;
  /** Runs a failed or revoked task again, alone, with the same arguments under a new id. */
  retry(how?: Submitting): Promise<Handle<Result>>;
  /** Forgets a task that has ended, with its arguments, result and documents. */
  forget(signal?: AbortSignal): Promise<void>;
}

/** Seconds that one request waits: the contract's most, for API Gateway ends it after 29. */
const LONG = 20;
/** Milliseconds between two looks at what goes on: from the first to the last, each half as much again. */
const FIRST_LOOK = 250;
const LAST_LOOK = 2_000;

/** The handle of what is known by an id. */
export function createHandle(transport: Transport, taskId: string, submission: SubmissionAnswer | null): Handle {
  async function* states(signal?: AbortSignal): AsyncGenerator<AnyRecord, void, undefined> {
    let told = "";
    let wait = FIRST_LOOK;
    for (;;) {
      const record = await transport.find(taskId, 0, signal);
      const news = newsOf(record);
      if (news !== told) yield record;
      if (isFinal(record.status)) return;
      wait = news === told ? Math.min(LAST_LOOK, wait * 1.5) : FIRST_LOOK;
      told = news;
      await pause(wait, signal);
    }
  }

  return {
    taskId,
    submission,
    record: (signal) => transport.find(taskId, 0, signal),
    result: async ({ timeout = Infinity, signal } = {}) => {
      const started = performance.now();
      const left = (): number => timeout - (performance.now() - started) / 1000;
      let record = await transport.find(taskId, Math.max(0, Math.min(LONG, timeout)), signal);
      while (!isFinal(record.status)) {
        if (left() <= 0) throw new ResultTimeout(taskId, record.status, timeout);
        record = await transport.find(taskId, Math.min(LONG, left()), signal);
      }
      return resultOf(record);
    },
    states,
    [Symbol.asyncIterator]: () => states(),
    revoke: ({ terminate = false, signal } = {}) => transport.revoke(taskId, terminate, signal),
    retry: async (how = {}) => {
      const again = await transport.retry(taskId, how);
      return createHandle(transport, again.task_id, again);
    },
    forget: (signal) => transport.forget(taskId, signal),
  };
}

/** What of a record makes it worth telling again. */
function newsOf(record: AnyRecord): string {
  const { status, kind } = record;
  return JSON.stringify(
    kind === "task" ? [status, record.progress, record.retries] : [status, record.completed, record.failed],
  );
}

function resultOf({ status, result, error, task_id: taskId }: AnyRecord): unknown {
  if (status === "SUCCESS") return result;
  const { task_id: failedId = taskId, ...said } = error ?? { type: "Error", message: `It is ${status}.` };
  const end = { taskId, failedId, error: said };
  throw status === "REVOKED" ? new TaskRevoked(end) : new TaskFailed(end);
}
