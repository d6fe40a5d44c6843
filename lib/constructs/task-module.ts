import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { ENV } from "../../src/aws/env.ts";
import { TIMEOUT_MARGIN } from "../../src/core/limits.ts";
import type { ResolvedModuleOptions } from "../../src/core/define/module.ts";
import { CANVAS_KINDS } from "../canvas-kinds.ts";
import { type PythonModule, type TaskModule, longestLimit } from "../discover.ts";
import type { Names } from "../names.ts";
import type { StageContext } from "../stage.ts";
import { CeleriacFunction } from "./celeriac-function.ts";
import { CeleriacQueue, consume } from "./celeriac-queue.ts";
import { longDelays } from "./long-delays.ts";
import { PeriodicTasks } from "./periodic-tasks.ts";
import {
  allQueues,
  answerSteps,
  consumeQueue,
  noticeMissing,
  objects,
  ownRight,
  putEvents,
  readSecrets,
  sendMail,
  startMachines,
  tableItems,
  useVpc,
} from "./permissions.ts";

/** What a task module is built from. */
export interface TaskModuleProps {
  readonly stage: StageContext;
  readonly module: TaskModule;
  readonly deadQueueArn: string;
}

/** One file of functions/tasks: its queue, its Lambda, and the mapping between the two. */
export class TaskModuleConstruct extends Construct {
  readonly name: string;
  readonly queue: Queue;
  readonly worker: IFunction;
  readonly periodic: PeriodicTasks;

  constructor(scope: Construct, id: string, { stage, module, deadQueueArn }: TaskModuleProps) {
    super(scope, id);
    const { config, names } = stage;
    const { name, tasks, options } = module;
    // Lambda takes whole seconds; the messages of a batch run one after the other.
    const timeout = Math.ceil(options.batchSize * longestLimit(tasks)) + TIMEOUT_MARGIN;
    const granted = [longDelays(stage), ...[...new Set(options.grants)].map((grant) => GRANTED[grant](stage))];
    const { queue } = new CeleriacQueue(this, "Queue", { stage, name, timeout, deadQueueArn });
    const { lambda } = new CeleriacFunction(this, "Worker", {
      stage,
      name: `task-${name}`,
      description: `Runs the tasks of ${module.file}`,
      memory: options.memory,
      timeout,
      permissions: [
        ...workerPermissions(names, name),
        ...(config.completionEvents ? [putEvents(names)] : []),
        ...granted.flatMap(({ permissions }) => permissions),
        ...modulePermissions(names, options),
      ],
      environment: {
        ...options.environment,
        [ENV.module]: name,
        [ENV.timeout]: String(timeout),
        [ENV.memory]: String(options.memory),
        [ENV.metrics]: stage.config.metrics,
        ...(Object.keys(options.secrets).length > 0 && { [ENV.secrets]: JSON.stringify(options.secrets) }),
        ...(module.python !== undefined && { [ENV.python]: pythonOf(stage, module.python) }),
        ...Object.fromEntries(granted.flatMap(({ environment }) => Object.entries(environment ?? {}))),
      },
      feedsItself: true,
      reservedConcurrency: options.reservedConcurrency,
      ephemeralStorage: options.ephemeralStorage,
      vpc: typeof options.vpc === "string" ? null : options.vpc,
      // The embedded AWS has no /opt: there Python is the machine's own.
      layers: isLocal(stage) ? [] : options.layers,
    });
    this.name = name;
    this.queue = queue;
    this.worker = lambda;
    this.periodic = new PeriodicTasks(this, "Periodic", { stage, module });
    consume(this, "Mapping", {
      queueArn: queue.queueArn,
      target: lambda,
      batchSize: options.batchSize,
      maxConcurrency: options.maxConcurrency,
    });
  }
}

/** The Python of a module: the machine's own in the local run, else that of a layer, whose bin Lambda has in PATH. */
function pythonOf(stage: StageContext, { executable }: PythonModule): string {
  return isLocal(stage) ? executable : "python3";
}

function isLocal({ config }: StageContext): boolean {
  return config.stage === "local" && config.emulator === null;
}

/** Claiming, running and finishing a message, whatever its task does. */
function workerPermissions(names: Names, module: string): PolicyStatement[] {
  return [
    consumeQueue(names, module),
    allQueues(names, "sqs:SendMessage"),
    tableItems(names, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchGetItem"),
    objects(names, "s3:GetObject", "payloads", "later", "results"),
    noticeMissing(names),
    objects(names, "s3:PutObject", "payloads", "later", "results"),
    answerSteps(names),
    // A task may start a canvas; named workflows are for clients.
    startMachines(names, CANVAS_KINDS),
  ];
}

/** What a module's file asks for by itself: for its own role, and no other. */
function modulePermissions(names: Names, { permissions, secrets, vpc }: ResolvedModuleOptions): PolicyStatement[] {
  return [
    ...permissions.map(({ actions, resources }) => ownRight(actions, resources)),
    ...(Object.keys(secrets).length > 0 ? [readSecrets(names, Object.values(secrets))] : []),
    ...(vpc === null ? [] : [useVpc()]),
  ];
}

/** What a module gets of what it asked for with `defineModule({ grants })`: permissions, and variables. */
interface Granted {
  readonly permissions: readonly PolicyStatement[];
  readonly environment?: Readonly<Record<string, string>>;
}

const GRANTED: Readonly<Record<ResolvedModuleOptions["grants"][number], (stage: StageContext) => Granted>> = {
  documents: ({ names }) => ({
    permissions: [
      // Its own outputs too: rows go from one task to the next as a file.
      objects(names, "s3:GetObject", "documents", "uploads", "outputs"),
      objects(names, "s3:PutObject", "outputs"),
      objects(names, "s3:DeleteObject", "documents", "uploads"),
    ],
  }),
  email: ({ names, config: { emailSender } }) =>
    emailSender === null
      ? { permissions: [] }
      : { permissions: [sendMail(names, emailSender)], environment: { [ENV.emailSender]: emailSender } },
};
