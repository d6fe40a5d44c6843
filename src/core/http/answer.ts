import { type TaskRecord, moduleOf } from "../record/record.ts";
import type { TaskRow, TaskSummary } from "./answer-schemas.ts";
import { previewOf } from "./search.ts";

/** A point in time as answers give it. @param milliseconds since 1970. */
export function rfc3339(milliseconds: number): string;
export function rfc3339(milliseconds: number | null): string | null;
export function rfc3339(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

/** A task's record as `GET /tasks` lists it: the contract's, without `result`. */
export function summaryOf(record: TaskRecord): TaskSummary {
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

/** A task's record as the monitor lists it: with the beginning of its arguments. */
export function rowOf(record: TaskRecord): TaskRow {
  return { ...summaryOf(record), arguments: previewOf(record), due_at: rfc3339(dueOf(record)) };
}

/** When a task that waits may start; null where it waits for a turn alone, or for no attempt. */
function dueOf({ status, due, call }: TaskRecord): number | null {
  if (status === "RETRY") return due;
  return status === "PENDING" ? call.eta : null;
}
