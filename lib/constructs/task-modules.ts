import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { CANVAS_TIMEOUT } from "./canvas.ts";
import { CeleriacQueue } from "./celeriac-queue.ts";
import { CeleryBridge } from "./celery-bridge.ts";
import { RetiredModule } from "./retired-module.ts";
import { TaskModuleConstruct } from "./task-module.ts";
import type { TaskModule } from "../discover.ts";
import type { StageContext } from "../stage.ts";

/** The task modules, and the one queue for the dead letters of all. */
export class TaskModules extends Construct {
  readonly dead: Queue;
  readonly modules: readonly TaskModuleConstruct[];
  readonly retired: readonly RetiredModule[];
  /** Null where the stage serves no clients of Celery. */
  readonly celery: CeleryBridge | null;

  constructor(
    scope: Construct,
    id: string,
    { stage, modules }: { readonly stage: StageContext; readonly modules: readonly TaskModule[] },
  ) {
    super(scope, id);
    const dead = new CeleriacQueue(this, "Dead", { stage, name: "dead", timeout: CANVAS_TIMEOUT, deadQueueArn: null });
    this.dead = dead.queue;
    const deadQueueArn = dead.queue.queueArn;
    dead.queue.addToResourcePolicy(undelivered(stage, deadQueueArn));
    this.modules = modules.map(
      (module) => new TaskModuleConstruct(this, `module-${module.name}`, { stage, module, deadQueueArn }),
    );
    const { celery } = stage.config;
    const foreign = modules.flatMap((module) => module.foreign);
    this.celery =
      celery === null ? null : new CeleryBridge(this, "Celery", { stage, options: celery, foreign, deadQueueArn });
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
      ArnEquals: {
        "aws:SourceArn": ["sweep", "ended", "sample"].map((rule) => names.arn("events", `rule/${names.rule(rule)}`)),
      },
    },
  });
}
