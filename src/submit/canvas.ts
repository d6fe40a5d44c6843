import { CANVAS_QUEUE, startCanvas } from "../aws/engine.ts";
import type { Services } from "../aws/services.ts";
import type { Item } from "../aws/table.ts";
import type { Owner } from "../core/record/caller.ts";
import { type About, type StoredCanvas, type Machine, WORKFLOW_PREFIX } from "../core/record/canvas.ts";
import { CeleriacError } from "../core/errors.ts";
import { MAX_LISTED } from "../core/limits.ts";
import type { Call, CallContext } from "../core/record/message.ts";
import { inParallel } from "../core/parallel.ts";
import { type Part, chunksOf } from "../core/canvas/place.ts";
import type { Plan, PlannedCanvas, PlannedTask } from "../core/canvas/plan.ts";
import { shapeOf } from "../core/canvas/shape.ts";
import { type TaskCall, makeCall } from "./call.ts";
import { linkIdsOf } from "./chosen.ts";
import { latestOf, recordChosen, refuseTaken, reserveLinks } from "./task.ts";

/** Where a submission comes from. */
export interface CanvasContext extends Omit<CallContext, "root" | "submission"> {
  /** The root it belongs to where a task submits it. @default the plan's own */
  readonly root?: string;
  /** The machine of its own that runs it, where it is a named workflow. @default none */
  readonly machine?: Machine;
}

/**
 * Stores a plan and starts it. Records come first and the machine last: what was not started is found by the sweep, and
 * a repeated submission of the same plan writes only what is missing.
 * @throws TaskIdTaken
 */
export async function submitCanvas(services: Services, plan: Plan, context: CanvasContext): Promise<void> {
  await storeCanvas(services, plan, context);
  try {
    await startCanvas(services, plan.top.id, null, 0);
  } catch {
    // All of it is stored, so only Step Functions stands in the way (throttled, most likely): the canvas Lambda has the
    // time to try.
    await services.queues.send({ module: CANVAS_QUEUE, message: { op: "run", id: plan.top.id }, delay: 0 });
  }
}

/** Stores a plan whose execution has been started, or will be. @throws TaskIdTaken */
export async function storeCanvas(services: Services, plan: Plan, context: CanvasContext): Promise<void> {
  const root = context.root ?? plan.root;
  const calls = new Map<string, Call>();
  const planned = await inParallel(plan.tasks, async (task) => ({
    ...(await makeCall(services, task, { ...context, root, submission: plan.root })),
    task,
  }));
  for (const { id, call } of planned) calls.set(id, call);
  await takeChosenIds(services, plan, calls);
  const recorded = new Set(planned.filter(hasRecord).map(({ id }) => id));
  const items = [
    ...plan.canvases.flatMap((canvas) => canvasItems(services, canvas, plan, { ...context, calls, recorded })),
    ...plan.tasks
      .filter((task) => recorded.has(task.id))
      .map((task) => services.tasks.item(task.id, calls.get(task.id) ?? fail(task.id))),
  ];
  await services.tasks.noteDay(context.now);
  await services.table.putManyIfAbsent(items);
  // Last, since the sweep starts what has a root: half a submission, whose client was told that it failed, must not be
  // found.
  const { now, correlation } = context;
  const about = aboutOf(plan, root, context);
  const item = services.canvases.rootItem(plan.root, { top: plan.top, created: now, correlation, about });
  await services.table.putIfAbsent(item);
}

/** What lists say of a submission; null of what runs in a task's place, which is part of the run that it is in. */
function aboutOf(plan: Plan, root: string, { machine, origin, owner }: CanvasContext): About | null {
  const top = plan.canvases.find(({ id }) => id === plan.top.id);
  if (top?.place?.role === "replacement") return null;
  const name = machine === undefined ? null : machine.name.slice(WORKFLOW_PREFIX.length);
  return { name, shape: shapeOf(plan), origin, root, owner: owner ?? null };
}

