import type { TaskNode } from "./signature.ts";

/** What can be run: a task, or tasks one after the other, side by side, or side by side with one after them. */
export type Node = TaskNode | ChainNode | GroupNode | ChordNode;

export interface ChainNode {
  readonly chain: readonly Node[];
}

export interface GroupNode {
  readonly group: readonly Node[];
}

export interface ChordNode {
  readonly chord: { readonly header: readonly Node[]; readonly body: Node };
}

export const isTaskNode = (node: Node): node is TaskNode => "task" in node;
export const isChainNode = (node: Node): node is ChainNode => "chain" in node;
export const isGroupNode = (node: Node): node is GroupNode => "group" in node;

type Path = readonly PropertyKey[];

/** The task nodes of `node` with their places, in submitted order, and whether a result is prepended to each. */
export function* taskNodes(
  node: Node,
  path: Path,
  prepended: boolean,
): Generator<{ node: TaskNode; path: Path; prepended: boolean }> {
  if (isTaskNode(node)) yield { node, path, prepended };
  else if (isChainNode(node)) {
    for (const [index, step] of node.chain.entries())
      yield* taskNodes(step, [...path, "chain", index], prepended || index > 0);
  } else if (isGroupNode(node)) {
    for (const [index, member] of node.group.entries()) yield* taskNodes(member, [...path, "group", index], prepended);
  } else {
    for (const [index, member] of node.chord.header.entries())
      yield* taskNodes(member, [...path, "chord", "header", index], prepended);
    yield* taskNodes(node.chord.body, [...path, "chord", "body"], true);
  }
}
