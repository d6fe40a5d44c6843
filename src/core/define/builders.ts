import { CanvasEmpty } from "../errors.ts";
import type { After, Follow, LastResult, ResultOf, Results, TakenBy, TakenByAll, Typed } from "../canvas/flow.ts";
import { type GroupNode, type Node, isChainNode, isGroupNode, isTaskNode } from "../canvas/node.ts";
import { type CallOptions, type NodeOptions, mergeOptions, wireOptions } from "../canvas/signature.ts";
import { type TaskHandle, submitNode } from "../canvas/submitter.ts";
import type { Task } from "./task.ts";

/** Options that make sense for more than one task. */
export type CanvasOptions = Omit<CallOptions, "taskId" | "link" | "linkError">;

/** A canvas, not yet submitted. It gives a `Result`, and takes a `Taken` where a result is prepended. */
export interface Canvas<Result = unknown, Taken = unknown> extends Typed<Result, Taken> {
  readonly node: Node;
  /** Submits it. @throws InvalidCanvas */
  delay(): Promise<TaskHandle>;
  /**
   * Submits it with these options added: to the first task of a chain, to all members of a group, to header and body of
   * a chord.
   * @throws InvalidCanvas
   */
  applyAsync(options: CanvasOptions): Promise<TaskHandle>;
}

/** A group: as a member of another, or of a header, its members take its place. */
export interface Group<List = unknown, Taken = unknown> extends Canvas<List, Taken> {
  readonly node: GroupNode;
}

/** What a canvas is made of: a signature, another canvas, or a task as it is. */
export type Step = { readonly node: Node };

/**
 * Runs steps one after the other; each gets the result of the one before. A step that cannot take it is a type error,
 * where that can be known.
 * @throws CanvasEmpty without steps.
 */
export function chain<const Steps extends readonly Step[]>(
  ...steps: Steps & Follow<Steps>
): Canvas<LastResult<Steps>, TakenBy<Steps[0]>> {
  if (steps.length === 0) throw new CanvasEmpty("chain");
  return canvasOf({ chain: steps.map(nodeOf) });
}

/** Runs members side by side; the result is the list of theirs, in this order. */
export function group<const Members extends readonly Step[]>(
  ...members: Members
): Group<Results<Members>, TakenByAll<Members>>;
export function group<Member extends Step>(members: Iterable<Member>): Group<Results<Member[]>, TakenByAll<Member[]>>;
export function group(...members: readonly (Step | Iterable<Step>)[]): Group {
  const steps = members.flatMap((member) => (Symbol.iterator in member ? [...member] : [member]));
  const node = { group: steps.map(nodeOf) };
  return { ...canvasOf(node), node };
}

/** Runs a header side by side, then a body that gets the list of its results. */
export function chord<const Header extends readonly Step[], Body extends Step>(
  header: readonly [...Header],
  body: Body & After<Results<Header>, Body>,
): Canvas<ResultOf<Body>, TakenByAll<Header>> {
  return canvasOf({ chord: { header: header.map(nodeOf), body: nodeOf(body) } });
}

/**
 * Runs a task for each item, several items in one task, which takes them one after the other. The result is a list of
 * lists.
 * @param items lists of arguments. @param size items of one task, at least 1.
 */
export function chunks<Args extends readonly unknown[], Kwargs, Result>(
  task: Task<Args, Kwargs, Result>,
  items: Iterable<Args>,
  size: number,
): Group<Result[][]> {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`chunks(${task.name}, items, ${size}): expected a whole number of items, at least 1.`);
  }
  const all = [...items];
  const starts = Array.from({ length: Math.ceil(all.length / size) }, (_, n) => n * size);
  return group(starts.map((start) => task.starmap(all.slice(start, start + size))));
}

/** The node of a step. @throws TypeError for what is none, such as a task's name or the handle of one that was sent. */
export function nodeOf(step: Step): Node {
  if (isStep(step)) return step.node;
  throw new TypeError(`${shown(step)} is no step: expected a task, a signature or a canvas, such as add.s(1, 2).`);
}

function isStep(value: unknown): value is { readonly node: Node } {
  if (typeof value !== "object" || value === null || !("node" in value)) return false;
  return typeof value.node === "object" && value.node !== null;
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 100));
  if (typeof value === "object" && value !== null && "taskId" in value) return "The handle of a task that was sent";
  return value === null ? "null" : `What is of type ${typeof value}`;
}

/** The canvas of a node. */
export function canvasOf<Result, Taken>(node: Node): Canvas<Result, Taken> {
  return {
    node,
    delay: () => submitNode(node),
    applyAsync: (options) => submitNode(withOptions(node, wireOptions(options))),
  };
}

/** A node with these options added, where {@link Canvas.applyAsync} adds them. */
export function withOptions(node: Node, options: NodeOptions): Node {
  const added = (inner: Node): Node => withOptions(inner, options);
  if (isTaskNode(node)) return { ...node, options: mergeOptions(node.options, options) };
  if (isChainNode(node)) return { chain: node.chain.map((step, index) => (index === 0 ? added(step) : step)) };
  if (isGroupNode(node)) return { group: node.group.map(added) };
  return { chord: { header: node.chord.header.map(added), body: added(node.chord.body) } };
}
