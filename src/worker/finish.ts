import { answerToken } from "../aws/engine.ts";
import { derivedId } from "../aws/ids.ts";
import type { Runtime } from "../aws/runtime.ts";
import { submitTask } from "../client/submit.ts";
import type { Ending } from "../aws/task-table.ts";
import type { PartEnd } from "../core/canvas.ts";
import { type TaskError, ResultTooLarge, describeError } from "../core/errors.ts";
import { MAX_RESULT } from "../core/limits.ts";
import type { Call, Payload } from "../core/message.ts";
import type { Progress, TaskRecord } from "../core/record.ts";
import { answerChunk, partEnded } from "./ended.ts";

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
export async function finish(runtime: Runtime, task: EndingTask, end: End): Promise<boolean> {
  const ending = await endingOf(runtime, task, end);
  const now = runtime.now();
  const stored =
    task.fence === null
      ? await runtime.tasks.finishUnstarted(task.id, task.attempt, ending, now, task.call)
      : await runtime.tasks.finish(task.id, task.fence, task.attempt, ending, now);
  const record = stored ?? (await runtime.tasks.get(task.id, now));
  if (record === null || record.done === null) return false;
  await notify(runtime, record, task.token);
  return true;
}

/** Tells those who wait for a task that has ended. Repeating it does no harm: ids derive, and a spent token is no error. */
export async function notify(runtime: Runtime, record: TaskRecord, token: string | undefined): Promise<void> {
  await startLinks(runtime, record);
  const { place, root } = record.call;
  const end = endOf(record);
  if (place !== null) await partEnded(runtime, { place, root }, end);
  // Members of a group do not stop each other: for the machine each has simply ended.
  if (token !== undefined) await answerToken(token, end.ok || place?.role === "member" ? null : end.error.type);
  // Revoked before its message came, perhaps days ahead: the state that waits must not wait for that.
  else if (place?.role === "member" && place.together === 1) await answerChunk(runtime, place);
}

function endOf(record: TaskRecord): PartEnd {
  if (record.status === "SUCCESS") return { ok: true };
  const error = record.error ?? { type: record.status, message: "", task_id: record.id };
  return { ok: false, status: record.status === "REVOKED" ? "REVOKED" : "FAILURE", error };
}

async function endingOf(runtime: Runtime, task: EndingTask, end: End): Promise<Ending> {
  const kept = {
    runtime: task.runtime,
    progress: task.progress ?? null,
    ...(task.dead === undefined ? {} : { dead: task.dead }),
  };
  if (end.status !== "SUCCESS")
    return {
      ...kept,
      status: end.status,
      result: null,
      error: fromHere(task.id, end.error),
      children: linkIds(task, "link_error"),
    };
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
    result: await storeResult(runtime, task, end.json),
    error: null,
    children: linkIds(task, "link"),
  };
}

async function storeResult(runtime: Runtime, task: EndingTask, json: string): Promise<Payload | null> {
  if (task.call.ignore_result) return null;
  // The fence is in the key so that a late attempt cannot write over the result of the one that counts.
  return runtime.payloads.store(`results/${task.id}/${task.fence ?? "none"}.json`, json);
}

function fromHere(
  id: string,
  error: { readonly type: string; readonly message: string; readonly task_id?: string },
): TaskError {
  return { type: error.type, message: error.message, task_id: error.task_id ?? id };
}

function linkIds(task: { readonly id: string; readonly call: Call }, kind: "link" | "link_error"): string[] {
  return task.call[kind].map((link, index) => link.options.task_id ?? derivedId(task.id, kind, String(index)));
}

/** Submits a task's links: they get its result, or its id where it failed. Those of a task that was revoked or never ran are not called. */
async function startLinks(runtime: Runtime, record: TaskRecord): Promise<void> {
  if (record.status === "REVOKED" || (record.error !== null && record.error.task_id !== record.id)) return;
  const kind = record.status === "SUCCESS" ? "link" : "link_error";
  const links = record.call[kind];
  if (links.length === 0) return;
  const result: unknown =
    kind === "link"
      ? JSON.parse(record.result === null ? "null" : await runtime.payloads.load(record.result))
      : record.id;
  const ids = linkIds(record, kind);
  for (const [index, link] of links.entries()) {
    const id = ids[index] ?? derivedId(record.id, kind, String(index));
    const args = link.immutable ? link.args : [result, ...link.args];
    // Its id derives from the task's, so it is not the client's choice that may be taken.
    const { task_id: _, ...options } = link.options;
    await submitTask(runtime, {
      id,
      node: { ...link, args, options },
      context: {
        root: record.call.root,
        parent: record.id,
        group: null,
        groupIndex: null,
        correlation: record.call.correlation,
        origin: record.call.task,
        now: record.done ?? record.call.created,
      },
    });
  }
}
