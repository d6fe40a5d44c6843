import { AttributeType, BillingMode, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Aws } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { ENV } from "../../src/aws/env.ts";
import { type BridgeConfig, kombuQueueName } from "../../src/celery/config.ts";
import { CELERY_QUEUE } from "../../src/core/celery.ts";
import type { AnyTask } from "../../src/core/define/task.ts";
import type { CeleryOptions } from "../stage-options.ts";
import type { StageContext } from "../stage.ts";
import { CeleriacFunction } from "./celeriac-function.ts";
import { CeleriacQueue, consume } from "./celeriac-queue.ts";
import { longDelays } from "./long-delays.ts";
import {
  allQueues,
  answerSteps,
  consumeQueue,
  noticeMissing,
  objects,
  startMachines,
  tableItems,
} from "./permissions.ts";
import { stageKey } from "./stage-key.ts";

/** Seconds that the bridge has for one batch. */
const TIMEOUT = 60;

/** What the bridge is made from. */
export interface CeleryBridgeProps {
  readonly stage: StageContext;
  readonly options: CeleryOptions;
  /** What the stage has of tasks that workers of Celery run. */
  readonly foreign: readonly AnyTask[];
  readonly deadQueueArn: string;
}

/** Serves unmodified clients of Celery: their queues, their result table, and the function between these and tasks. */
export class CeleryBridge extends Construct {
  /** What the role of a client needs. */
  readonly clientPolicy: ManagedPolicy;

  constructor(scope: Construct, id: string, { stage, options, foreign, deadQueueArn }: CeleryBridgeProps) {
    super(scope, id);
    const { names } = stage;
    const table = this.#addTable(stage, options);
    const clientQueues = options.queues.map((name) => kombuQueueName(options.queuePrefix + name));
    const queues = [undefined, ...clientQueues].map(
      (queueName) =>
        new CeleriacQueue(this, queueName === undefined ? "Changes" : `Client-${queueName}`, {
          stage,
          name: CELERY_QUEUE,
          ...(queueName !== undefined && { queueName }),
          timeout: TIMEOUT,
          deadQueueArn,
        }),
    );
    const waiting = foreign.length === 0 ? null : longDelays(stage);
    const { lambda } = new CeleriacFunction(this, "Bridge", {
      stage,
      name: "celery",
      description: "Runs what clients of Celery send, and tells them what has become of it",
      memory: 512,
      timeout: TIMEOUT,
      permissions: [
        consumeQueue(names, CELERY_QUEUE),
        new PolicyStatement({
          actions: [...consumeQueue(names, CELERY_QUEUE).actions],
          resources: clientQueues.map((name) => names.arn("sqs", name)),
        }),
        allQueues(names, "sqs:SendMessage"),
        ...this.#sendToWorkers(stage, options, foreign),
        ...(waiting === null ? [] : [...waiting.permissions, answerSteps(names)]),
        tableItems(names, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchGetItem"),
        new PolicyStatement({
          actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
          resources: [names.arn("dynamodb", `table/${options.resultTable}`)],
        }),
        objects(names, "s3:GetObject", "payloads", "results", ...(waiting === null ? [] : (["later"] as const))),
        objects(names, "s3:PutObject", "payloads", "later", ...(waiting === null ? [] : (["results"] as const))),
        noticeMissing(names),
        startMachines(names),
      ],
      environment: { ...waiting?.environment, [ENV.celery]: JSON.stringify(configOf(options)) },
      feedsItself: true,
    });
    for (const { node, queue } of queues)
      consume(this, `Mapping-${node.id}`, {
        queueArn: queue.queueArn,
        target: lambda,
        batchSize: 10,
        maxConcurrency: 10,
      });
    this.clientPolicy = this.#addClientPolicy(stage, clientQueues, table);
  }

  #addTable(stage: StageContext, { resultTable }: CeleryOptions): Table {
    const key = stageKey(this, stage);
    return new Table(this, "Results", {
      tableName: resultTable,
      partitionKey: { name: "id", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      ...(key !== null && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
      // Celery refuses a table whose time to live is on another attribute.
      timeToLiveAttribute: "ttl",
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: stage.config.resources === "retain" },
      removalPolicy: stage.removal,
    });
  }

  #sendToWorkers(
    { names }: StageContext,
    { routes, queuePrefix }: CeleryOptions,
    foreign: readonly AnyTask[],
  ): PolicyStatement[] {
    const own = foreign.flatMap((task) => (task.foreign === null ? [] : [task.foreign.queue]));
    const queues = [...new Set([...Object.values(routes), ...own])].map((name) =>
      names.arn("sqs", kombuQueueName(queuePrefix + name)),
    );
    return queues.length === 0 ? [] : [new PolicyStatement({ actions: ["sqs:SendMessage"], resources: queues })];
  }

  /** Just what kombu and the result backend of a client call; they make neither queues nor tables. */
  #addClientPolicy({ names, config }: StageContext, queues: readonly string[], table: Table): ManagedPolicy {
    return new ManagedPolicy(this, "ClientPolicy", {
      managedPolicyName: `${names.prefix}-celery-client-${Aws.REGION}`,
      description: `What a client of Celery needs to call the tasks of the stage ${config.stage}`,
      statements: [
        // kombu looks its queues up; ListQueues knows no narrower resource.
        new PolicyStatement({ actions: ["sqs:ListQueues"], resources: ["*"] }),
        new PolicyStatement({
          actions: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"],
          resources: queues.map((name) => names.arn("sqs", name)),
        }),
        new PolicyStatement({
          actions: [
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
          ],
          resources: [table.tableArn],
        }),
      ],
    });
  }
}

function configOf(options: CeleryOptions): BridgeConfig {
  return {
    table: options.resultTable,
    queueUrlPrefix: `https://sqs.${Aws.REGION}.${Aws.URL_SUFFIX}/${Aws.ACCOUNT_ID}/${kombuQueueName(options.queuePrefix)}`,
    tasks: options.tasks,
    routes: options.routes,
    trackStarted: options.trackStarted,
    expires: options.resultExpires,
  };
}
