import type { Services } from "../aws/services.ts";
import type { Ending } from "../aws/task-table.ts";
import { type TaskError, ResultTooLarge, describeError } from "../core/errors.ts";
import { MAX_RESULT } from "../core/limits.ts";
import type { Call, Payload } from "../core/record/message.ts";
import { type Progress, wasTakenOver } from "../core/record/record.ts";
import { notify } from "./ended.ts";
import { dropLinks, linkIds, prepareLinks, recordLinks } from "./links.ts";

export { notify } from "./ended.ts";

/** A task that is to end, with what its message brought. */
export interface EndingTask {
  readonly id: string;
  readonly call: Call;
  readonly attempt: number;
  /** The claim that holds the task, or null for one that has not started. */
  readonly fence: string | null;
  /** The token of the message in hand. */
  readonly token: string | undefined;
  /** Seconds that the last attempt ran. */
  readonly runtime: number | null;
  readonly progress?: Progress | null;
  readonly dead?: string;
  /** When the message of the next attempt comes, where it waits for one, milliseconds since 1970. */
  readonly due?: number | null;
}

/** What it ends with. */
export type End =
  | { readonly status: "SUCCESS"; readonly json: string }
  | {
      readonly status: "FAILURE" | "REVOKED";
      /** `task_id` is where it came from, where that is another task. */
      readonly error: { readonly type: string; readonly message: string; readonly task_id?: string };
    };

/**
 * Ends a task: the one path, whoever ends it. Result, record, dependants, token, in this order, so that a crash anywhere is made
 * good by the message's next delivery. @returns whether the task has ended; false where another attempt holds it.
 */
export async function finish(services: Services, task: EndingTask, end: End): Promise<boolean> {
  const ending = await endingOf(services, task, end);
  const now = services.now();
  const links = await prepareLinks(services, { ...ending, id: task.id, call: task.call, done: now, replacement: null });
  await recordLinks(services, links);
  const stored =
    task.fence === null
      ? await services.tasks.finishUnstarted(task.id, task.attempt, ending, now, task.call, task.due)
      : await services.tasks.finish(task.id, task.fence, task.attempt, ending, now);
  const record = stored ?? (await services.tasks.get(task.id, now));
  if (record === null || record.done === null) return false;
  if (stored === null || wasTakenOver(record)) await dropLinks(services, record);
  await notify(services, record, task.token, stored === null ? undefined : links);
  return true;
}

async function endingOf(services: Services, task: EndingTask, end: End): Promise<Ending> {
  const kept = {
    runtime: task.runtime,
    progress: task.progress ?? null,
    ...(task.dead === undefined ? {} : { dead: task.dead }),
  };
  if (end.status !== "SUCCESS") {
    const error = fromHere(task.id, end.error);
    // Links of a task that was revoked or never ran are not called.
    const children = end.status === "FAILURE" && error.task_id === task.id ? linkIds(task, "link_error") : [];
    return { ...kept, status: end.status, result: null, error, children };
  }
  const bytes = Buffer.byteLength(end.json);
  if (bytes > MAX_RESULT) {
    const error = describeError(new ResultTooLarge(bytes, MAX_RESULT));
    return {
      ...kept,
      status: "FAILURE",
      result: null,
      error: fromHere(task.id, error),
      children: linkIds(task, "link_error"),
    };
  }
  return {
    ...kept,
    status: "SUCCESS",
    result: await storeResult(services, task, end.json),
    error: null,
    children: linkIds(task, "link"),
  };
}

async function storeResult(services: Services, task: EndingTask, json: string): Promise<Payload | null> {
  if (task.call.ignore_result) return null;
  // The fence is in the key so that a late attempt cannot write over the result of the one that counts.
  return services.payloads.store(`results/${task.id}/${task.fence ?? "none"}.json`, json);
}

function fromHere(
  id: string,
  error: { readonly type: string; readonly message: string; readonly task_id?: string },
): TaskError {
  return { type: error.type, message: error.message, task_id: error.task_id ?? id };
}
