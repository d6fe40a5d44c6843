import { derivedId } from "../../../src/aws/ids.ts";
import type { Services } from "../../../src/aws/services.ts";
import { type Attempt, beginRequest } from "../../../src/submit/idempotency.ts";
import type { CanvasContext } from "../../../src/submit/canvas.ts";
import { submitTask } from "../../../src/submit/task.ts";
import { scopeOf } from "../../../src/core/record/caller.ts";
import { nodeFaults } from "../../../src/core/define/check.ts";
import { Problem, invalidInput } from "../../../src/core/http/problem.ts";
import type { TaskNode } from "../../../src/core/canvas/signature.ts";
import { refuseBacklog } from "./backlog.ts";
import { type ApiAnswer, type ApiRequest, answer } from "../http/request.ts";

/** The origin of what comes over HTTP. */
const API_ORIGIN = "api";

/**
 * Carries out a request that creates something, once for each idempotency key.
 * @param carryOut does it, with ids that derive from the attempt's seed.
 * @param describe the answer; only it is made where the request was carried out before.
 */
export async function once(
  request: ApiRequest,
  services: Services,
  carryOut: (attempt: Attempt) => Promise<void>,
  describe: (attempt: Attempt) => ApiAnswer | Promise<ApiAnswer>,
): Promise<ApiAnswer> {
  const attempt = await beginRequest(services.table, {
    key: request.idempotencyKey,
    scope: scopeOf(request.caller),
    path: request.path,
    body: request.body,
    now: services.now(),
  });
  if (!attempt.done) {
    try {
      await carryOut(attempt);
    } catch (error) {
      await attempt.abandon();
      throw error;
    }
    await attempt.complete();
  }
  return describe(attempt);
}

/** Submits one task and answers 202. @throws Problem 400 naming every fault. */
export function submitOne(request: ApiRequest, services: Services, node: TaskNode): Promise<ApiAnswer> {
  refuseFaults(services, node);
  return submitMade(request, services, node.task, (attempt) => ({
    id: node.options.task_id ?? derivedId(attempt.seed, "0"),
    node,
  }));
}

/** @throws Problem 400 naming every fault of the node. */
export function refuseFaults(services: Services, node: TaskNode): void {
  const faults = nodeFaults(node, services.registry, false, []);
  if (faults.length > 0) throw invalidInput(faults);
}

/**
 * Submits one task whose arguments need its id, and answers 202.
 * @param make the id and the node, always the same of the same attempt. @param before what must be there when the task starts.
 */
export function submitMade(
  request: ApiRequest,
  services: Services,
  task: string,
  make: (attempt: Attempt) => { readonly id: string; readonly node: TaskNode },
  before: (attempt: Attempt) => Promise<void> = async () => {},
): Promise<ApiAnswer> {
  return once(
    request,
    services,
    async (attempt) => {
      const { id, node } = make(attempt);
      await refuseBacklog(services, [task]);
      await before(attempt);
      await submitTask(services, { id, node, context: contextOf(request, id, attempt) });
    },
    (attempt) => accepted(make(attempt).id, task),
  );
}

/** The place of a task that nothing comes before. */
export function contextOf(
  request: ApiRequest,
  id: string,
  attempt: Attempt,
): Parameters<typeof submitTask>[1]["context"] {
  return {
    root: id,
    parent: null,
    group: null,
    groupIndex: null,
    ...canvasContextOf(request, attempt),
  };
}

/** What everything that a request starts has in common. */
export function canvasContextOf(request: ApiRequest, attempt: Attempt): CanvasContext {
  return {
    correlation: request.correlationId,
    origin: API_ORIGIN,
    owner: request.caller.owner,
    now: attempt.created,
  };
}

function accepted(id: string, task: string): ApiAnswer {
  const body = {
    task_id: id,
    root_id: id,
    status: "PENDING",
    tasks: [{ task_id: id, task, parent_id: null, group_id: null }],
  };
  return answer(202, body, { location: `/result/${id}` });
}

/** A node of a task that the contract itself names. @throws Problem 404 where the stage is deployed without it. */
export function shippedNode(services: Services, task: string, args: readonly unknown[]): TaskNode {
  if (services.registry.find(task) === null)
    throw new Problem(404, "not_deployed", `This stage is deployed without the task ${task}.`);
  return { task, args, kwargs: {}, options: {}, immutable: false };
}
