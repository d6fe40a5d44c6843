import type { App } from "aws-cdk-lib/core";
import { CANVAS_KINDS } from "../canvas-kinds.ts";
import { CanvasMachine } from "../constructs/canvas-machine.ts";
import { Canvas } from "../constructs/canvas.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** What runs canvases. */
export class CanvasStack extends StageStack {
  readonly canvas: Canvas;
  readonly machines: readonly CanvasMachine[];

  constructor(app: App, stage: StageContext) {
    super(app, stage, "canvas", "Celeriac: chains, groups and chords, dead letters, and the sweep");
    // By its name: a reference would export the ARN from the tasks stack, for good.
    this.canvas = new Canvas(this, "Canvas", {
      stage,
      deadQueueArn: stage.names.arn("sqs", stage.names.queue("dead")),
    });
    this.machines = CANVAS_KINDS.map((kind) => new CanvasMachine(this, `${kind}-machine`, { stage, kind }));
  }
}