/**
 * Bytes of the largest call that a chunk carries: with 250 of them, and their ids, its item stays below the 400 KB of
 * DynamoDB.
 */
const MAX_CARRIED_CALL = 1_280;

/**
 * Members of wide groups beyond those that answers list get their records when they are claimed: the chunk has their
 * calls. Large calls make records of their own; a body of 4 MB has few of them.
 */
function hasRecord({ task: { place }, call }: TaskCall & { task: PlannedTask }, index: number): boolean {
  const carried = index >= MAX_LISTED && place !== null && place.together > 1;
  return !carried || Buffer.byteLength(JSON.stringify(call)) > MAX_CARRIED_CALL;
}

/**
 * Ids of the client's choice are written first, since only that tells for certain that one is taken; and looked up
 * before, so that a refusal leaves nothing behind.
 */
async function takeChosenIds(services: Services, plan: Plan, calls: ReadonlyMap<string, Call>): Promise<void> {
  const chosen = plan.tasks
    .filter(({ node }) => node.options.task_id !== undefined)
    .map(({ id }) => ({ id, call: calls.get(id) ?? fail(id) }));
  const links = plan.tasks.flatMap((task) => linkIdsOf(task));
  await refuseTaken(services, chosen, links);
  await inParallel(chosen, (one) => recordChosen(services, one));
  await reserveLinks(services, links, latestOf(calls.values()));
}

interface Planned {
  readonly calls: ReadonlyMap<string, Call>;
  readonly recorded: ReadonlySet<string>;
  readonly now: number;
  readonly correlation: string;
  readonly owner?: Owner | null;
  readonly machine?: Machine;
  readonly root?: string;
}

/** What a canvas's span is made with. The first task has the parent of all: what submitted it, or nothing. */
function traceOf({ calls, correlation, now }: Planned): NonNullable<StoredCanvas["trace"]> {
  const [first] = calls.values();
  return { correlation, created: now, parent: first?.parent ?? null };
}

function canvasItems(services: Services, canvas: PlannedCanvas, plan: Plan, planned: Planned): Item[] {
  const trace = services.env.otlp === null ? {} : { trace: traceOf(planned) };
  const stored = services.canvases.canvasItem({ ...storedCanvas(canvas, plan, planned), ...trace }, planned.now);
  if (canvas.kind !== "group") return [stored];
  const chunks = chunksOf(canvas.members).map((members, n) =>
    services.canvases.chunkItem(
      canvas.id,
      n,
      members.map((part) => memberOf(part, planned)),
      planned.now,
    ),
  );
  return [stored, ...chunks];
}

/** A member that has no record yet brings its call along: the worker's claim makes the record. */
function memberOf(part: Part, { calls, recorded }: Planned): { part: Part; call?: Call } {
  const call = calls.get(part.id);
  return call === undefined || recorded.has(part.id) ? { part } : { part, call };
}

function storedCanvas(canvas: PlannedCanvas, plan: Plan, { now, owner, machine, root }: Planned): StoredCanvas {
  const { id, place, result } = canvas;
  const common = { id, place, result, root: plan.root, machine: id === plan.top.id ? (machine ?? null) : null };
  if (canvas.kind === "chain") return { ...common, kind: "chain", steps: [...canvas.steps] };
  if (canvas.kind === "group") {
    const { parent, group, groupIndex } = canvas;
    return {
      ...common,
      kind: "group",
      total: canvas.members.length,
      parent,
      shared_root: root ?? null,
      group,
      group_index: groupIndex,
      owner: owner ?? null,
      created: now,
    };
  }
  const header = plan.canvases.find((other) => other.id === canvas.header);
  return {
    ...common,
    kind: "chord",
    header: canvas.header,
    total: header?.kind === "group" ? header.members.length : 0,
    body: canvas.body,
  };
}

function fail(id: string): never {
  throw new CeleriacError("no_call", `The task ${id} of the plan has no call.`);
}
