import type { App } from "aws-cdk-lib/core";
import { CANVAS_TIMEOUT } from "../constructs/canvas.ts";
import { CeleriacQueue } from "../constructs/celeriac-queue.ts";
import { RetiredModule } from "../constructs/retired-module.ts";
import { TaskModuleConstruct } from "../constructs/task-module.ts";
import type { TaskModule } from "../discover.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** The task modules, and the one queue for the dead letters of all. */
export class TasksStack extends StageStack {
  readonly modules: readonly TaskModuleConstruct[];
  readonly retired: readonly RetiredModule[];

  constructor(app: App, stage: StageContext, modules: readonly TaskModule[]) {
    super(app, stage, "tasks", "Celeriac: a queue and a Lambda for each task module");
    const dead = new CeleriacQueue(this, "Dead", { stage, name: "dead", timeout: CANVAS_TIMEOUT, deadQueueArn: null });
    const deadQueueArn = dead.queue.queueArn;
    this.modules = modules.map(
      (module) => new TaskModuleConstruct(this, `module-${module.name}`, { stage, module, deadQueueArn }),
    );
    this.retired = stage.config.retiredModules.map(
      (name) => new RetiredModule(this, `module-${name}`, { stage, name, deadQueueArn }),
    );
  }
}
