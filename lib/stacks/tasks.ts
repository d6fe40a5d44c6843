import type { App } from "aws-cdk-lib/core";
import { TaskModules } from "../constructs/task-modules.ts";
import type { TaskModule } from "../discover.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** The task modules, and the one queue for the dead letters of all. */
export class TasksStack extends StageStack {
  readonly tasks: TaskModules;

  constructor(app: App, stage: StageContext, modules: readonly TaskModule[]) {
    super(app, stage, "tasks", "Celeriac: a queue and a Lambda for each task module");
    this.tasks = new TaskModules(this, "Default", { stage, modules });
  }
}
