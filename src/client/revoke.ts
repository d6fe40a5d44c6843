import { CANVAS_QUEUE } from "../aws/engine.ts";
import type { Runtime } from "../aws/runtime.ts";
import { Revoked, describeError } from "../core/errors.ts";
import { type TaskRecord, replacementOf } from "../core/record.ts";
import { finish } from "../worker/finish.ts";
import { type Found, lookUp } from "./ask.ts";

/**
 * Revokes what has not started: a task, with what follows it; a group's members; or, by the id of its result, a whole canvas. What has ended stays as
 * it is. A task that runs is left to run.
 */
export async function revoke(runtime: Runtime, found: Found): Promise<void> {
  if (found.kind === "task") return revokeTask(runtime, found.record);
  const { group, end } = found.record;
  if (end !== null) return;
  if (await isResultOf(runtime, group.id, group.root)) return revokeSubmission(runtime, group.root);
  // A group may have thousands of members: the canvas Lambda has the time.
  await runtime.queues.send({ module: CANVAS_QUEUE, message: { op: "revoke", canvas: group.id }, delay: 0 });
}

async function revokeTask(runtime: Runtime, record: TaskRecord): Promise<void> {
  const { id, call, attempt } = record;
  if (call.submission !== null && (await isResultOf(runtime, id, call.submission)))
    return revokeSubmission(runtime, call.submission);
  await revokeReplacement(runtime, record);
  if (record.status !== "PENDING" && record.status !== "RETRY") return;
  const task = { id, call, attempt, fence: null, token: undefined, runtime: null };
  await finish(runtime, task, { status: "REVOKED", error: describeError(new Revoked()) });
}

/** Revokes what runs in a task's place, where something does. What has not been stored yet sees the mark of the task's submission when it is to start. */
export async function revokeReplacement(runtime: Runtime, record: TaskRecord): Promise<void> {
  const replacement = replacementOf(record);
  const found = replacement === null ? null : await lookUp(runtime, replacement.top.result);
  if (found !== null) await revoke(runtime, found);
}

/** Whether `id` is what the whole submission is asked for by. */
async function isResultOf(runtime: Runtime, id: string, submission: string): Promise<boolean> {
  return (await runtime.canvases.root(submission))?.top.result === id;
}

/** The mark comes first: a step that starts meanwhile sees it. */
async function revokeSubmission(runtime: Runtime, submission: string): Promise<void> {
  const root = await runtime.canvases.root(submission);
  if (root === null || root.done) return;
  await runtime.canvases.revokeRoot(submission);
  await runtime.queues.send({ module: CANVAS_QUEUE, message: { op: "revoke", canvas: root.top.id }, delay: 0 });
}
