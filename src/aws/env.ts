import { DAY } from "../core/limits.ts";
import * as z from "zod";
import { type Auth, AuthSchema } from "../core/http/auth.ts";
import { METRIC_LEVELS, type MetricLevel } from "../core/insights/emf.ts";

/** The names of the variables that the stacks set and the functions read. */
export const ENV = {
  stage: "CELERIAC_STAGE",
  table: "CELERIAC_TABLE",
  bucket: "CELERIAC_BUCKET",
  queuePrefix: "CELERIAC_QUEUE_PREFIX",
  machinePrefix: "CELERIAC_MACHINE_PREFIX",
  retentionDays: "CELERIAC_RETENTION_DAYS",
  module: "CELERIAC_MODULE",
  timeout: "CELERIAC_TIMEOUT",
  memory: "CELERIAC_MEMORY",
  emailSender: "CELERIAC_EMAIL_SENDER",
  secrets: "CELERIAC_SECRETS",
  corsOrigins: "CELERIAC_CORS_ORIGINS",
  maxQueueAge: "CELERIAC_MAX_QUEUE_AGE",
  completionEvents: "CELERIAC_COMPLETION_EVENTS",
  scheduleGroup: "CELERIAC_SCHEDULE_GROUP",
  scheduleRole: "CELERIAC_SCHEDULE_ROLE",
  queueArnPrefix: "CELERIAC_QUEUE_ARN_PREFIX",
  docs: "CELERIAC_DOCS",
  auth: "CELERIAC_AUTH",
  tokenRules: "CELERIAC_TOKEN_RULES",
  metrics: "CELERIAC_METRICS",
  celery: "CELERIAC_CELERY",
  emulatorUrl: "CELERIAC_EMULATOR_URL",
  python: "CELERIAC_PYTHON",
  otlp: "CELERIAC_OTLP",
  failureThreshold: "CELERIAC_FAILURE_THRESHOLD",
  canvas: "CELERIAC_CANVAS",
} as const;

const Common = z.object({
  [ENV.stage]: z.string().min(1),
  [ENV.table]: z.string().min(1),
  [ENV.bucket]: z.string().min(1),
  [ENV.queuePrefix]: z.string().min(1),
  [ENV.machinePrefix]: z.string().min(1),
  [ENV.retentionDays]: z.coerce.number().positive(),
  [ENV.maxQueueAge]: z.coerce.number().positive().nullable().default(null),
  [ENV.completionEvents]: z.literal("on").optional(),
  [ENV.otlp]: z.string().min(1).nullable().default(null),
  [ENV.canvas]: z.literal("direct").optional(),
});

const Schedules = z.object({
  [ENV.scheduleGroup]: z.string().min(1),
  [ENV.scheduleRole]: z.string().min(1),
  [ENV.queueArnPrefix]: z.string().min(1),
});

/** With what a function makes schedules. */
export interface ScheduleEnv {
  readonly group: string;
  /** The role in whose name Scheduler sends to the queues. */
  readonly roleArn: string;
  /** A queue's ARN is this and the module's name. */
  readonly queueArnPrefix: string;
}

/** What every function is told. */
export interface Env {
  readonly stage: string;
  readonly table: string;
  readonly bucket: string;
  /** A queue's URL is this and the module's name. */
  readonly queuePrefix: string;
  /** A state machine's ARN is this and its kind: chain, group or chord. */
  readonly machinePrefix: string;
  /** Seconds for which a record is kept after its task has ended. */
  readonly retention: number;
  /** Null where the function makes no schedules: messages then wait in SQS alone, 900 s at a time. */
  readonly schedules: ScheduleEnv | null;
  /** Seconds that a module's messages may wait before submissions to it are refused; null: for as long as they like. */
  readonly maxQueueAge: number | null;
  /** Whether the end of tasks and canvases is an event on the default bus. */
  readonly completionEvents: boolean;
  /** The collector that is sent a span of each task and canvas; null: nobody is. */
  readonly otlp: string | null;
  /** Whether the worker of a chain's step sends the next one itself, where no state machine is needed. */
  readonly direct: boolean;
}

