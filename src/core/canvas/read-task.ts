import * as z from "zod";
import { type Fault, faultsOf } from "../faults.ts";
import { pointer } from "../json.ts";
import type { TaskNode } from "./signature.ts";
import { TaskNodeSchema } from "./task-schema.ts";

/** A task node with its place in a request. */
export interface PlacedTask {
  readonly node: TaskNode;
  readonly path: readonly PropertyKey[];
  /** Whether a result will be put before its arguments. */
  readonly prepended: boolean;
  /** Whether its arguments could be read; those of a node with faults may be missing here. */
  readonly hasArguments: boolean;
}

/** What the reader of a canvas gathers. */
export interface TaskReader {
  readonly faults: Fault[];
  readonly tasks: PlacedTask[];
  /** The schema of task nodes. @default that of the HTTP contract */
  readonly schema: z.ZodType<TaskNode> | undefined;
}

type Path = readonly PropertyKey[];

const Args = z.array(z.unknown());
const Kwargs = z.record(z.string(), z.unknown());

/**
 * Reads a task node. Where it has faults, what of it can be read is kept all the same: whether its task is known and
 * takes its arguments is told with the faults of its shape, in one answer.
 * @returns null where it has faults
 */
export function readTaskNode(
  value: Readonly<Record<string, unknown>>,
  path: Path,
  prepended: boolean,
  reader: TaskReader,
): TaskNode | null {
  const hidden = hiddenKeys(value, path);
  const parsed = (reader.schema ?? TaskNodeSchema).safeParse(value);
  if (parsed.success && hidden.length === 0) {
    reader.tasks.push({ node: parsed.data, path, prepended, hasArguments: true });
    return parsed.data;
  }
  reader.faults.push(...(parsed.success ? [] : faultsOf(parsed.error, path)), ...hidden);
  keepReadable(value, path, prepended, reader);
  return null;
}

/** Reads what is to be one task node, outside any canvas. */
export function readTaskAt(
  value: unknown,
  path: Path,
  prepended: boolean,
): { readonly node: TaskNode | null; readonly faults: readonly Fault[]; readonly tasks: readonly PlacedTask[] } {
  const reader: TaskReader = { faults: [], tasks: [], schema: undefined };
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject)
    return { node: null, faults: [{ path: pointer(path), message: "is no task node: expected an object" }], tasks: [] };
  const node = readTaskNode({ ...value }, path, prepended, reader);
  return { node, faults: reader.faults, tasks: reader.tasks };
}

/** `__proto__` is a key like any other, but zod's records leave it out unseen. */
function hiddenKeys({ kwargs }: Readonly<Record<string, unknown>>, path: Path): Fault[] {
  if (typeof kwargs !== "object" || kwargs === null || !Object.hasOwn(kwargs, "__proto__")) return [];
  return [{ path: pointer([...path, "kwargs", "__proto__"]), message: "is not a known key" }];
}

function keepReadable(
  { task, args = [], kwargs = {}, immutable, options }: Readonly<Record<string, unknown>>,
  path: Path,
  prepended: boolean,
  reader: TaskReader,
): void {
  if (typeof task !== "string") return;
  const list = Args.safeParse(args);
  const named = Kwargs.safeParse(kwargs);
  const node = {
    task,
    args: list.data ?? [],
    kwargs: named.data ?? {},
    options: {},
    immutable: immutable === true,
  };
  reader.tasks.push({ node, path, prepended, hasArguments: list.success && named.success });
  if (typeof options === "object" && options !== null) keepLinks({ ...options }, [...path, "options"], reader);
}

function keepLinks(options: Readonly<Record<string, unknown>>, path: Path, reader: TaskReader): void {
  for (const kind of ["link", "link_error"]) {
    const links = Args.safeParse(options[kind]).data ?? [];
    for (const [index, link] of links.entries())
      if (typeof link === "object" && link !== null) keepReadable({ ...link }, [...path, kind, index], true, reader);
  }
}
