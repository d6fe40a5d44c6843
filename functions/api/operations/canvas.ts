import { derivedId } from "../../../src/aws/ids.ts";
import type { Services } from "../../../src/aws/services.ts";
import type { KeyedRequest } from "../../../src/submit/idempotency.ts";
import { submitCanvas } from "../../../src/submit/canvas.ts";
import { submitTask } from "../../../src/submit/task.ts";
import { readCanvas } from "../../../src/core/define/check.ts";
import type { Fault } from "../../../src/core/faults.ts";
import { MAX_LISTED } from "../../../src/core/limits.ts";
import type { Node } from "../../../src/core/canvas/node.ts";
import { type Plan, createPlan } from "../../../src/core/canvas/plan.ts";
import { invalidInput } from "../../../src/core/http/problem.ts";
import type { SubmissionAnswer } from "../../../src/core/http/answer-schemas.ts";
import { AnyObject } from "../../../src/core/http/requests.ts";
import { refuseForeign } from "./named.ts";
import { refuseBacklog } from "./backlog.ts";
import { type ApiAnswer, type ApiRequest, type Operation, answer, parseBody } from "../http/request.ts";
import { contextOf, oncePerKey } from "./submission.ts";

/** Where a node is in a body that is not quite a node: the place in the node, and that in the body. */
interface Spelling {
  readonly node: (body: Readonly<Record<string, unknown>>) => unknown;
  readonly inNode: string;
  readonly inBody: string;
}

const CANVAS: Spelling = { node: (body) => body, inNode: "", inBody: "" };
const CHAIN: Spelling = {
  node: ({ tasks, ...rest }) => ({ chain: tasks, ...rest }),
  inNode: "/chain",
  inBody: "/tasks",
};
const GROUP: Spelling = {
  node: ({ tasks, ...rest }) => ({ group: tasks, ...rest }),
  inNode: "/group",
  inBody: "/tasks",
};
const CHORD: Spelling = { node: (body) => ({ chord: body }), inNode: "/chord", inBody: "" };

/** `POST /canvas`: any node. */
export const canvas: Operation = (request, services) => submitNode(request, services, CANVAS);
/** `POST /chain`: tasks one after the other. */
export const chain: Operation = (request, services) => submitNode(request, services, CHAIN);
/** `POST /group`: tasks side by side. */
export const group: Operation = (request, services) => submitNode(request, services, GROUP);
/** `POST /chord`: tasks side by side, and one after them. */
export const chord: Operation = (request, services) => submitNode(request, services, CHORD);

async function submitNode(request: ApiRequest, services: Services, spelling: Spelling): Promise<ApiAnswer> {
  const body = parseBody(request, AnyObject);
  const { node, faults } = readCanvas(spelling.node(body), [], services.registry);
  if (node === null) throw invalidInput(faults.map((fault) => spelled(fault, spelling)));
  await refuseForeign(request, services);
  return oncePerKey(
    request,
    services,
    (keyed) => start(request, services, planOf(node, keyed), keyed),
    (keyed) => accepted(planOf(node, keyed)),
  );
}

function spelled(fault: Fault, { inNode, inBody }: Spelling): Fault {
  return fault.path.startsWith(inNode) ? { ...fault, path: inBody + fault.path.slice(inNode.length) } : fault;
}

/** The plan of a keyed request. It is always the same: its ids derive from the request's seed. */
function planOf(node: Node, keyed: KeyedRequest): Plan {
  let ids = 0;
  return createPlan(node, () => derivedId(keyed.seed, String((ids += 1))));
}

async function start(request: ApiRequest, services: Services, plan: Plan, keyed: KeyedRequest): Promise<void> {
  await refuseBacklog(
    services,
    plan.tasks.map((task) => task.node.task),
  );
  const [only] = plan.tasks;
  if (plan.canvases.length === 0 && only !== undefined) {
    return submitTask(services, only, { root: only.id, ...contextOf(request, keyed) });
  }
  return submitCanvas(services, plan, contextOf(request, keyed));
}

/** The answer to a submission that was planned. */
export function accepted(plan: Plan): ApiAnswer {
  const tasks = plan.tasks.slice(0, MAX_LISTED).map(({ id, node, parent, group: groupId }) => ({
    task_id: id,
    task: node.task,
    parent_id: parent,
    group_id: groupId,
  }));
  const id = plan.top.result;
  return answer(202, { task_id: id, root_id: plan.root, status: "PENDING", tasks } satisfies SubmissionAnswer, {
    location: `/result/${id}`,
  });
}
