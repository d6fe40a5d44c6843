import { type GroupNode, type Node, isChainNode, isGroupNode, isTaskNode } from "./node.ts";

/**
 * The same canvas in its normal form, which is what is planned: no chain directly in a chain, no chain of one, no group
 * directly in a group or header, and no group in a chain but at its end: one that is followed by a node is the header
 * of a chord.
 */
export function normalize(node: Node): Node {
  if (isTaskNode(node)) return node;
  if (isGroupNode(node)) return { group: members(node.group) };
  if (isChainNode(node)) return chain(flatSteps(node.chain));
  return { chord: { header: members(node.chord.header), body: normalize(node.chord.body) } };
}

/** Only a group that is a member itself flattens; one in a chain, even a chain of one, keeps its list. */
function members(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => (isGroupNode(node) ? members(node.group) : [normalize(node)]));
}

function flatSteps(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => (isChainNode(node) ? flatSteps(node.chain) : [normalize(node)]));
}

/** From the end: each group takes what follows it as its body. */
function chain(steps: readonly Node[]): Node {
  const joined: Node[] = [];
  for (const step of steps.toReversed()) {
    const next = joined.at(-1);
    if (isGroupNode(step) && next !== undefined) joined[joined.length - 1] = chord(step, next);
    else joined.push(step);
  }
  const [only] = joined;
  return joined.length === 1 && only !== undefined ? only : { chain: joined.toReversed() };
}

function chord(group: GroupNode, body: Node): Node {
  return { chord: { header: group.group, body } };
}
