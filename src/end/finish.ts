import type { Services } from "../aws/services.ts";
import type { StoredEnd } from "../aws/task-item.ts";
import { type TaskError, ResultTooLarge, describeError } from "../core/errors.ts";
import { MAX_RESULT } from "../core/limits.ts";
import type { BadEnd } from "../core/record/end.ts";
import type { Call, Payload, RunMessage } from "../core/record/message.ts";
import { type Progress, type TaskRecord, wasTakenOver } from "../core/record/record.ts";
import { notify } from "./ended.ts";
import { calledIds, dropLinks, prepareLinks, recordLinks } from "./links.ts";

export { notify } from "./ended.ts";

/** The task that a message is about, at an attempt, with what the message brought. */
export interface TaskInHand {
  readonly id: string;
  readonly call: Call;
  readonly attempt: number;
  /** The claim that holds the task, or null for one that has not started. */
  readonly fence: string | null;
  /** The token of the message in hand. */
  readonly token: string | undefined;
  /** Seconds that the last attempt ran; null where none did. */
  readonly runtime: number | null;
  readonly progress?: Progress | null;
  readonly dead?: string;
  /** When the message of the next attempt comes, where the task waits for one, milliseconds since 1970. */
  readonly due?: number | null;
}

/** What is known of a task besides the message that it is in hand by. */
type Facts = Partial<Pick<TaskInHand, "runtime" | "progress" | "dead" | "due">>;

/** A task that is held by the claim in its record. @param token that of the message in hand. */
export function inHand(
  { id, call, attempt, fence }: Pick<TaskRecord, "id" | "call" | "attempt" | "fence">,
  token: string | undefined,
  facts: Facts = {},
): TaskInHand {
  return { id, call, attempt, fence, token, runtime: null, ...facts };
}

/** A task that no claim holds. @param message the one in hand. @param attempt the record's, where there is one. */
export function unstarted(
  { id, token, attempt }: Pick<RunMessage, "id" | "token" | "attempt">,
  call: Call,
  facts: Facts = {},
): TaskInHand {
  return inHand({ id, call, attempt, fence: null }, token, facts);
}

/** The end that a task is given: its result as JSON text, or its error. */
export type TaskEnd =
  | { readonly status: "SUCCESS"; readonly json: string }
  | { readonly status: BadEnd["status"]; readonly error: RaisedError };

/** An error; `task_id` is where it came from, where that is another task. */
type RaisedError = Omit<TaskError, "task_id"> & { readonly task_id?: string };

/**
 * Ends a task: the one path for every caller. Result, record, dependants, token, in this order, so that a crash
 * anywhere is made good by the message's next delivery.
 * @returns whether the task has ended; false where another attempt holds it.
 */
export async function finish(services: Services, task: TaskInHand, end: TaskEnd): Promise<boolean> {
  const { id, call, attempt, fence } = task;
  const ending = await storedEnd(services, task, end);
  const now = services.now();
  const source = { ...ending, id, call, done: now, replacement: null };
  const kept = { ...ending, children: calledIds(source) };
  const links = await prepareLinks(services, source);
  await recordLinks(services, links);
  const written =
    fence === null
      ? await services.tasks.finishUnstarted(id, attempt, kept, now, call, task.due)
      : await services.tasks.finish(id, fence, attempt, kept, now);
  const record = written ?? (await services.tasks.get(id, now));
  if (record === null || record.done === null) return false;
  if (written === null || wasTakenOver(record)) await dropLinks(services, record);
  await notify(services, record, task.token, written === null ? undefined : links);
  return true;
}

async function storedEnd(services: Services, task: TaskInHand, end: TaskEnd): Promise<Omit<StoredEnd, "children">> {
  const { runtime, progress = null, dead } = task;
  const kept = { runtime, progress, ...(dead === undefined ? {} : { dead }) };
  if (end.status !== "SUCCESS")
    return { ...kept, status: end.status, result: null, error: fromHere(task.id, end.error) };
  const bytes = Buffer.byteLength(end.json);
  if (bytes > MAX_RESULT) {
    const error = fromHere(task.id, describeError(new ResultTooLarge(bytes, MAX_RESULT)));
    return { ...kept, status: "FAILURE", result: null, error };
  }
  const result = await storeResult(services, task, end.json);
  return { ...kept, status: "SUCCESS", result, error: null };
}

async function storeResult(services: Services, task: TaskInHand, json: string): Promise<Payload | null> {
  if (task.call.ignore_result) return null;
  // The fence is in the key so that a late attempt cannot write over the result of the one that counts.
  return services.payloads.store(`results/${task.id}/${task.fence ?? "none"}.json`, json);
}

function fromHere(id: string, { task_id, ...error }: RaisedError): TaskError {
  return { ...error, task_id: task_id ?? id };
}
