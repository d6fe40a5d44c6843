import type { z } from "zod";
import type { Fault } from "../faults.ts";
import { pointer } from "../json.ts";
import { MAX_CHAIN, MAX_DEPTH, MAX_TASKS, MAX_WIDTH } from "../limits.ts";
import type { Node } from "./node.ts";
import { type PlacedTask, type TaskReader, readTaskNode } from "./read-task.ts";
import type { TaskNode } from "./signature.ts";

/**
 * A node, or every fault of what should have been one; with the task nodes in it that could be read, whatever is wrong
 * elsewhere.
 */
export type ParsedNode = { readonly tasks: readonly PlacedTask[] } & (
  | { readonly node: Node; readonly faults: readonly [] }
  | { readonly node: null; readonly faults: readonly Fault[] }
);

type Path = readonly PropertyKey[];

const KINDS = ["task", "chain", "group", "chord"] as const;

interface Length {
  readonly min: number;
  readonly max: number;
}

const CHAIN: Length = { min: 1, max: MAX_CHAIN };
const GROUP: Length = { min: 0, max: MAX_WIDTH };

/**
 * Reads a node. Unlike a schema of alternatives it knows which one was meant, and so names each fault at its place.
 * @param path where the node is in the request. @param schema that of its task nodes.
 */
export function parseNode(value: unknown, path: Path, schema?: z.ZodType<TaskNode>): ParsedNode {
  const reader = new NodeReader(schema);
  const node = reader.node(value, { path, depth: 1, prepended: false });
  const { faults, tasks, count } = reader;
  if (count > MAX_TASKS) reader.fault(path, `has ${count} tasks; a submission may have ${MAX_TASKS}`);
  return node === null || faults.length > 0 ? { node: null, faults, tasks } : { node, faults: [], tasks };
}

/** Where a node is: in the request, in the canvases around it, and whether a result is prepended to it. */
interface At {
  readonly path: Path;
  readonly depth: number;
  readonly prepended: boolean;
}

class NodeReader implements TaskReader {
  readonly faults: Fault[] = [];
  readonly tasks: PlacedTask[] = [];
  /** Task nodes so far, without links. */
  count = 0;
  readonly schema: z.ZodType<TaskNode> | undefined;

  constructor(schema: z.ZodType<TaskNode> | undefined) {
    this.schema = schema;
  }

  fault(path: Path, message: string): null {
    this.faults.push({ path: pointer(path), message });
    return null;
  }

  node(value: unknown, at: At): Node | null {
    const { path, depth } = at;
    if (!isObject(value)) return this.fault(path, "is no node: expected an object with task, chain, group or chord");
    const kinds = KINDS.filter((kind) => Object.hasOwn(value, kind));
    const [kind] = kinds;
    if (kind === undefined)
      return this.fault(path, "is no node: expected one of the keys task, chain, group and chord");
    if (kinds.length > 1) return this.fault(path, `has the keys ${kinds.join(" and ")}; a node is exactly one of them`);
    if (kind === "task") return this.task(value, at);
    if (depth > MAX_DEPTH) return this.fault(path, `is nested more than ${MAX_DEPTH} levels deep`);
    this.refuseOtherKeys(value, [kind], path);
    const inner = { ...at, path: [...path, kind] };
    if (kind === "chord") return this.chord(value["chord"], inner);
    const nodes = this.nodes(value[kind], inner, kind === "chain" ? CHAIN : GROUP);
    if (nodes === null) return null;
    return kind === "chain" ? { chain: nodes } : { group: nodes };
  }

  task(value: Readonly<Record<string, unknown>>, { path, prepended }: At): Node | null {
    this.count += 1;
    return readTaskNode(value, path, prepended, this);
  }

  chord(value: unknown, at: At): Node | null {
    const { path, depth } = at;
    if (!isObject(value)) return this.fault(path, "is no chord: expected an object with header and body");
    this.refuseOtherKeys(value, ["header", "body"], path);
    const header = this.nodes(value["header"], { ...at, path: [...path, "header"] }, GROUP);
    const body = this.node(value["body"], { path: [...path, "body"], depth: depth + 1, prepended: true });
    return header === null || body === null ? null : { chord: { header, body } };
  }

  nodes(value: unknown, { path, depth, prepended }: At, length: Length): Node[] | null {
    if (!Array.isArray(value)) return this.fault(path, "is no list of nodes");
    if (value.length < length.min) return this.fault(path, `has no nodes; expected at least ${length.min}`);
    if (value.length > length.max) return this.fault(path, `has ${value.length} nodes; expected at most ${length.max}`);
    const nodes = value.map((item: unknown, index) =>
      this.node(item, {
        path: [...path, index],
        depth: depth + 1,
        prepended: prepended || (length === CHAIN && index > 0),
      }),
    );
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
