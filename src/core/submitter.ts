import { CeleriacError } from "./errors.ts";
import { type CallOptions, type TaskNode, wireOptions } from "./signature.ts";
import { checkArguments } from "./arguments.ts";
import type { Task } from "./task.ts";

/** A task that was submitted from code. */
export interface TaskHandle {
  readonly taskId: string;
}

/** Sends a node that was checked; inside a task its supervisor does, elsewhere a client that was connected. */
export type Submitter = (node: TaskNode) => Promise<TaskHandle>;

let current: Submitter | null = null;

/** Says who sends what `delay` and `applyAsync` are called for. */
export function setSubmitter(submitter: Submitter | null): void {
  current = submitter;
}

/**
 * Submits `task`.
 * @throws InvalidArguments where the arguments do not fit its schemas.
 * @throws CeleriacError `not_connected` outside a task, where nobody was named by {@link setSubmitter}.
 */
export async function submit(
  task: Task,
  call: { readonly args: readonly unknown[]; readonly kwargs?: unknown } & CallOptions,
): Promise<TaskHandle> {
  const { args, kwargs, ...options } = call;
  const checked = checkArguments(task, args, kwargs ?? {});
  if (current === null) {
    throw new CeleriacError(
      "not_connected",
      `${task.name} was called outside a task. Call connect() of "celeriac/client" first.`,
    );
  }
  return current({
    task: task.name,
    args: checked.args,
    kwargs: checked.kwargs,
    options: wireOptions(options),
    immutable: false,
  });
}
