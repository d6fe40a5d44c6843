import { planRun, submitRun } from "../../../src/submit/workflow.ts";
import type { Attempt } from "../../../src/submit/idempotency.ts";
import type { Plan } from "../../../src/core/canvas/plan.ts";
import { Problem, invalidInput } from "../../../src/core/http/problem.ts";
import { RunBody } from "../../../src/core/http/requests.ts";
import { runFaults } from "../../../src/core/workflow/run.ts";
import { refuseBacklog } from "./backlog.ts";
import { accepted } from "./canvas.ts";
import { type Operation, param, parseBody } from "../http/request.ts";
import { canvasContextOf, once } from "./submission.ts";

/** `POST /workflows/{name}`: runs a named workflow on the machine that it was compiled into. */
export const runWorkflow: Operation = async (request, services) => {
  const workflow = services.registry.workflow(param(request, "name"));
  if (workflow === null) {
    throw new Problem(404, "unknown_workflow", "There is no workflow of this name. GET /workflows lists them.");
  }
  const given = parseBody(request, RunBody);
  const faults = runFaults(workflow.node, given, services.registry);
  if (faults.length > 0) throw invalidInput(faults);
  const planOf = (attempt: Attempt): Plan => planRun(workflow, given, attempt.seed);
  return once(
    request,
    services,
    async (attempt) => {
      const plan = planOf(attempt);
      await refuseBacklog(
        services,
        plan.tasks.map((task) => task.node.task),
      );
      await submitRun(services, workflow.name, plan, canvasContextOf(request, attempt));
    },
    (attempt) => accepted(planOf(attempt)),
  );
};
