import { CANVAS_QUEUE } from "../aws/engine.ts";
import type { Runtime } from "../aws/runtime.ts";
import { Revoked, describeError } from "../core/errors.ts";
import { type TaskRecord, replacementOf } from "../core/record/record.ts";
import { isFinal, isWaiting } from "../core/record/states.ts";
import { finish } from "./finish.ts";
import { type Found, lookUp } from "../ask/ask.ts";

/**
 * Revokes what has not started: a task, with what follows it; a group's members; or, by the id of its result, a whole canvas. What has ended stays as
 * it is.
 * @param terminate whether what runs is stopped, within 15 s; else it is left to run.
 */
export async function revoke(runtime: Runtime, found: Found, terminate: boolean): Promise<void> {
  if (found.kind === "task") return revokeTask(runtime, found.record, terminate);
  const { group, end } = found.record;
  if (end !== null) return;
  if (await isResultOf(runtime, group.id, group.root)) return revokeSubmission(runtime, group.root, terminate);
  // A group may have thousands of members: the canvas Lambda has the time.
  await sendToCanvas(runtime, group.id, terminate);
}

async function revokeTask(runtime: Runtime, record: TaskRecord, terminate: boolean): Promise<void> {
  const { submission } = record.call;
  if (submission !== null && (await isResultOf(runtime, record.id, submission)))
    return revokeSubmission(runtime, submission, terminate);
  return revokeAlone(runtime, record, terminate);
}

/** How often a task is looked at again that started, or came to wait, between a look and the write that was to revoke it. */
const LOOKS = 5;

/** Revokes one task, and what runs in its place, but no canvas that it is the result of. */
export async function revokeAlone(runtime: Runtime, record: TaskRecord, terminate: boolean): Promise<void> {
  let latest: TaskRecord | null = record;
  for (let look = 0; look < LOOKS && latest !== null && !isFinal(latest.status); look += 1) {
    if (await isRevoked(runtime, latest, terminate)) return;
    latest = await runtime.tasks.get(record.id, runtime.now());
  }
}

/** Whether a task that has not ended is as revoked as it can be; else it was another's turn meanwhile. */
async function isRevoked(runtime: Runtime, record: TaskRecord, terminate: boolean): Promise<boolean> {
  const { id, call, attempt } = record;
  if (isWaiting(record.status)) {
    const task = { id, call, attempt, due: record.due, fence: null, token: undefined, runtime: null };
    const ended = await finish(runtime, task, { status: "REVOKED", error: describeError(new Revoked()) });
    return ended || !terminate;
  }
  // The mark comes first: a task that is about to replace itself, or to have its replacement started, sees it.
  const marked = terminate ? await runtime.tasks.terminate(id, runtime.now()) : record;
  if (marked === null) return false;
  await revokeReplacement(runtime, marked, terminate);
  return true;
}

/** Revokes what runs in a task's place, where something does. What has not been stored yet sees the mark of the task, or of its submission, when it is to start. */
async function revokeReplacement(runtime: Runtime, record: TaskRecord, terminate: boolean): Promise<void> {
  const replacement = replacementOf(record);
  const found = replacement === null ? null : await lookUp(runtime, replacement.top.result);
  if (found !== null) await revoke(runtime, found, terminate);
}

/** Whether `id` is what the whole submission is asked for by. */
async function isResultOf(runtime: Runtime, id: string, submission: string): Promise<boolean> {
  return (await runtime.canvases.root(submission))?.top.result === id;
}

/** The mark comes first: a step that starts meanwhile sees it. */
async function revokeSubmission(runtime: Runtime, submission: string, terminate: boolean): Promise<void> {
  const root = await runtime.canvases.root(submission);
  if (root === null || root.done) return;
  await runtime.canvases.revokeRoot(submission);
  await sendToCanvas(runtime, root.top.id, terminate);
}

async function sendToCanvas(runtime: Runtime, canvas: string, terminate: boolean): Promise<void> {
  await runtime.queues.send({ module: CANVAS_QUEUE, message: { op: "revoke", canvas, terminate }, delay: 0 });
}
