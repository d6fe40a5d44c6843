import type { Node } from "./node.ts";

/** A canvas, not yet submitted. */
export interface Canvas {
  readonly node: Node;
}

/** What a canvas is made of: a signature, or another canvas. */
type Step = Canvas;

/** Runs steps one after the other; each gets the result of the one before. */
export function chain(...steps: readonly Step[]): Canvas {
  return { node: { chain: steps.map((step) => step.node) } };
}

/** Runs members side by side; the result is the list of theirs. */
export function group(...members: readonly Step[]): Canvas {
  return { node: { group: members.map((member) => member.node) } };
}

/** Runs a header side by side, then a body that gets the list of its results. */
export function chord(header: readonly Step[], body: Step): Canvas {
  return { node: { chord: { header: header.map((member) => member.node), body: body.node } } };
}
