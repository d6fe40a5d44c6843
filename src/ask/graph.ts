import { chunkId, membersOf, toCanvas, toGroup } from "../aws/canvas-table.ts";
import type { Services } from "../aws/services.ts";
import type { Item } from "../aws/table.ts";
import { toRecord } from "../aws/task-table.ts";
import type { GraphAnswer, GraphNode, Member, State } from "../core/http/answer-schemas.ts";
import { rfc3339 } from "../core/http/answer.ts";
import { type Caller, mayAccess } from "../core/record/caller.ts";
import type { StoredCanvas, GroupRecord, Root } from "../core/record/canvas.ts";
import { type Part, chunkSize } from "../core/canvas/place.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { isFinal } from "../core/record/states.ts";
import type { Found } from "./ask.ts";
import { isWide, progressOf } from "./progress.ts";
import { runOfRoot } from "./runs.ts";
import { WAITING, groupState, ownerOf, stateOf, taskState } from "./states.ts";

/** Nodes of one graph: what fits a second of reading and an eye. Parts beyond are counted, not shown. */
const MAX_NODES = 600;

/** What is to become a node. */
type Pending = Pick<GraphNode, "in" | "role" | "index"> & { readonly part: Part };

/**
 * The submission that a task or group belongs to, as a graph: its canvases level by level, two reads of many items for
 * each level. A wide group is one node with its counts; of what else is too much the first parts are shown, and the
 * rest is counted.
 */
export async function graphOf(services: Services, found: Found, caller: Caller): Promise<Omit<GraphAnswer, "task_id">> {
  const { top, created, root, submission } = await beginningOf(services, found);
  const run = submission === null ? null : runOfRoot(services, submission);
  const nodes: GraphNode[] = [];
  const seen = new Set([top.id]);
  let level: Pending[] = [{ part: top, in: null, role: "top", index: 0 }];
  while (level.length > 0) {
    const next: Pending[] = [];
    const room = MAX_NODES - nodes.length - level.length;
    for (const { node, parts: all } of await readLevel(services, level, caller)) {
      const parts = all.filter(({ part }) => !seen.has(part.id));
      const shown = parts.slice(0, Math.max(0, room - next.length));
      nodes.push({ ...node, hidden: node.hidden + parts.length - shown.length });
      for (const { part } of shown) seen.add(part.id);
      next.push(...shown);
    }
    level = next;
  }
  return {
    result_id: top.result,
    root_id: root,
    created_at: rfc3339(created),
    run: await run,
    nodes: withCanvasStates(nodes),
  };
}

/**
 * The nodes, chains and chords with a state of their own: that of their result once it has ended; until then they are
 * STARTED once something in them has begun.
 */
function withCanvasStates(nodes: readonly GraphNode[]): GraphNode[] {
  const states = new Map(nodes.map((node) => [node.id, node]));
  const inside = Map.groupBy(nodes, (node) => node.in);
  // Each canvas stands before what it holds.
  for (const node of nodes.toReversed()) {
    if (node.kind !== "chain" && node.kind !== "chord") continue;
    const parts = (inside.get(node.id) ?? []).map(({ id }) => states.get(id) ?? node);
    states.set(node.id, { ...node, ...canvasState(parts, states.get(node.result_id)) });
  }
  return nodes.map((node) => states.get(node.id) ?? node);
}

function canvasState(parts: readonly GraphNode[], result: GraphNode | undefined): Partial<GraphNode> {
  const times = parts.flatMap((part) => part.started_at ?? []).toSorted();
  const started = times[0] ?? null;
  if (result === undefined || !isFinal(result.status)) {
    const begun = parts.some((part) => part.status !== "PENDING");
    return { status: begun ? "STARTED" : "PENDING", started_at: started };
  }
  const { status, error, done_at: done } = result;
  const runtime = started === null || done === null ? null : (Date.parse(done) - Date.parse(started)) / 1000;
  return { status, error, started_at: started, done_at: done, runtime };
}

interface Beginning {
  readonly top: Part;
  readonly created: number;
  readonly root: string;
  readonly submission: Root | null;
}

/** The top of the submission, or the task alone where it has none (or its time is over). */
async function beginningOf(services: Services, found: Found): Promise<Beginning> {
  const isTask = found.kind === "task";
  const submission = isTask ? found.record.call.submission : found.record.group.root;
  const root = submission === null ? null : await services.canvases.root(submission);
  const rootId = isTask ? found.record.call.root : (found.record.group.shared_root ?? found.record.group.root);
  if (root !== null) return { top: root.top, created: root.created, root: rootId, submission: root };
  const id = isTask ? found.record.id : found.record.group.id;
  const task = isTask ? found.record.call.task : null;
  const created = isTask ? found.record.call.created : found.record.group.created;
  return { top: { id, task, result: id }, created, root: rootId, submission: null };
}

interface ReadNode {
  readonly node: GraphNode;
  /** What it holds or has started. */
  readonly parts: readonly Pending[];
}

