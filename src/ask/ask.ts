import { toGroup } from "../aws/canvas-table.ts";
import type { Services } from "../aws/services.ts";
import { toRecord } from "../aws/task-table.ts";
import type { ResultAnswer, TaskAnswer } from "../core/http/answer-schemas.ts";
import { summaryOf } from "../core/http/answer.ts";
import { type Caller, type Owner, mayAccess } from "../core/record/caller.ts";
import type { GroupRecord } from "../core/record/canvas.ts";
import { Problem } from "../core/http/problem.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { isFinal } from "../core/record/states.ts";
import { describeGroup } from "./group.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a path can name anything at all: DynamoDB refuses keys above 2 KB, and a path may have 10. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** A task or a group that was asked for. */
export type Found =
  | { readonly kind: "task"; readonly record: TaskRecord }
  | { readonly kind: "group"; readonly record: GroupRecord };

/** The task or group `id`, or null. */
export async function lookUp(services: Services, id: string): Promise<Found | null> {
  const item = isId(id) ? await services.table.get(id.toLowerCase()) : null;
  const task = toRecord(item, services.now());
  if (task !== null) return { kind: "task", record: task };
  const group = toGroup(item);
  return group === null ? null : { kind: "group", record: group };
}

/**
 * The task or group `id`, as far as it is the caller's.
 * @throws Problem 404 where there is none, its time is over, or it is another's: a caller a caller that may not see
 *   it is not told that it is there.
 */
export async function find(services: Services, id: string, caller: Caller): Promise<Found> {
  const found = await lookUp(services, id);
  if (found !== null && mayAccess(caller, ownerOf(found))) return found;
  throw new Problem(404, "unknown_task", "There is no task or group with this id, or its time is over.");
}

function ownerOf(found: Found): Owner | null {
  return found.kind === "task" ? found.record.call.owner : found.record.group.owner;
}

/** The record of the task `id`. @throws Problem 404 as {@link find} does. */
export async function findTask(services: Services, id: string, caller: Caller): Promise<TaskRecord> {
  const found = await find(services, id, caller);
  if (found.kind === "task") return found.record;
  throw new Problem(404, "unknown_task", "This is a group, not a task.");
}

/** Whether what was asked for has ended. */
export function hasEnded(found: Found): boolean {
  return found.kind === "task" ? isFinal(found.record.status) : found.record.end !== null;
}

/** What was asked for, with its result, as JSON text. */
export function describe(services: Services, found: Found): Promise<string> {
  return found.kind === "task" ? describeTask(services, found.record) : describeGroup(services, found.record);
}

/** A task's record with its result, as JSON text. */
export async function describeTask(
  services: Services,
  record: TaskRecord,
  extra: Partial<Omit<TaskAnswer, keyof ResultAnswer>> = {},
): Promise<string> {
  const children = record.child_pages === 0 ? record.children : await services.children.of(record);
  const summary = { ...summaryOf(record), children, ...extra };
  return record.result === null
    ? JSON.stringify({ ...summary, result: null })
    : services.payloads.embed(summary, record.result);
}
