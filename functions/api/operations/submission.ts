import { derivedId } from "../../../src/aws/ids.ts";
import type { Services } from "../../../src/aws/services.ts";
import type { KeyedRequest } from "../../../src/submit/idempotency.ts";
import { oncePerKey as carryOutOnce } from "../../../src/submit/submission.ts";
import { TaskIdTaken, submitTask } from "../../../src/submit/task.ts";
import { pointer } from "../../../src/core/json.ts";
import { scopeOf, submitterOf } from "../../../src/core/record/caller.ts";
import { nodeFaults } from "../../../src/core/define/check.ts";
import { loneTask } from "../../../src/core/canvas/plan.ts";
import type { CallContext } from "../../../src/core/record/message.ts";
import { Problem, invalidInput } from "../../../src/core/http/problem.ts";
import type { SubmissionAnswer } from "../../../src/core/http/answer-schemas.ts";
import type { TaskNode } from "../../../src/core/canvas/signature.ts";
import { refuseBacklog } from "../../../src/submit/backlog.ts";
import { type ApiAnswer, type ApiRequest, answer } from "../http/request.ts";

/** The origin of what comes over HTTP. */
const API_ORIGIN = "api";

/**
 * Carries out a request that creates something, oncePerKey for each idempotency key.
 * @param carryOut does it, with ids that derive from the request's seed.
 * @param describe the answer; only it is made where the request was carried out before.
 */
export async function oncePerKey(
  request: ApiRequest,
  services: Services,
  carryOut: (keyed: KeyedRequest) => Promise<void>,
  describe: (keyed: KeyedRequest) => ApiAnswer | Promise<ApiAnswer>,
): Promise<ApiAnswer> {
  const { idempotencyKey: key, path, body, caller } = request;
  try {
    const keyed = await carryOutOnce(services, { key, scope: scopeOf(caller), path, body }, carryOut);
    return await describe(keyed);
  } catch (error) {
    throw error instanceof TaskIdTaken ? takenProblem(request, error) : error;
  }
}

/** A 409 that names the place of the id in the body. */
function takenProblem({ body }: ApiRequest, { id, code, message }: TaskIdTaken): Problem {
  const path = placeOfId(JSON.parse(body.toString()), id, []);
  const errors = path === null ? {} : { errors: [{ path: pointer(path), message: "is the id of another task" }] };
  return new Problem(409, code, message, errors);
}

/** Where a body has `id` as a `task_id`; null where it has not. */
function placeOfId(value: unknown, id: string, path: readonly PropertyKey[]): readonly PropertyKey[] | null {
  if (typeof value !== "object" || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === "task_id" && path.at(-1) === "options" && String(inner).toLowerCase() === id) return at;
    const found = placeOfId(inner, id, at);
    if (found !== null) return found;
  }
  return null;
}

/** Submits one task and answers 202. @throws Problem 400 naming every fault. */
export function submitOne(request: ApiRequest, services: Services, node: TaskNode): Promise<ApiAnswer> {
  refuseFaults(services, node);
  return submitMade(request, services, node.task, (keyed) => ({
    id: node.options.task_id ?? derivedId(keyed.seed, "0"),
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
 * @param make the id and the node, always the same of the same request. @param before what must be there when the task
 * starts.
 */
export function submitMade(
  request: ApiRequest,
  services: Services,
  task: string,
  make: (keyed: KeyedRequest) => { readonly id: string; readonly node: TaskNode },
  before: (keyed: KeyedRequest) => Promise<void> = async () => {},
): Promise<ApiAnswer> {
  return oncePerKey(
    request,
    services,
    async (keyed) => {
      const { id, node } = make(keyed);
      await refuseBacklog(services, [task]);
      await before(keyed);
      await submitTask(services, loneTask(id, node), { root: id, ...contextOf(request, keyed) });
    },
    (keyed) => accepted(make(keyed).id, task),
  );
}

/** What everything that a request starts has in common. */
export function contextOf(request: ApiRequest, keyed: KeyedRequest): Omit<CallContext, "root"> {
  return {
    correlation: request.correlationId,
    origin: API_ORIGIN,
    owner: submitterOf(request.caller),
    now: keyed.created,
  };
}

function accepted(id: string, task: string): ApiAnswer {
  const body: SubmissionAnswer = {
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
