import { argumentFaults, argumentLists } from "./arguments.ts";
import type { Fault } from "../faults.ts";
import { pointer } from "../json.ts";
import { MAX_OPTIONS } from "../limits.ts";
import { type Node, taskNodes } from "../canvas/node.ts";
import type { KnownTask } from "./registry.ts";
import type { TaskNode } from "../canvas/signature.ts";

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
  const prefix = pointer(path);
  const faults = faultsOfArguments(node, task)
    .filter((fault) => !(prepended && !node.immutable && fault.path.startsWith("/args")))
    .map((fault) => ({ ...fault, path: prefix + fault.path }));
  return [
    ...faults,
    ...sizeFaults(node, path),
    ...limitFaults(node, task, lookup, path),
    ...linkFaults(node, lookup, path),
  ];
}

/** Options, links among them, are kept in the task's item. */
function sizeFaults(node: TaskNode, path: readonly PropertyKey[]): Fault[] {
  const bytes = new TextEncoder().encode(JSON.stringify(node.options)).length;
  if (bytes <= MAX_OPTIONS) return [];
  const message = `has ${bytes} bytes of JSON; ${MAX_OPTIONS} are allowed. Large data belongs into the arguments of a task of the canvas`;
  return [{ path: pointer([...path, "options"]), message }];
}

function faultsOfArguments(node: TaskNode, { name, schemas }: KnownTask): Fault[] {
  const { each, args, kwargs } = node;
  if (each === undefined) return argumentFaults({ name, ...schemas }, args, kwargs);
  const byItem = [...argumentLists(each, args)].flatMap((list, index) => {
    if (list === null) return [{ path: `/args/${index}`, message: "is no list of arguments" }];
    const place = each === "map" ? /^\/args(?:\/0)?/ : /^\/args/;
    return argumentFaults({ name, ...schemas }, list, kwargs).map((fault) => ({
      ...fault,
      path: fault.path.replace(place, `/args/${index}`),
    }));
  });
  // Each item objects to the same keyword arguments.
  return [...new Map(byItem.map((fault) => [`${fault.path} ${fault.message}`, fault])).values()];
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

/** Every fault of a canvas: those of its tasks, and ids that two of them have. */
export function canvasFaults(node: Node, lookup: TaskLookup): Fault[] {
  const seen = new Set<string>();
  return [...taskNodes(node, [], false)].flatMap((task) => {
    const faults = nodeFaults(task.node, lookup, task.prepended, task.path);
    const { task_id: id } = task.node.options;
    const isRepeated = id !== undefined && seen.has(id);
    if (id !== undefined) seen.add(id);
    if (!isRepeated) return faults;
    const path = pointer([...task.path, "options", "task_id"]);
    return [...faults, { path, message: "is the id of another task of this canvas" }];
  });
}

/** Input may be shown in an error, but not megabytes of it. */
function shown(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}
