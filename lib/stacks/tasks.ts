import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { App } from "aws-cdk-lib/core";
import { CANVAS_TIMEOUT } from "../constructs/canvas.ts";
import { CeleriacQueue } from "../constructs/celeriac-queue.ts";
import { CeleryBridge } from "../constructs/celery-bridge.ts";
import { RetiredModule } from "../constructs/retired-module.ts";
import { TaskModuleConstruct } from "../constructs/task-module.ts";
import type { TaskModule } from "../discover.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** The task modules, and the one queue for the dead letters of all. */
export class TasksStack extends StageStack {
  readonly modules: readonly TaskModuleConstruct[];
  readonly retired: readonly RetiredModule[];
  /** Null where the stage serves no clients of Celery. */
  readonly celery: CeleryBridge | null;

  constructor(app: App, stage: StageContext, modules: readonly TaskModule[]) {
    super(app, stage, "tasks", "Celeriac: a queue and a Lambda for each task module");
    const dead = new CeleriacQueue(this, "Dead", { stage, name: "dead", timeout: CANVAS_TIMEOUT, deadQueueArn: null });
    const deadQueueArn = dead.queue.queueArn;
    dead.queue.addToResourcePolicy(undelivered(stage, deadQueueArn));
    this.modules = modules.map(
      (module) => new TaskModuleConstruct(this, `module-${module.name}`, { stage, module, deadQueueArn }),
    );
    const { celery } = stage.config;
    this.celery = celery === null ? null : new CeleryBridge(this, "Celery", { stage, options: celery, deadQueueArn });
    this.retired = stage.config.retiredModules.map(
      (name) => new RetiredModule(this, `module-${name}`, { stage, name, deadQueueArn }),
    );
  }
}

/** Rules of the canvas stack put here what they could not deliver. */
function undelivered({ names }: StageContext, queueArn: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["sqs:SendMessage"],
    principals: [new ServicePrincipal("events.amazonaws.com")],
    resources: [queueArn],
    conditions: {
      ArnEquals: { "aws:SourceArn": ["sweep", "ended"].map((rule) => names.arn("events", `rule/${names.rule(rule)}`)) },
    },
  });
}
