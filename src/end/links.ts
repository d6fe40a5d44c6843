import { derivedId } from "../aws/ids.ts";
import type { Services } from "../aws/services.ts";
import { type TaskCall, makeCall } from "../submit/call.ts";
import { sendTask } from "../submit/task.ts";
import { inheritedMark } from "../core/celery.ts";
import { loneTask } from "../core/canvas/plan.ts";
import { Revoked, describeError } from "../core/errors.ts";
import { type Call, isSameSubmission } from "../core/record/message.ts";
import { logLine } from "../log.ts";
import { inParallel } from "../core/parallel.ts";
import type { TaskRecord } from "../core/record/record.ts";

/** What of a task that has ended its links depend on. */
export type LinkSource = Pick<TaskRecord, "id" | "call" | "status" | "result" | "error" | "done" | "replacement">;

/** Which links the end of a task calls: none where it was revoked, or never ran. */
function calledKind({ id, status, error, replacement }: LinkSource): "link" | "link_error" | null {
  const neverRan = error !== null && error.task_id !== id && replacement === null;
  if (status === "REVOKED" || neverRan) return null;
  return status === "SUCCESS" ? "link" : "link_error";
}

/** The ids of the tasks that the end of a task calls. */
export function calledIds(ended: LinkSource): string[] {
  const kind = calledKind(ended);
  return kind === null ? [] : linkIds(ended, kind);
}

/** The ids of the tasks that a task's links become. */
export function linkIds(task: { readonly id: string; readonly call: Call }, kind: "link" | "link_error"): string[] {
  return task.call[kind].map((link, index) => link.options.task_id ?? derivedId(task.id, kind, String(index)));
}

/**
 * The tasks that an ended task's links become: they get its result, or its id where it failed. Those of a task that was
 * revoked or never ran are not called.
 */
export async function prepareLinks(services: Services, ended: LinkSource): Promise<TaskCall[]> {
  return calledKind(ended) === null ? [] : calledLinks(services, ended);
}

/** The tasks that the links of an ended task become, also of one that never ran: a chord's body whose header failed. */
export async function calledLinks(services: Services, ended: LinkSource): Promise<TaskCall[]> {
  const kind = ended.status === "SUCCESS" ? "link" : "link_error";
  const links = ended.call[kind];
  if (links.length === 0) return [];
  const ids = linkIds(ended, kind);
  const first: unknown =
    kind === "link"
      ? JSON.parse(ended.result === null ? "null" : await services.payloads.load(ended.result))
      : ended.id;
  const { root, correlation, owner, task: origin } = ended.call;
  const celery = inheritedMark(ended.call.celery);
  const context = { root, correlation, origin, owner, celery, now: ended.done ?? ended.call.created };
  return inParallel([...links.entries()], ([index, link]) => {
    const args = link.immutable ? link.args : [first, ...link.args];
    return makeCall(services, loneTask(ids[index] ?? "", { ...link, args }, ended.id), context);
  });
}

/** Writes the records of links before their task is seen to have ended: a reader of its children finds them. */
export async function recordLinks(services: Services, links: readonly TaskCall[]): Promise<void> {
  await inParallel(links, ({ id, call }) => services.tasks.submit(id, call));
}

/**
 * Ends the records of links that will never be called: an attempt that was lost, or refused, after it had written them
 * did not end its task, which has ended otherwise. A dead task's are left, since a redrive may call them yet.
 */
export async function dropLinks(services: Services, ended: TaskRecord): Promise<void> {
  const called = new Set(ended.children);
  const ids = (["link", "link_error"] as const).flatMap((kind) => linkIds(ended, kind)).filter((id) => !called.has(id));
  if (ended.dead !== null || ids.length === 0) return;
  const records = await services.tasks.getMany(ids, services.now(), { consistent: true });
  const error = { ...describeError(new Revoked()), task_id: ended.id };
  const stored = { status: "REVOKED", error, result: null, runtime: null, children: [] } as const;
  // An id that the client chose may be that of another task.
  const dropped = records.filter(({ call }) => call.parent === ended.id);
  await inParallel(dropped, ({ id }) => services.tasks.finishUnstarted(id, 0, stored, services.now(), undefined));
}

/** Starts links. Their ids derive from their task's, so a repeated message meets a record that was claimed. */
export async function startLinks(services: Services, links: readonly TaskCall[]): Promise<void> {
  await inParallel(links, async (link) => {
    if (await hasItsId(services, link)) await sendTask(services, link);
    else logLine("ERROR", "a link was not called, since another task has its id", { task_id: link.id });
  });
}

/**
 * Whether a link has the id that the client chose for it. Submitting keeps ids for links, but a task that came in the
 * same moment may have it: a message under its id would run the link in that task's place.
 */
async function hasItsId(services: Services, { id, call }: TaskCall): Promise<boolean> {
  if (call.options["task_id"] === undefined) return true;
  const record = await services.tasks.get(id, services.now());
  return record === null || isSameSubmission(record.call, call);
}
