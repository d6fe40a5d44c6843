import type { Construct } from "constructs";
import { QUEUE_URL_PREFIX } from "../../src/core/workflow/asl.ts";
import type { StageContext } from "../stage.ts";
import type { CompiledWorkflow } from "../workflows.ts";
import { StateMachine } from "./state-machine.ts";

/** The machine of a named workflow: its tasks' queues, and the canvas function's, are all that it can reach. */
export class WorkflowMachine extends StateMachine {
  constructor(
    scope: Construct,
    id: string,
    { stage, workflow }: { readonly stage: StageContext; readonly workflow: CompiledWorkflow },
  ) {
    super(scope, id, {
      stage,
      name: `workflow-${workflow.name}`,
      definition: workflow.definition,
      substitutions: { [QUEUE_URL_PREFIX]: stage.names.queueUrlPrefix },
      queues: ["canvas", ...workflow.modules],
    });
  }
}
