import { CANVAS_QUEUE } from "../aws/engine.ts";
import { toCanvas, toGroup } from "../aws/canvas-table.ts";
import { resumeTask } from "../aws/resume-task.ts";
import type { Services } from "../aws/services.ts";
import type { Item } from "../aws/table.ts";
import { toRecord } from "../aws/task-table.ts";
import type { Found } from "../ask/ask.ts";
import { type Part, chunkCount } from "../core/canvas/place.ts";
import { Problem } from "../core/http/problem.ts";
import { inParallel } from "../core/parallel.ts";
import type { GroupRecord, Root } from "../core/record/canvas.ts";
import type { TaskRecord } from "../core/record/record.ts";

/** What became of a canvas that was resumed. */
export interface Resumed {
  /** The id of its result. */
  readonly id: string;
  /** Tasks that run again, or for the first time; and those whose results are kept. */
  readonly resumed: number;
  readonly kept: number;
}

/**
 * Runs what of a canvas failed, was revoked or never ran, with all that follows; what succeeded keeps its result. Tasks
 * keep their ids and get new attempts. The submission is opened first: after a crash in between the sweep starts its
 * machine, which ends it again as it was, and it may be resumed once more.
 * @throws Problem 409 unless it has ended, and not well.
 */
export async function resume(services: Services, found: Found): Promise<Resumed> {
  const submission = found.kind === "task" ? found.record.call.submission : found.record.group.root;
  const root = submission === null ? null : await services.canvases.root(submission);
  if (submission === null || root === null) throw notACanvas();
  if (!root.done)
    throw new Problem(409, "not_ended", "The canvas has not ended. Revoke it first, or wait for its end.");
  const held = await heldBy(services, root.top);
  const bad = held.tasks.filter(({ status }) => status !== "SUCCESS");
  if (bad.length + held.unrecorded === 0) {
    throw new Problem(409, "nothing_failed", "All tasks of the canvas have succeeded: there is nothing to resume.");
  }
  await open(services, submission, root);
  await inParallel(held.groups, ({ group }) => services.canvases.reopenGroup(group.id, chunkCount(group.total)));
  await inParallel(bad, (record) => resumeTask(services, record));
  await services.queues.send({ module: CANVAS_QUEUE, message: { op: "run", id: root.top.id }, delay: 0 });
  const resumed = bad.length + held.unrecorded;
  return { id: root.top.result, resumed, kept: held.tasks.length - bad.length };
}

function notACanvas(): Problem {
  const detail =
    "This is a task of no canvas, or its canvas is no longer known. POST /tasks/{task_id}/retry runs it again.";
  return new Problem(409, "not_a_canvas", detail);
}

async function open(services: Services, submission: string, root: Root): Promise<void> {
  const top = await services.canvases.canvas(root.top.id);
  if (top === null) throw notACanvas();
  if (top.place !== null) {
    const detail = `The canvas runs in the place of the task ${top.place.canvas}. Resume the canvas of that, or retry it.`;
    throw new Problem(409, "replacement", detail);
  }
  if (await services.canvases.reopenRoot(submission, root.epoch, services.now())) return;
  throw new Problem(409, "not_ended", "Another request has resumed the canvas.");
}

/** What a canvas holds, as far as resuming asks for it. */
interface Held {
  readonly tasks: TaskRecord[];
  /** Groups that have not succeeded. */
  readonly groups: GroupRecord[];
  /** Members of wide groups that never had a record. */
  unrecorded: number;
}

async function heldBy(services: Services, top: Part): Promise<Held> {
  const held: Held = { tasks: [], groups: [], unrecorded: 0 };
  let level: readonly Part[] = [top];
  while (level.length > 0) {
    const items = await services.table.getMany(
      level.map(({ id }) => id),
      { consistent: true },
    );
    const inner = await inParallel(level, (part) => partsOf(services, items.get(part.id) ?? null, part, held));
    level = inner.flat();
  }
  return held;
}

/** What one part holds; a task or group is noted. @throws Problem 409 where something of it is no longer known. */
async function partsOf(services: Services, item: Item | null, part: Part, held: Held): Promise<Part[]> {
  const record = toRecord(item, services.now());
  if (record !== null) {
    held.tasks.push(record);
    return [];
  }
  const canvas = toCanvas(item);
  if (canvas === null) {
    if (part.task !== null && item === null) held.unrecorded += 1;
    else throw new Problem(409, "forgotten", `${part.id} of the canvas was forgotten: submit the canvas anew.`);
    return [];
  }
  if (canvas.kind === "chain") return canvas.steps;
  if (canvas.kind === "chord") return [{ id: canvas.header, task: null, result: canvas.header }, canvas.body];
  const group = toGroup(item);
  if (group?.end?.status !== "SUCCESS" && group !== null) held.groups.push(group);
  const members = await services.canvases.allMembers(canvas.id, chunkCount(canvas.total));
  return members.map((member) => member.part);
}
