import type { Services } from "../aws/services.ts";
import type { StoredEnd } from "../aws/task-item.ts";
import type { StoredCanvas } from "../core/record/canvas.ts";
import type { BadEnd } from "../core/record/end.ts";
import type { Call } from "../core/record/message.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { isWaiting } from "../core/record/states.ts";
import { announceTask } from "./announce.ts";
import { calledLinks, dropLinks, linkIds, recordLinks, startLinks } from "./links.ts";
import { inParallel } from "../core/parallel.ts";
import { type Part, chunkCount } from "../core/canvas/place.ts";

/**
 * Ends parts that will never run, with all that is nested in them. What has ended or runs keeps its own end. Those
 * around are not told: the caller tells them of the canvas as a whole.
 */
export async function endParts(services: Services, parts: readonly UnrunPart[], end: BadEnd): Promise<void> {
  await inParallel(parts, (part) =>
    part.task === null ? endCanvas(services, part.id, end) : endTask(services, part, end),
  );
}

/** A part that is to end; with a call where it is a task that may have no record yet, and is to have one. */
export type UnrunPart = Part & { readonly call?: Call | undefined };

async function endTask(services: Services, { id, call }: UnrunPart, end: BadEnd): Promise<void> {
  const stored = { ...end, result: null, runtime: null, children: [] };
  const ended = await endWaiting(services, id, stored, call);
  if (ended !== null) await announceTask(services, ended);
}

/** Ends a task at the attempt that it waits for: a later one where its canvas was resumed, or it is to be retried. */
async function endWaiting(
  services: Services,
  id: string,
  end: StoredEnd,
  call: Call | undefined,
): Promise<TaskRecord | null> {
  const ended = await services.tasks.finishUnstarted(id, 0, end, services.now(), call);
  if (ended !== null) return ended;
  const record = await services.tasks.get(id, services.now());
  if (record === null || !isWaiting(record.status)) return null;
  return services.tasks.finishUnstarted(id, record.attempt, end, services.now(), undefined, record.due);
}

/**
 * Ends the body of a chord whose header has failed. Its `link_error` is called, with its id, as Celery does: nobody
 * else tells of the chord. What a crash leaves undone the header's end does again, since the ids of links derive.
 */
export async function endBody(services: Services, body: Part, end: BadEnd): Promise<void> {
  const record = body.task === null ? null : await services.tasks.get(body.id, services.now());
  if (record === null || record.call.link_error.length === 0) return endParts(services, [body], end);
  const now = services.now();
  const links = await calledLinks(services, { ...record, ...end, result: null, done: now });
  const children = linkIds(record, "link_error");
  await recordLinks(services, links);
  const stored = { ...end, result: null, runtime: null, children };
  const ended = await endWaiting(services, body.id, stored, undefined);
  if (ended !== null) await announceTask(services, ended);
  const last = ended ?? (await services.tasks.get(body.id, services.now()));
  if (last === null) return;
  // It was revoked first, or has been run again: these links are not its own.
  if (!children.every((id) => last.children.includes(id))) return dropLinks(services, last);
  await startLinks(services, links);
}

async function endCanvas(services: Services, id: string, end: BadEnd): Promise<void> {
  const canvas = await services.canvases.canvas(id);
  if (canvas !== null) await endPartsOf(services, canvas, end);
}

/** Ends what a canvas holds, and a group itself. */
export async function endPartsOf(services: Services, canvas: StoredCanvas, end: BadEnd): Promise<void> {
  if (canvas.kind === "chain") return endParts(services, canvas.steps, end);
  if (canvas.kind === "chord") {
    await endCanvas(services, canvas.header, end);
    return endParts(services, [canvas.body], end);
  }
  const { total } = canvas;
  await services.canvases.endGroup(canvas.id, {
    ...end,
    first: null,
    result: null,
    started: null,
    done: services.now(),
    completed: 0,
    failed: total,
  });
  const members = await services.canvases.allMembers(canvas.id, chunkCount(total));
  // A member without a record is known to nobody but its chunk, and that will never be started.
  return endParts(
    services,
    members.filter((member) => member.call === undefined).map((member) => member.part),
    end,
  );
}
