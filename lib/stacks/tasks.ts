import type { App } from "aws-cdk-lib/core";
import { CANVAS_TIMEOUT } from "../constructs/canvas.ts";
import { CeleriacQueue } from "../constructs/celeriac-queue.ts";
import { TaskModuleConstruct } from "../constructs/task-module.ts";
import type { TaskModule } from "../discover.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** The task modules, and the one queue for the dead letters of all. */
export class TasksStack extends StageStack {
  readonly deadQueueArn: string;

  constructor(app: App, stage: StageContext, modules: readonly TaskModule[]) {
    super(app, stage, "tasks", "Celeriac: a queue and a Lambda for each task module");
    const dead = new CeleriacQueue(this, "Dead", { stage, name: "dead", timeout: CANVAS_TIMEOUT, deadQueueArn: null });
    this.deadQueueArn = dead.queue.queueArn;
    for (const module of modules) {
      new TaskModuleConstruct(this, `module-${module.name}`, { stage, module, deadQueueArn: this.deadQueueArn });
    }
  }
}
