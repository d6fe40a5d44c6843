import * as z from "zod";
import { giveOutput, refuse } from "../aws/engine.ts";
import { derivedId } from "../aws/ids.ts";
import type { Services } from "../aws/services.ts";
import { planRun, storeRun } from "../submit/workflow.ts";
import type { CanvasMessage } from "../core/record/canvas.ts";
import { type Fault, faultsOf } from "../core/faults.ts";
import { RunBody } from "../core/http/requests.ts";
import { workflowInput } from "../core/workflow/layout.ts";
import { runFaults } from "../core/workflow/run.ts";
import { settleUnlessRunning } from "./settle.ts";

/** The origin of what somebody started in the console, by a schedule, or by StartExecution. */
const MACHINE_ORIGIN = "states";

/** The console offers `{"Comment": ...}` as the input of a new execution. */
const Input = RunBody.extend({ Comment: z.unknown().optional() });

/**
 * Makes the records of a run that was started without them, and gives the machine their ids. All derives from the
 * execution, so a message that comes twice meets what its first delivery made.
 */
export async function prepareRun(
  services: Services,
  message: Extract<CanvasMessage, { op: "prepare" }>,
): Promise<void> {
  const { workflow: name, execution, started, token } = message;
  const workflow = services.registry.workflow(name);
  if (workflow === null) return refuse(token, `The workflow ${name} is not deployed any more.`);
  const parsed = Input.safeParse(message.input);
  if (!parsed.success) return refuse(token, refusal(faultsOf(parsed.error)));
  const faults = runFaults(workflow.node, parsed.data, services.registry);
  if (faults.length > 0) return refuse(token, refusal(faults));
  const plan = planRun(workflow, parsed.data, derivedId(execution, started));
  const executionName = execution.slice(execution.lastIndexOf(":") + 1);
  const now = Date.parse(started);
  await storeRun(services, name, plan, {
    correlation: executionName,
    origin: MACHINE_ORIGIN,
    owner: null,
    now,
    execution: executionName,
  });
  await services.canvases.keepExecution(execution, plan.top.id, now);
  if (await giveOutput(token, workflowInput(plan))) return;
  // Nobody waits any more: this message came twice, or the execution was ended meanwhile, and then nothing else would
  // end the run.
  const canvas = await services.canvases.canvas(plan.top.id);
  if (canvas !== null) await settleUnlessRunning(services, canvas);
}

function refusal(faults: readonly Fault[]): string {
  const expected = 'The input must be {"args": [], "kwargs": {}}, as in POST /workflows/{name}';
  return `${expected}: ${faults.map((fault) => `${fault.path || "/"} ${fault.message}`).join("; ")}`;
}
