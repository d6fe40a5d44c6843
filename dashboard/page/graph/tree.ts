import type { Graph } from "../api.ts";

export type GraphNode = Graph["nodes"][number];

/** A node with what it holds, in order. */
export interface Branch {
  readonly node: GraphNode;
  /** Steps, members, header and body, or what runs in a task's place. */
  readonly parts: readonly Branch[];
  /** Tasks that a task has started. */
  readonly started: readonly Branch[];
}

/** The nodes as a tree. @returns null where there is none. */
export function treeOf(nodes: readonly GraphNode[]): Branch | null {
  const inside = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    if (node.in === null) continue;
    const others = inside.get(node.in);
    if (others === undefined) inside.set(node.in, [node]);
    else others.push(node);
  }
  const branch = (node: GraphNode): Branch => {
    const held = (inside.get(node.id) ?? []).toSorted((a, b) => a.index - b.index);
    return {
      node,
      parts: held.filter((one) => one.role !== "link").map(branch),
      started: held.filter((one) => one.role === "link").map(branch),
    };
  };
  const top = nodes.find((node) => node.in === null);
  return top === undefined ? null : branch(top);
}

/** The tasks and groups of a graph in the order in which they run, as far as one can tell. */
export function inOrder(branch: Branch): GraphNode[] {
  return [branch.node, ...branch.parts.flatMap(inOrder), ...branch.started.flatMap(inOrder)];
}

/** How many tasks are in which state: those of wide groups as far as their counts tell. */
export interface Tally {
  readonly total: number;
  readonly success: number;
  readonly failure: number;
  readonly running: number;
}

/** Counts the tasks of a graph. */
export function tallyOf(nodes: readonly GraphNode[]): Tally {
  const tally = { total: 0, success: 0, failure: 0, running: 0 };
  for (const node of nodes) {
    if (node.kind === "task") {
      tally.total += 1;
      if (node.status === "SUCCESS") tally.success += 1;
      else if (node.status === "FAILURE" || node.status === "REVOKED") tally.failure += 1;
      else if (node.status !== "PENDING") tally.running += 1;
    } else if (isWide(node)) {
      tally.total += node.total ?? 0;
      tally.success += node.completed ?? 0;
      tally.failure += node.failed ?? 0;
    }
  }
  return tally;
}

/** Whether a group is one node with its counts, since its members are too many to be drawn. */
export function isWide(node: GraphNode): boolean {
  return node.kind === "group" && node.hidden > 0 && node.hidden === node.total;
}