/** What every function is told, read once at its start. @throws ZodError naming the variable that is missing. */
export function readEnv(variables: NodeJS.ProcessEnv = process.env): Env {
  const env = Common.parse(variables);
  return {
    stage: env[ENV.stage],
    table: env[ENV.table],
    bucket: env[ENV.bucket],
    queuePrefix: env[ENV.queuePrefix],
    machinePrefix: env[ENV.machinePrefix],
    retention: env[ENV.retentionDays] * DAY,
    schedules: readScheduleEnv(variables),
    maxQueueAge: env[ENV.maxQueueAge],
    completionEvents: env[ENV.completionEvents] === "on",
    otlp: env[ENV.otlp],
    direct: env[ENV.canvas] === "direct",
  };
}

function readScheduleEnv(variables: NodeJS.ProcessEnv): ScheduleEnv | null {
  if (variables[ENV.scheduleGroup] === undefined) return null;
  const env = Schedules.parse(variables);
  return {
    group: env[ENV.scheduleGroup],
    roleArn: env[ENV.scheduleRole],
    queueArnPrefix: env[ENV.queueArnPrefix],
  };
}

/** Whether the API has a page for its readers. */
export function readDocs(variables: NodeJS.ProcessEnv = process.env): boolean {
  return variables[ENV.docs] === "on";
}

/** The part of tasks that may fail, 0 to 1. @default 0.1, where the stage does not say it */
export function readFailureThreshold(variables: NodeJS.ProcessEnv = process.env): number {
  return z.coerce.number().min(0).max(1).default(0.1).parse(variables[ENV.failureThreshold]);
}

/**
 * How the API's functions know who calls.
 * @throws where the variable is missing: no API function may take everyone for want of one.
 */
export function readAuth(variables: NodeJS.ProcessEnv = process.env): Auth {
  return AuthSchema.parse(JSON.parse(variables[ENV.auth] ?? "null"));
}

const Worker = z.object({
  [ENV.metrics]: z.enum(METRIC_LEVELS).default("off"),
  [ENV.module]: z.string().min(1),
  [ENV.timeout]: z.coerce.number().positive(),
  [ENV.memory]: z.coerce.number().positive(),
  AWS_LAMBDA_FUNCTION_NAME: z.string().min(1),
  // What only informs must not keep a worker from starting.
  AWS_LAMBDA_LOG_STREAM_NAME: z.string().default(""),
  [ENV.python]: z.string().min(1).nullable().default(null),
  [ENV.secrets]: z
    .string()
    .default("{}")
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.record(z.string(), z.string())),
});

/** What a module's worker is told besides. */
export interface WorkerEnv {
  readonly module: string;
  /**
   * The function's timeout, seconds. Some emulators' contexts give a constant remaining time, so it comes from here.
   */
  readonly timeout: number;
  /** The function's memory, MB. */
  readonly memory: number;
  /**
   * Its own name, and the log stream of this environment: of Lambda, whose Node makes the context of them. Not every
   * emulator's does.
   */
  readonly functionName: string;
  readonly logStream: string;
  /** How finely its tasks' metrics are told apart. */
  readonly metrics: MetricLevel;
  /** Variable of the task process -> name or ARN of the secret that it holds. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The Python that runs its tasks; null where they are TypeScript. */
  readonly python: string | null;
}

/** What a module's worker is told besides. @throws ZodError naming the variable that is missing. */
export function readWorkerEnv(variables: NodeJS.ProcessEnv = process.env): WorkerEnv {
  const env = Worker.parse(variables);
  return {
    module: env[ENV.module],
    timeout: env[ENV.timeout],
    memory: env[ENV.memory],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    logStream: env.AWS_LAMBDA_LOG_STREAM_NAME,
    metrics: env[ENV.metrics],
    secrets: env[ENV.secrets],
    python: env[ENV.python],
  };
}

/** The origins whose pages may call the API from a browser; none where the stage names none. */
export function readCorsOrigins(variables: NodeJS.ProcessEnv = process.env): string[] {
  return (variables[ENV.corsOrigins] ?? "").split(" ").filter(Boolean);
}
