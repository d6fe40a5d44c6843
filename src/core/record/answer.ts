import { type TaskRecord, moduleOf } from "./record.ts";

/** A point in time as answers give it. */
export function rfc3339(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

/** A task's record as `GET /tasks` lists it: the contract's, without `result`. */
export function summaryOf(record: TaskRecord): Record<string, unknown> {
  const { call } = record;
  return {
    task_id: record.id,
    kind: "task",
    task: call.task,
    status: record.status,
    error: record.error,
    progress: record.progress,
    retries: record.retries,
    queue: moduleOf(call.task),
    parent_id: call.parent,
    root_id: call.root,
    group_id: call.group,
    group_index: call.group_index,
    children: record.children,
    created_at: rfc3339(call.created),
    started_at: rfc3339(record.started),
    done_at: rfc3339(record.done),
    runtime: record.runtime,
  };
}
