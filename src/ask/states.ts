import { toGroup } from "../aws/canvas-table.ts";
import type { Services } from "../aws/services.ts";
import type { Item } from "../aws/table.ts";
import { toRecord } from "../aws/task-table.ts";
import type { State, StateAnswer } from "../core/http/answer-schemas.ts";
import { rfc3339 } from "../core/http/answer.ts";
import { type Caller, type Owner, mayAccess } from "../core/record/caller.ts";
import type { GroupRecord } from "../core/record/canvas.ts";
import { chunkCount, chunkSize } from "../core/canvas/place.ts";
import type { TaskRecord } from "../core/record/record.ts";

/** Wide groups whose counts one look reads, up to 40 items each; of further ones they are left out. */
const COUNTED_GROUPS = 5;

/** The state of what has no record yet, or is no task. */
export const WAITING: State = {
  status: "PENDING",
  error: null,
  progress: null,
  retries: 0,
  started_at: null,
  done_at: null,
  runtime: null,
  total: null,
  completed: null,
  failed: null,
};

/** The state of a task. */
export function taskState(record: TaskRecord): State {
  const { status, error, progress, retries, runtime } = record;
  const times = { started_at: rfc3339(record.started), done_at: rfc3339(record.done) };
  return { ...WAITING, status, error, progress, retries, runtime, ...times };
}

/** The state of a group; `counts` where somebody has read how many members have ended. */
export function groupState(record: GroupRecord, counts: { completed: number; failed: number } | null): State {
  const { group, end } = record;
  const known = end ?? counts;
  const begun = known !== null && known.completed + known.failed > 0;
  return {
    ...WAITING,
    status: end?.status ?? (begun ? "STARTED" : "PENDING"),
    error: end?.error ?? null,
    started_at: rfc3339(end?.started ?? null),
    done_at: rfc3339(end?.done ?? null),
    runtime: end === null || end.started === null ? null : (end.done - end.started) / 1000,
    total: group.total,
    completed: known?.completed ?? null,
    failed: known?.failed ?? null,
  };
}

/** The states of the caller's tasks and groups by their ids; what is neither, or has no record yet, is left out. */
export async function statesOf(services: Services, ids: readonly string[], caller: Caller): Promise<StateAnswer[]> {
  const read = await services.table.getMany(ids);
  const items = new Map([...read].filter(([, item]) => mayAccess(caller, ownerOf(services, item))));
  const groups = ids.flatMap((id) => toGroup(items.get(id) ?? null) ?? []);
  const counts = await countsOf(services, groups);
  return ids.flatMap((id) => {
    const found = stateOf(services, items.get(id) ?? null, counts);
    return found === null ? [] : [{ task_id: id, ...found }];
  });
}

/** Whose an item is; null where it is nobody's. */
export function ownerOf(services: Services, item: Item): Owner | null {
  return toRecord(item, services.now())?.call.owner ?? toGroup(item)?.group.owner ?? null;
}

/** The state of the task or group that an item is; null where it is neither. */
export function stateOf(
  services: Services,
  item: Item | null,
  counts: GroupCounts = new Map(),
): Omit<StateAnswer, "task_id"> | null {
  const task = toRecord(item, services.now());
  if (task !== null) return { kind: "task", ...taskState(task) };
  const group = toGroup(item);
  return group === null ? null : { kind: "group", ...groupState(group, counts.get(group.group.id) ?? null) };
}

/** How many members of groups have ended, by the groups' ids. */
export type GroupCounts = ReadonlyMap<string, { completed: number; failed: number }>;

/**
 * Counts members of wide groups that run, by the sets of their chunks. The others' members have to be looked at one by
 * one.
 */
export async function countsOf(services: Services, groups: readonly GroupRecord[]): Promise<GroupCounts> {
  const wide = groups.filter(({ group, end }) => end === null && isWide(group.total)).slice(0, COUNTED_GROUPS);
  const counted = await Promise.all(
    wide.map(
      async ({ group }) => [group.id, await services.canvases.counts(group.id, chunkCount(group.total))] as const,
    ),
  );
  return new Map(counted);
}

/** Whether a group's members are started many together, and its chunks know how many of them have ended. */
export function isWide(total: number): boolean {
  return chunkSize(total) > 1;
}
