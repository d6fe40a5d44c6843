import type { App } from "aws-cdk-lib/core";
import { Canvases } from "../constructs/canvases.ts";
import { type StageContext, StageStack } from "../stage.ts";
import type { CompiledWorkflow } from "../workflows.ts";

/** What runs canvases, and the machines of named workflows. */
export class CanvasStack extends StageStack {
  readonly canvases: Canvases;

  constructor(app: App, stage: StageContext, workflows: readonly CompiledWorkflow[]) {
    super(app, stage, "canvas", "Celeriac: chains, groups, chords and workflows, dead letters, and the sweep");
    // By its name: a reference would export the ARN from the tasks stack, for good.
    const deadQueueArn = stage.names.arn("sqs", stage.names.queue("dead"));
    this.canvases = new Canvases(this, "Default", { stage, workflows, deadQueueArn });
  }
}
