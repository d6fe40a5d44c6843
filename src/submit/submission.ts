import { derivedId } from "../aws/ids.ts";
import type { Services } from "../aws/services.ts";
import type { Node } from "../core/canvas/node.ts";
import { type Plan, createPlan } from "../core/canvas/plan.ts";
import type { SubmissionAnswer } from "../core/http/answer-schemas.ts";
import { MAX_LISTED } from "../core/limits.ts";
import { type CanvasContext, submitCanvas } from "./canvas.ts";
import { type KeyedRequest, beginRequest } from "./idempotency.ts";
import { submitTask } from "./task.ts";

/** The plan of what a request submits. It is always the same: its ids derive from the request's seed. */
export function planNode(node: Node, { seed }: KeyedRequest): Plan {
  let ids = 0;
  return createPlan(node, () => derivedId(seed, String((ids += 1))));
}

/** Stores and starts a plan: a task alone, or a canvas. @throws TaskIdTaken */
export function submitPlan(services: Services, plan: Plan, context: CanvasContext): Promise<void> {
  const [only] = plan.tasks;
  if (plan.canvases.length === 0 && only !== undefined) {
    return submitTask(services, only, { root: only.id, ...context });
  }
  return submitCanvas(services, plan, context);
}

/** What a submission is answered with, by its plan. */
export function submissionAnswer(plan: Plan): SubmissionAnswer {
  const tasks = plan.tasks.slice(0, MAX_LISTED).map(({ id, node, parent, group }) => ({
    task_id: id,
    task: node.task,
    parent_id: parent,
    group_id: group,
  }));
  return { task_id: plan.top.result, root_id: plan.root, status: "PENDING", tasks };
}

/**
 * Carries out a request that creates something, once for each key.
 * @param carryOut does it, with ids that derive from the request's seed.
 * @throws IdempotencyConflict, IdempotencyBusy
 */
export async function oncePerKey(
  services: Services,
  request: Omit<Parameters<typeof beginRequest>[1], "now">,
  carryOut: (keyed: KeyedRequest) => Promise<void>,
): Promise<KeyedRequest> {
  const keyed = await beginRequest(services.table, { ...request, now: services.now() });
  if (keyed.done) return keyed;
  try {
    await carryOut(keyed);
  } catch (error) {
    await keyed.abandon();
    throw error;
  }
  await keyed.complete();
  return keyed;
}
