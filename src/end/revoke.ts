import { CANVAS_QUEUE } from "../aws/engine.ts";
import type { Services } from "../aws/services.ts";
import { Revoked, describeError } from "../core/errors.ts";
import { type TaskRecord, replacementOf } from "../core/record/record.ts";
import { isFinal, isWaiting } from "../core/record/states.ts";
import { finish, inHand } from "./finish.ts";
import { type Found, lookUp } from "../ask/ask.ts";

/**
 * Revokes what has not started: a task, with what follows it; a group's members; or, by the id of its result, a whole
 * canvas. What has ended stays as it is.
 * @param terminate whether what runs is stopped, within 15 s; else it is left to run.
 */
export async function revoke(services: Services, found: Found, terminate: boolean): Promise<void> {
  if (found.kind === "task") return revokeTask(services, found.record, terminate);
  const { group, end } = found.record;
  if (end !== null) return;
  if (await isResultOf(services, group.id, group.root)) return revokeSubmission(services, group.root, terminate);
  // A group may have thousands of members: the canvas Lambda has the time.
  await sendToCanvas(services, group.id, terminate);
}

async function revokeTask(services: Services, record: TaskRecord, terminate: boolean): Promise<void> {
  const { submission } = record.call;
  if (submission !== null && (await isResultOf(services, record.id, submission)))
    return revokeSubmission(services, submission, terminate);
  return revokeAlone(services, record, terminate);
}

/**
 * How often a task is looked at again that started, or came to wait, between a look and the write that was to revoke
 * it.
 */
const LOOKS = 5;

/** Revokes one task, and what runs in its place, but no canvas that it is the result of. */
export async function revokeAlone(services: Services, record: TaskRecord, terminate: boolean): Promise<void> {
  let latest: TaskRecord | null = record;
  for (let look = 0; look < LOOKS && latest !== null && !isFinal(latest.status); look += 1) {
    if (await isRevoked(services, latest, terminate)) return;
    latest = await services.tasks.get(record.id, services.now());
  }
}

/** Whether a task that has not ended is as revoked as it can be; else it was another's turn meanwhile. */
async function isRevoked(services: Services, record: TaskRecord, terminate: boolean): Promise<boolean> {
  const { id, call, attempt } = record;
  if (isWaiting(record.status)) {
    const task = inHand({ id, call, attempt, fence: null }, undefined, { due: record.due });
    const ended = await finish(services, task, { status: "REVOKED", error: describeError(new Revoked()) });
    return ended || !terminate;
  }
  // The mark comes first: a task that is about to replace itself, or to have its replacement started, sees it.
  const marked = terminate ? await services.tasks.terminate(id, services.now()) : record;
  if (marked === null) return false;
  await revokeReplacement(services, marked, terminate);
  return true;
}

/**
 * Revokes what runs in a task's place, where something does. What has not been stored yet sees the mark of the task, or
 * of its submission, when it is to start.
 */
export async function revokeReplacement(services: Services, record: TaskRecord, terminate: boolean): Promise<void> {
  const replacement = replacementOf(record);
  const found = replacement === null ? null : await lookUp(services, replacement.top.result);
  if (found !== null) await revoke(services, found, terminate);
}

/** Whether `id` is what the whole submission is asked for by. */
async function isResultOf(services: Services, id: string, submission: string): Promise<boolean> {
  return (await services.canvases.root(submission))?.top.result === id;
}

/** The mark comes first: a step that starts meanwhile sees it. */
async function revokeSubmission(services: Services, submission: string, terminate: boolean): Promise<void> {
  const root = await services.canvases.root(submission);
  if (root === null || root.done) return;
  await services.canvases.revokeRoot(submission);
  await sendToCanvas(services, root.top.id, terminate);
}

async function sendToCanvas(services: Services, canvas: string, terminate: boolean): Promise<void> {
  await services.queues.send({ module: CANVAS_QUEUE, message: { op: "revoke", canvas, terminate }, delay: 0 });
}
