import { derivedId } from "../aws/ids.ts";
import type { Runtime } from "../aws/runtime.ts";
import { submitTask } from "../client/submit.ts";
import type { Call } from "../core/message.ts";
import type { TaskRecord } from "../core/record.ts";

/** The ids of the tasks that a task's links become. */
export function linkIds(task: { readonly id: string; readonly call: Call }, kind: "link" | "link_error"): string[] {
  return task.call[kind].map((link, index) => link.options.task_id ?? derivedId(task.id, kind, String(index)));
}

/** Submits a task's links: they get its result, or its id where it failed. Those of a task that was revoked or never ran are not called. */
export async function startLinks(runtime: Runtime, record: TaskRecord): Promise<void> {
  const neverRan = record.error !== null && record.error.task_id !== record.id && record.replacement === null;
  if (record.status === "REVOKED" || neverRan) return;
  const kind = record.status === "SUCCESS" ? "link" : "link_error";
  const links = record.call[kind];
  if (links.length === 0) return;
  const result: unknown =
    kind === "link"
      ? JSON.parse(record.result === null ? "null" : await runtime.payloads.load(record.result))
      : record.id;
  const ids = linkIds(record, kind);
  for (const [index, link] of links.entries()) {
    const id = ids[index] ?? derivedId(record.id, kind, String(index));
    const args = link.immutable ? link.args : [result, ...link.args];
    // Its id derives from the task's, so it is not the client's choice that may be taken.
    const { task_id: _, ...options } = link.options;
    await submitTask(runtime, {
      id,
      node: { ...link, args, options },
      context: {
        root: record.call.root,
        parent: record.id,
        group: null,
        groupIndex: null,
        correlation: record.call.correlation,
        origin: record.call.task,
        now: record.done ?? record.call.created,
      },
    });
  }
}
