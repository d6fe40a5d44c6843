import type { z } from "zod";
import { argumentFaults, argumentLists } from "./arguments.ts";
import type { Fault } from "../faults.ts";
import { pointer } from "../json.ts";
import { MAX_OPTIONS } from "../limits.ts";
import { type Node, taskNodes } from "../canvas/node.ts";
import { parseNode } from "../canvas/parse-node.ts";
import { type PlacedTask, readTaskAt } from "../canvas/read-task.ts";
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
  const before = prepended && !node.immutable ? 1 : 0;
  const faults = faultsOfArguments(node, task, before).map((fault) => ({ ...fault, path: prefix + fault.path }));
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

function faultsOfArguments(node: TaskNode, task: KnownTask, prepended: number): Fault[] {
  const { each, args, kwargs } = node;
  const signed = { name: task.name, ...task.schemas, parameters: task.parameters, fewest: task.fewest, json: task };
  if (each === undefined) return argumentFaults(signed, args, kwargs, prepended);
  const byItem = [...argumentLists(each, args)].flatMap((list, index) => {
    if (list === null) return [{ path: `/args/${index}`, message: "is no list of arguments" }];
    const place = each === "map" ? /^\/args(?:\/0)?/ : /^\/args/;
    return argumentFaults(signed, list, kwargs).map((fault) => ({
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

/**
 * Reads a canvas and checks it. @param schema that of its task nodes. @default that of the HTTP contract
 * @returns the node, or every fault: of its shape, and of what is meant by the parts that could be read.
 */
export function readCanvas(
  value: unknown,
  path: readonly PropertyKey[],
  lookup: TaskLookup,
  schema?: z.ZodType<TaskNode>,
): { readonly node: Node; readonly faults: readonly [] } | { readonly node: null; readonly faults: readonly Fault[] } {
  const { node, faults, tasks } = parseNode(value, path, schema);
  const meant = node === null ? tasks.flatMap((task) => faultsOfPart(task, lookup)) : canvasFaults(node, lookup, path);
  if (node !== null && meant.length === 0) return { node, faults: [] };
  return { node: null, faults: withoutRepeats(faults, meant) };
}

/** Faults of shape, and those of what is meant at other places. */
function withoutRepeats(faults: readonly Fault[], meant: readonly Fault[]): Fault[] {
  const known = new Set(faults.map((fault) => fault.path));
  return [...faults, ...meant.filter((fault) => !known.has(fault.path))];
}

/** Reads a node that is to be one task, and checks it, as {@link readCanvas} does. */
export function readTask(
  value: unknown,
  path: readonly PropertyKey[],
  lookup: TaskLookup,
):
  | { readonly node: TaskNode; readonly faults: readonly [] }
  | { readonly node: null; readonly faults: readonly Fault[] } {
  const read = readTaskAt(value, path, false);
  const repeated = read.node === null ? [] : repeatedIds([{ node: read.node, path }], "this request");
  const meant = [...read.tasks.flatMap((task) => faultsOfPart(task, lookup)), ...repeated];
  if (read.node !== null && meant.length === 0) return { node: read.node, faults: [] };
  return { node: null, faults: withoutRepeats(read.faults, meant) };
}

function faultsOfPart({ node, path, prepended, hasArguments }: PlacedTask, lookup: TaskLookup): Fault[] {
  if (hasArguments || lookup.find(node.task) === null) return nodeFaults(node, lookup, prepended, path);
  return [];
}

/**
 * Every fault of a canvas: those of its tasks, and ids that two of them have.
 * @param at where it is in the request.
 * @default at its top
 */
export function canvasFaults(node: Node, lookup: TaskLookup, at: readonly PropertyKey[] = []): Fault[] {
  const tasks = [...taskNodes(node, at, false)];
  const faults = tasks.flatMap((task) => nodeFaults(task.node, lookup, task.prepended, task.path));
  return [...faults, ...repeatedIds(tasks, "this canvas")];
}

/**
 * A fault for each id that a task, or a link, has of an earlier one of the same request. @param whole what they are of.
 */
export function repeatedIds(
  tasks: readonly { readonly node: TaskNode; readonly path: readonly PropertyKey[] }[],
  whole: string,
): Fault[] {
  const seen = new Set<string>();
  return tasks.flatMap(({ node, path }) =>
    chosenIds(node, path).flatMap((chosen) => {
      if (seen.has(chosen.id)) return [{ path: chosen.path, message: `is the id of another task of ${whole}` }];
      seen.add(chosen.id);
      return [];
    }),
  );
}

/** The ids that a client chose for a task and its links, and their places. */
function chosenIds({ options }: TaskNode, path: readonly PropertyKey[]): { id: string; path: string }[] {
  const { task_id: id } = options;
  const own = id === undefined ? [] : [{ id, path: pointer([...path, "options", "task_id"]) }];
  const links = (["link", "link_error"] as const).flatMap((kind) =>
    (options[kind] ?? []).flatMap((link, index) => chosenIds(link, [...path, "options", kind, index])),
  );
  return [...own, ...links];
}

/** Input may be shown in an error, but not megabytes of it. */
function shown(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`;
}
