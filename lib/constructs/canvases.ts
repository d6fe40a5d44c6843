import { Construct } from "constructs";
import { CANVAS_KINDS } from "../canvas-kinds.ts";
import type { StageContext } from "../stage.ts";
import type { CompiledWorkflow } from "../workflows.ts";
import { CanvasMachine } from "./canvas-machine.ts";
import { CanvasEngine } from "./canvas.ts";
import { WorkflowMachine } from "./workflow-machine.ts";

/** What runs canvases, and the machines of named workflows. */
export class Canvases extends Construct {
  readonly engine: CanvasEngine;
  readonly machines: readonly CanvasMachine[];
  readonly workflows: readonly WorkflowMachine[];

  constructor(
    scope: Construct,
    id: string,
    {
      stage,
      workflows,
      deadQueueArn,
    }: {
      readonly stage: StageContext;
      readonly workflows: readonly CompiledWorkflow[];
      readonly deadQueueArn: string;
    },
  ) {
    super(scope, id);
    this.engine = new CanvasEngine(this, "Canvas", { stage, deadQueueArn });
    this.machines = CANVAS_KINDS.map((kind) => new CanvasMachine(this, `${kind}-machine`, { stage, kind }));
    this.workflows = workflows.map(
      (workflow) => new WorkflowMachine(this, `workflow-${workflow.name}`, { stage, workflow }),
    );
  }
}