async function readLevel(services: Services, level: readonly Pending[], caller: Caller): Promise<ReadNode[]> {
  const items = await services.table.getMany(
    level.map(({ part }) => part.id),
    { consistent: true },
  );
  const groups = level.flatMap(({ part }) => toGroup(items.get(part.id) ?? null) ?? []);
  const records = level.flatMap(({ part }) => toRecord(items.get(part.id) ?? null, services.now()) ?? []);
  const startedIds = await services.children.ofMany(records);
  const [progress, members, children] = await Promise.all([
    progressOf(services, groups),
    smallMembers(services, groups),
    services.table.getMany([...startedIds.values()].flat().slice(0, MAX_NODES), { consistent: true }),
  ]);
  const others = new Set(
    [...children].flatMap(([id, item]) => (mayAccess(caller, ownerOf(services, item)) ? [] : [id])),
  );
  return level.map((pending) => {
    const item = items.get(pending.part.id) ?? null;
    const group = toGroup(item);
    if (group !== null) {
      const wide = isWide(group.group.total);
      const state = groupState(group, progress.get(group.group.id));
      const parts = (members.get(group.group.id) ?? []).map((part, index) => pendingOf(pending, part, "member", index));
      return { node: nodeOf(pending, "group", { ...state, hidden: wide ? group.group.total : 0 }), parts };
    }
    const canvas = toCanvas(item);
    if (canvas !== null) return { node: nodeOf(pending, canvas.kind, WAITING), parts: partsOf(pending, canvas) };
    const record = toRecord(item, services.now());
    const state = record === null ? WAITING : taskState(record);
    return {
      node: nodeOf(pending, "task", state),
      parts: startedBy(pending, record, startedIds.get(pending.part.id) ?? [], { children, others }),
    };
  });
}

function nodeOf(
  { part, in: around, role, index }: Pending,
  kind: GraphNode["kind"],
  state: State & { readonly hidden?: number },
): GraphNode {
  return { id: part.id, kind, task: part.task, in: around, role, index, result_id: part.result, hidden: 0, ...state };
}

function pendingOf(around: Pending, part: Part, role: GraphNode["role"], index: number): Pending {
  return { part, in: around.part.id, role, index };
}

/** The steps of a chain, the header and body of a chord. */
function partsOf(around: Pending, canvas: StoredCanvas): Pending[] {
  if (canvas.kind === "chain") return canvas.steps.map((step, index) => pendingOf(around, step, "step", index));
  if (canvas.kind === "group") return [];
  const header = { id: canvas.header, task: null, result: canvas.header };
  return [pendingOf(around, header, "header", 0), pendingOf(around, canvas.body, "body", 1)];
}

/** The members of groups that start each by itself. */
async function smallMembers(services: Services, groups: readonly GroupRecord[]): Promise<Map<string, Part[]>> {
  const small = groups.filter(({ group }) => !isWide(group.total));
  const keys = small.flatMap(({ group }) => Array.from({ length: group.total }, (_, n) => chunkId(group.id, n)));
  const chunks = await services.table.getMany(keys, { consistent: true });
  return new Map(
    small.map(({ group }) => [
      group.id,
      Array.from({ length: group.total }, (_, n) => chunks.get(chunkId(group.id, n)) ?? null).flatMap((chunk) =>
        membersOf(chunk).map((member) => member.part),
      ),
    ]),
  );
}

/**
 * What runs in a task's place, and what it has started, but what is others'. A submission of its own is one node: it
 * has a graph of its own.
 */
function startedBy(
  around: Pending,
  record: TaskRecord | null,
  ids: readonly string[],
  { children, others }: { readonly children: ReadonlyMap<string, Item>; readonly others: ReadonlySet<string> },
): Pending[] {
  if (record === null) return [];
  const { replacement } = record;
  const links = ids
    .filter((id) => id !== replacement?.top.result && !others.has(id))
    .map((id, index) => {
      const call = children.get(id)?.["task"];
      return pendingOf(around, { id, task: typeof call === "string" ? call : null, result: id }, "link", index);
    });
  return replacement === null ? links : [pendingOf(around, replacement.top, "replacement", 0), ...links];
}

/** Members of a group, in their order, from `offset`. A member without a record waits, or has ended with its group. */
export async function membersFrom(
  services: Services,
  { group, end }: GroupRecord,
  offset: number,
  limit: number,
): Promise<Member[]> {
  const size = chunkSize(group.total);
  const last = Math.min(offset + limit, group.total);
  const numbers = Array.from(
    { length: Math.max(0, Math.ceil(last / size) - Math.floor(offset / size)) },
    (_, n) => Math.floor(offset / size) + n,
  );
  const chunks = await Promise.all(numbers.map((n) => services.canvases.members(group.id, n)));
  const skipped = offset - Math.floor(offset / size) * size;
  const parts = chunks
    .flat()
    .slice(skipped, skipped + limit)
    .map((member) => member.part);
  const items = await services.table.getMany(parts.map((part) => part.result));
  const inner = parts.flatMap((part) => toGroup(items.get(part.result) ?? null) ?? []);
  const progress = await progressOf(services, inner);
  return parts.map((part, at) => {
    const found = stateOf(services, items.get(part.result) ?? null, progress);
    const unknown = { kind: "task" as const, ...WAITING, status: end?.status ?? "PENDING" };
    return { index: offset + at, task: part.task, task_id: part.result, ...(found ?? unknown) };
  });
}
