import type { Services } from "../../../src/aws/services.ts";
import { planNode, submissionAnswer, submitPlan } from "../../../src/submit/submission.ts";
import type { KeyedRequest } from "../../../src/submit/idempotency.ts";
import { readCanvas } from "../../../src/core/define/check.ts";
import type { Fault } from "../../../src/core/faults.ts";
import type { Plan } from "../../../src/core/canvas/plan.ts";
import { invalidInput } from "../../../src/core/http/problem.ts";
import { AnyObject } from "../../../src/core/http/requests.ts";
import { refuseForeign } from "./named.ts";
import { refuseBacklog } from "../../../src/submit/backlog.ts";
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
    (keyed) => start(request, services, planNode(node, keyed), keyed),
    (keyed) => accepted(planNode(node, keyed)),
  );
}

function spelled(fault: Fault, { inNode, inBody }: Spelling): Fault {
  return fault.path.startsWith(inNode) ? { ...fault, path: inBody + fault.path.slice(inNode.length) } : fault;
}

async function start(request: ApiRequest, services: Services, plan: Plan, keyed: KeyedRequest): Promise<void> {
  await refuseBacklog(
    services,
    plan.tasks.map((task) => task.node.task),
  );
  return submitPlan(services, plan, contextOf(request, keyed));
}

/** The answer to a submission that was planned. */
export function accepted(plan: Plan): ApiAnswer {
  return answer(202, submissionAnswer(plan), { location: `/result/${plan.top.result}` });
}
