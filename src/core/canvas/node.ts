import type { z } from "zod";
import { type Fault, faultsOf } from "../faults.ts";
import { pointer } from "../json.ts";
import { MAX_CHAIN, MAX_DEPTH, MAX_WIDTH } from "../limits.ts";
import { type TaskNode, TaskNodeSchema } from "./signature.ts";

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

/** A node, or every fault of what should have been one. */
export type ParsedNode =
  | { readonly node: Node; readonly faults: readonly [] }
  | { readonly node: null; readonly faults: readonly Fault[] };

type Path = readonly PropertyKey[];

const KINDS = ["task", "chain", "group", "chord"] as const;

/**
 * Reads a node. Unlike a schema of alternatives it knows which one was meant, and so names each fault at its place.
 * @param path where the node is in the request. @param schema that of its task nodes.
 */
export function parseNode(value: unknown, path: Path, schema: z.ZodType<TaskNode> = TaskNodeSchema): ParsedNode {
  const reader = new NodeReader(schema);
  const node = reader.node(value, path, 1);
  if (reader.tasks > MAX_WIDTH) reader.fault(path, `has ${reader.tasks} tasks; a submission may have ${MAX_WIDTH}`);
  if (node === null || reader.faults.length > 0) return { node: null, faults: reader.faults };
  return { node, faults: [] };
}

class NodeReader {
  readonly faults: Fault[] = [];
  tasks = 0;
  readonly #schema: z.ZodType<TaskNode>;

  constructor(schema: z.ZodType<TaskNode>) {
    this.#schema = schema;
  }

  fault(path: Path, message: string): null {
    this.faults.push({ path: pointer(path), message });
    return null;
  }

  node(value: unknown, path: Path, depth: number): Node | null {
    if (!isObject(value)) return this.fault(path, "is no node: expected an object with task, chain, group or chord");
    const kinds = KINDS.filter((kind) => Object.hasOwn(value, kind));
    const [kind] = kinds;
    if (kind === undefined)
      return this.fault(path, "is no node: expected one of the keys task, chain, group and chord");
    if (kinds.length > 1) return this.fault(path, `has the keys ${kinds.join(" and ")}; a node is exactly one of them`);
    if (kind === "task") return this.task(value, path);
    if (depth > MAX_DEPTH) return this.fault(path, `is nested more than ${MAX_DEPTH} levels deep`);
    this.refuseOtherKeys(value, [kind], path);
    if (kind === "chord") return this.chord(value["chord"], [...path, "chord"], depth);
    const nodes = this.nodes(
      value[kind],
      [...path, kind],
      depth,
      kind === "chain" ? { min: 1, max: MAX_CHAIN } : { min: 0, max: MAX_WIDTH },
    );
    if (nodes === null) return null;
    return kind === "chain" ? { chain: nodes } : { group: nodes };
  }

  task(value: unknown, path: Path): Node | null {
    this.tasks += 1;
    const parsed = this.#schema.safeParse(value);
    if (parsed.success) return parsed.data;
    this.faults.push(...faultsOf(parsed.error, path));
    return null;
  }

  chord(value: unknown, path: Path, depth: number): Node | null {
    if (!isObject(value)) return this.fault(path, "is no chord: expected an object with header and body");
    this.refuseOtherKeys(value, ["header", "body"], path);
    const header = this.nodes(value["header"], [...path, "header"], depth, { min: 0, max: MAX_WIDTH });
    const body = this.node(value["body"], [...path, "body"], depth + 1);
    return header === null || body === null ? null : { chord: { header, body } };
  }

  nodes(
    value: unknown,
    path: Path,
    depth: number,
    length: { readonly min: number; readonly max: number },
  ): Node[] | null {
    if (!Array.isArray(value)) return this.fault(path, "is no list of nodes");
    if (value.length < length.min) return this.fault(path, `has no nodes; expected at least ${length.min}`);
    if (value.length > length.max) return this.fault(path, `has ${value.length} nodes; expected at most ${length.max}`);
    const nodes = value.map((item: unknown, index) => this.node(item, [...path, index], depth + 1));
    const whole = nodes.filter((node) => node !== null);
    return whole.length === nodes.length ? whole : null;
  }

  refuseOtherKeys(value: Readonly<Record<string, unknown>>, known: readonly string[], path: Path): void {
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) this.fault([...path, key], "is not a known key");
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

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
