import { CfnRule } from "aws-cdk-lib/aws-events";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import type { Names } from "../names.ts";
import type { StageContext } from "../stage.ts";
import { CeleriacFunction } from "./celeriac-function.ts";
import { CeleriacQueue, consume } from "./celeriac-queue.ts";
import { longDelays } from "./long-delays.ts";
import {
  allQueues,
  answerSteps,
  consumeQueue,
  indexQueries,
  noticeMissing,
  objects,
  putEvents,
  startMachines,
  tableItems,
  tendExecutions,
} from "./permissions.ts";

/** Seconds that the canvas function has for one batch: the pages of a wide group take most. */
export const CANVAS_TIMEOUT = 300;
/** Minutes between two sweeps for what no message will ever settle. */
const SWEEP_MINUTES = 10;

/**
 * The canvas queue and the function that starts, chunks, closes and settles; it also takes the dead letters, and
 * sweeps.
 */
export class CanvasEngine extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { stage, deadQueueArn }: { readonly stage: StageContext; readonly deadQueueArn: string },
  ) {
    super(scope, id);
    const { config, names } = stage;
    const { queue } = new CeleriacQueue(this, "Queue", {
      stage,
      name: "canvas",
      timeout: CANVAS_TIMEOUT,
      deadQueueArn,
    });
    // It starts the links of tasks that it ends.
    const later = longDelays(stage);
    const { lambda } = new CeleriacFunction(this, "Canvas", {
      stage,
      name: "canvas",
      description: "Starts, closes and settles canvases, records dead letters, and sweeps",
      memory: 1024,
      timeout: CANVAS_TIMEOUT,
      permissions: [
        ...canvasPermissions(names),
        ...later.permissions,
        ...(config.completionEvents ? [putEvents(names)] : []),
      ],
      environment: later.environment,
      feedsItself: true,
    });
    consume(this, "Mapping", { queueArn: queue.queueArn, target: lambda, batchSize: 10, maxConcurrency: 20 });
    // Dead letters are few, and what is retired is mostly empty: neither needs a bound, and each is cheaper without.
    consume(this, "DeadLetters", { queueArn: deadQueueArn, target: lambda, batchSize: 10 });
    for (const name of config.retiredModules) {
      const queueArn = names.arn("sqs", names.queue(name));
      consume(this, `Retired-${name}`, { queueArn, target: lambda, batchSize: 10 });
    }
    // What a rule cannot deliver within a day is a dead letter, so that its alarm tells.
    const target = { id: "canvas", arn: queue.queueArn, deadLetterConfig: { arn: deadQueueArn } };
    const sweep = new CfnRule(this, "Sweep", {
      name: names.rule("sweep"),
      description: "Has what no message will ever settle looked for",
      scheduleExpression: `rate(${SWEEP_MINUTES} minutes)`,
      targets: [{ ...target, input: JSON.stringify({ op: "sweep" }) }],
    });
    const sample = new CfnRule(this, "Sample", {
      name: names.rule("sample"),
      description: "Has it recorded how full the queues are",
      // 43,200 a month: some $0.15 with what SQS, Lambda and DynamoDB ask for them.
      scheduleExpression: "rate(1 minute)",
      // One that is late says nothing of its minute any more.
      targets: [{ ...target, input: JSON.stringify({ op: "sample" }), retryPolicy: { maximumEventAgeInSeconds: 60 } }],
    });
    const ended = new CfnRule(this, "Ended", {
      name: names.rule("ended"),
      description: "Tells of executions that ended badly",
      eventPattern: {
        source: ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        detail: {
          status: ["FAILED", "TIMED_OUT", "ABORTED"],
          // All of the stage: naming each would soon fill the 2,048 characters of a pattern.
          stateMachineArn: [{ prefix: names.machineArnPrefix }],
        },
      },
      targets: [target],
    });
    queue.addToResourcePolicy(
      new PolicyStatement({
        actions: ["sqs:SendMessage"],
        principals: [new ServicePrincipal("events.amazonaws.com")],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { "aws:SourceArn": [sweep.attrArn, sample.attrArn, ended.attrArn] } },
      }),
    );
  }
}

function canvasPermissions(names: Names): PolicyStatement[] {
  return [
    // Its own, the dead letters, and for a purge any module's.
    consumeQueue(names, "*"),
    allQueues(names, "sqs:SendMessage"),
    tableItems(names, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
    indexQueries(names, "open", "recent"),
    objects(names, "s3:GetObject", "results"),
    noticeMissing(names),
    answerSteps(names),
    startMachines(names),
    tendExecutions(names),
    allQueues(names, "sqs:GetQueueAttributes"),
    objects(names, "s3:PutObject", "payloads", "later", "results"),
  ];
}
