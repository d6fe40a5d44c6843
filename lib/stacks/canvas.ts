import type { App } from "aws-cdk-lib/core";
import { CANVAS_KINDS } from "../canvas-kinds.ts";
import { CanvasMachine } from "../constructs/canvas-machine.ts";
import { CanvasEngine } from "../constructs/canvas.ts";
import { WorkflowMachine } from "../constructs/workflow-machine.ts";
import { type StageContext, StageStack } from "../stage.ts";
import type { CompiledWorkflow } from "../workflows.ts";

/** What runs canvases, and the machines of named workflows. */
export class CanvasStack extends StageStack {
  readonly canvas: CanvasEngine;
  readonly machines: readonly CanvasMachine[];
  readonly workflows: readonly WorkflowMachine[];

  constructor(app: App, stage: StageContext, workflows: readonly CompiledWorkflow[]) {
    super(app, stage, "canvas", "Celeriac: chains, groups, chords and workflows, dead letters, and the sweep");
    // By its name: a reference would export the ARN from the tasks stack, for good.
    this.canvas = new CanvasEngine(this, "Canvas", {
      stage,
      deadQueueArn: stage.names.arn("sqs", stage.names.queue("dead")),
    });
    this.machines = CANVAS_KINDS.map((kind) => new CanvasMachine(this, `${kind}-machine`, { stage, kind }));
    this.workflows = workflows.map(
      (workflow) => new WorkflowMachine(this, `workflow-${workflow.name}`, { stage, workflow }),
    );
  }
}
