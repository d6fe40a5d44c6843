import { derivedId } from "../aws/ids.ts";
import type { Services } from "../aws/services.ts";
import { type Machine, WORKFLOW_PREFIX } from "../core/record/canvas.ts";
import { type Plan, createPlan } from "../core/canvas/plan.ts";
import type { RegisteredWorkflow } from "../core/define/registry.ts";
import { workflowInput } from "../core/workflow/layout.ts";
import { type RunArguments, withArguments } from "../core/workflow/run.ts";
import { type CanvasContext, storeCanvas, submitCanvas } from "./canvas.ts";

/** The plan of a run, whose arguments were checked. The same seed always gives the same ids. */
export function planRun(workflow: RegisteredWorkflow, given: RunArguments, seed: string): Plan {
  let ids = 0;
  const nextId = (): string => derivedId(seed, String((ids += 1)));
  return createPlan(withArguments(workflow.node, given), nextId, null, "workflow");
}

/** Stores a run and starts its machine. */
export function submitRun(services: Services, name: string, plan: Plan, context: CanvasContext): Promise<void> {
  return submitCanvas(services, plan, { ...context, machine: machineOf(name, plan, null) });
}

/** Stores a run whose machine was started by hand. @param execution the name of its execution. */
export function storeRun(
  services: Services,
  name: string,
  plan: Plan,
  context: CanvasContext & { readonly execution: string },
): Promise<void> {
  return storeCanvas(services, plan, { ...context, machine: machineOf(name, plan, context.execution) });
}

function machineOf(name: string, plan: Plan, execution: string | null): Machine {
  return { name: WORKFLOW_PREFIX + name, input: { ...workflowInput(plan) }, execution };
}
