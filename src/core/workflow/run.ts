import { type TaskLookup, nodeFaults } from "../define/check.ts";
import type { Fault } from "../faults.ts";
import { pointer } from "../json.ts";
import { type Node, isChainNode, isGroupNode, isTaskNode, taskNodes } from "../canvas/node.ts";

/** What a run of a workflow is given. */
export interface RunArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/**
 * The canvas of one run. As Celery's `apply_async(args, kwargs)` does, `args` go before the arguments of the tasks that
 * come first (of a group, every member's), and `kwargs` over theirs; a task that is immutable is left as it is.
 */
export function withArguments(node: Node, given: RunArguments): Node {
  if (isTaskNode(node)) {
    if (node.immutable) return node;
    return { ...node, args: [...given.args, ...node.args], kwargs: { ...node.kwargs, ...given.kwargs } };
  }
  if (isChainNode(node)) {
    const [first, ...rest] = node.chain;
    return first === undefined ? node : { chain: [withArguments(first, given), ...rest] };
  }
  if (isGroupNode(node)) return { group: node.group.map((member) => withArguments(member, given)) };
  const { header, body } = node.chord;
  return { chord: { header: header.map((member) => withArguments(member, given)), body } };
}

/**
 * Every fault of what a run is given, by the schemas of the tasks that take it; paths begin with `/args` and `/kwargs`.
 */
export function runFaults(node: Node, given: RunArguments, lookup: TaskLookup): Fault[] {
  const first = [...taskNodes(withArguments(node, given), [], false)].filter((task) => !task.prepended);
  const faults = first.flatMap((task) => {
    const prefix = pointer(task.path);
    return nodeFaults(task.node, lookup, false, task.path).map((fault) => ({
      ...fault,
      path: inRequest(fault.path.slice(prefix.length), given.args.length),
    }));
  });
  // The members of a group that comes first take the same, and so mostly object to the same.
  return [...new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault])).values()];
}

/**
 * A place among a task's arguments as one in the request: past those that the request gave, the list as a whole is
 * meant.
 */
function inRequest(path: string, given: number): string {
  const index = /^\/args\/(\d+)/.exec(path)?.[1];
  return index !== undefined && Number(index) >= given ? "/args" : path;
}
