import { argumentFaults } from "./arguments.ts";
import type { Fault } from "./faults.ts";
import { pointer } from "./json.ts";
import type { KnownTask } from "./registry.ts";
import type { TaskNode } from "./signature.ts";

/** What is known of the tasks that are deployed. */
export interface TaskLookup {
  find(name: string): KnownTask | null;
  /** The longest hard limit of a module's tasks, seconds: its function ends soon after. */
  longestLimit(module: string): number;
}

/**
 * Every fault of a task node: an unknown task, arguments that its schemas refuse, limits that cannot hold.
 * @param prepended whether a result will be put before the arguments, which then are checked when the task starts.
 * @param path where the node is in the request.
 */
export function nodeFaults(
  node: TaskNode,
  lookup: TaskLookup,
  prepended: boolean,
  path: readonly PropertyKey[],
): Fault[] {
  const task = lookup.find(node.task);
  if (task === null)
    return [{ path: pointer([...path, "task"]), message: `names no task: "${shown(node.task)}" is not registered` }];
  const { name, schemas } = task;
  const prefix = pointer(path);
  const faults = argumentFaults({ name, ...schemas }, node.args, node.kwargs)
    .filter((fault) => !(prepended && !node.immutable && fault.path.startsWith("/args")))
    .map((fault) => ({ ...fault, path: prefix + fault.path }));
  return [...faults, ...limitFaults(node, task, lookup, path), ...linkFaults(node, lookup, path)];
}

function limitFaults(node: TaskNode, task: KnownTask, lookup: TaskLookup, path: readonly PropertyKey[]): Fault[] {
  const { time_limit: hard, soft_time_limit: soft } = node.options;
  const longest = lookup.longestLimit(task.module);
  if (hard !== undefined && hard > longest) {
    const message = `is above ${longest} s, the longest hard limit of the module "${task.module}", which its function is made for`;
    return [{ path: pointer([...path, "options", "time_limit"]), message }];
  }
  if (hard === undefined && soft !== undefined && soft > task.time_limit) {
    const message = `is above the task's hard limit of ${task.time_limit} s`;
    return [{ path: pointer([...path, "options", "soft_time_limit"]), message }];
  }
  return [];
}

function linkFaults(node: TaskNode, lookup: TaskLookup, path: readonly PropertyKey[]): Fault[] {
  return (["link", "link_error"] as const).flatMap((kind) =>
    (node.options[kind] ?? []).flatMap((link, index) =>
      nodeFaults(link, lookup, true, [...path, "options", kind, index]),
    ),
  );
}

/** Input may be shown in an error, but not megabytes of it. */
function shown(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}
