import { derivedId } from "../aws/ids.ts";
import type { Services } from "../aws/services.ts";
import { makeCall } from "./call.ts";
import { type CanvasContext, storeCanvas, submitCanvas } from "./canvas.ts";
import { createChildList } from "./children.ts";
import { submitTask } from "./task.ts";
import { inheritedMark } from "../core/celery.ts";
import { readCanvas } from "../core/define/check.ts";
import { InvalidCanvas } from "../core/errors.ts";
import type { Node } from "../core/canvas/node.ts";
import { type Plan, createPlan } from "../core/canvas/plan.ts";
import type { CallContext } from "../core/record/message.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { CodeTaskNodeSchema } from "../core/canvas/task-schema.ts";

/** The node that a task sent. @throws InvalidCanvas naming what is wrong with it; nothing of it was stored then. */
export function readNode(services: Services, value: unknown): Node {
  const { node, faults } = readCanvas(value, [], services.registry, CodeTaskNodeSchema);
  if (node === null) throw new InvalidCanvas(faults);
  return node;
}

/**
 * The plan of what the task `id` starts.
 * @param seed always the same of the same start, so that a repeated one meets the records of the first.
 */
export function planFor(id: string, node: Node, ...seed: readonly string[]): Plan {
  let ids = 0;
  return createPlan(node, () => derivedId(id, ...seed, String((ids += 1))), id);
}

/** How a plan is started by a task. */
export interface Start {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The submission that a lone task belongs to; a canvas is one of its own. @default none */
  readonly submission?: string | null;
  /** How many replacements led to it. @default 0 */
  readonly nesting?: number;
}

/** Stores and starts what the task `record` starts; it shares that task's root. @throws TaskIdTaken */
export async function startPlan(services: Services, record: TaskRecord, plan: Plan, start: Start): Promise<void> {
  const [only] = plan.tasks;
  const context = contextFor(record, start);
  if (plan.canvases.length > 0 || only === undefined) return submitCanvas(services, plan, context);
  return submitTask(services, only, { ...context, submission: start.submission ?? null });
}

/**
 * Stores what the task `record` would start, for something else to end: it is not started. What another delivery has
 * started meanwhile is left as it is. @throws TaskIdTaken
 */
export async function storePlan(services: Services, record: TaskRecord, plan: Plan, start: Start): Promise<void> {
  const [only] = plan.tasks;
  const context = contextFor(record, start);
  if (plan.canvases.length > 0 || only === undefined) return storeCanvas(services, plan, context);
  const { id, call } = await makeCall(services, only, { ...context, submission: start.submission ?? null });
  await services.tasks.submit(id, call);
}

function contextFor({ call }: TaskRecord, { now, nesting = 0 }: Start): CanvasContext & CallContext {
  const { root, correlation, owner, task: origin } = call;
  return { root, correlation, origin, owner, now, nesting, celery: inheritedMark(call.celery) };
}

/**
 * Starts what a running task starts, and gives the id of its result. Ids derive from the attempt and the node, so an
 * attempt that runs twice starts it once.
 */
export function submitterFor(services: Services, record: TaskRecord): (value: unknown) => Promise<string> {
  const seen = new Map<string, number>();
  const children = createChildList(services, record);
  return async (value) => {
    const node = readNode(services, value);
    const text = JSON.stringify(node);
    const nth = (seen.get(text) ?? 0) + 1;
    seen.set(text, nth);
    const plan = planFor(record.id, node, String(record.attempt), text, String(nth));
    await children.add(plan.top.result);
    await startPlan(services, record, plan, { now: services.now() });
    return plan.top.result;
  };
}
