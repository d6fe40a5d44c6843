import { planRun, submitRun } from "../../../src/submit/workflow.ts";
import type { KeyedRequest } from "../../../src/submit/idempotency.ts";
import type { Plan } from "../../../src/core/canvas/plan.ts";
import { Problem, invalidInput } from "../../../src/core/http/problem.ts";
import { RunBody } from "../../../src/core/http/requests.ts";
import { runFaults } from "../../../src/core/workflow/run.ts";
import { refuseForeign } from "./named.ts";
import { refuseBacklog } from "../../../src/submit/backlog.ts";
import { accepted } from "./canvas.ts";
import { type Operation, param, parseBody } from "../http/request.ts";
import { contextOf, oncePerKey } from "./submission.ts";

/** `POST /workflows/{name}`: runs a named workflow on the machine that it was compiled into. */
export const runWorkflow: Operation = async (request, services) => {
  const workflow = services.registry.workflow(param(request, "name"));
  if (workflow === null) {
    throw new Problem(404, "unknown_workflow", "There is no workflow of this name. GET /workflows lists them.");
  }
  const given = parseBody(request, RunBody);
  const faults = runFaults(workflow.node, given, services.registry);
  if (faults.length > 0) throw invalidInput(faults);
  await refuseForeign(request, services);
  const planOf = (keyed: KeyedRequest): Plan => planRun(workflow, given, keyed.seed);
  return oncePerKey(
    request,
    services,
    async (keyed) => {
      const plan = planOf(keyed);
      await refuseBacklog(
        services,
        plan.tasks.map((task) => task.node.task),
      );
      await submitRun(services, workflow.name, plan, contextOf(request, keyed));
    },
    (keyed) => accepted(planOf(keyed)),
  );
};
