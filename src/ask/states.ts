import { toGroup } from "../aws/canvas-table.ts";
import type { Services } from "../aws/services.ts";
import type { Item } from "../aws/table.ts";
import { toRecord } from "../aws/task-table.ts";
import type { State, StateAnswer } from "../core/http/answer-schemas.ts";
import { rfc3339 } from "../core/http/answer.ts";
import { type Caller, type Owner, mayAccess } from "../core/record/caller.ts";
import type { GroupRecord } from "../core/record/canvas.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { type GroupProgress, progressOf } from "./progress.ts";

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

/** The state of a group that is so far. */
export function groupState({ group, end }: GroupRecord, progress: GroupProgress | undefined): State {
  return {
    ...WAITING,
    status: progress?.status ?? "PENDING",
    error: end?.error ?? null,
    started_at: rfc3339(progress?.started ?? null),
    done_at: rfc3339(end?.done ?? null),
    runtime: end === null || end.started === null ? null : (end.done - end.started) / 1000,
    total: group.total,
    completed: progress?.completed ?? 0,
    failed: progress?.failed ?? 0,
  };
}

/** The states of the caller's tasks and groups by their ids; what is neither, or has no record yet, is left out. */
export async function statesOf(services: Services, ids: readonly string[], caller: Caller): Promise<StateAnswer[]> {
  const read = await services.table.getMany(ids);
  const items = new Map([...read].filter(([, item]) => mayAccess(caller, ownerOf(services, item))));
  const groups = ids.flatMap((id) => toGroup(items.get(id) ?? null) ?? []);
  const progress = await progressOf(services, groups);
  return ids.flatMap((id) => {
    const found = stateOf(services, items.get(id) ?? null, progress);
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
  progress: ReadonlyMap<string, GroupProgress>,
): Omit<StateAnswer, "task_id"> | null {
  const task = toRecord(item, services.now());
  if (task !== null) return { kind: "task", ...taskState(task) };
  const group = toGroup(item);
  return group === null ? null : { kind: "group", ...groupState(group, progress.get(group.group.id)) };
}
