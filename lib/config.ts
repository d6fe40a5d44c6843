import { DAY, MAX_RETENTION } from "../src/core/limits.ts";
import * as z from "zod";
import { PrefixSchema } from "../src/core/prefix.ts";
import { METRIC_LEVELS } from "../src/core/insights/emf.ts";
import { DefinitionError } from "../src/core/errors.ts";
import { AuthConfigSchema, authFault } from "./auth-config.ts";
import { EMULATORS, type EmulatorName, emulatorOf } from "./emulator.ts";
import { TASK_FOLDER } from "./discover.ts";
import {
  CelerySchema,
  CustomDomainSchema,
  KmsKeySchema,
  ModuleOverrideSchema,
  OriginSchema,
  VpcsSchema,
  WafSchema,
} from "./stage-options.ts";

/** The days that CloudWatch Logs offers as a retention (PutRetentionPolicy, API reference). */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/**
 * What a stage in cdk.json (`context.stages`) may say. Unknown keys are refused, so that a typo does not pass for a
 * default.
 */
export const StageSchema = z.strictObject({
  /** What becomes of table, bucket, queues and log groups when they leave the template: `retain` in production. */
  resources: z.enum(["retain", "destroy"]).default("destroy"),
  /** Who may call the API, and whose tasks a caller sees: see {@link AuthConfigSchema}. */
  auth: AuthConfigSchema.prefault("iam"),
  /** Days for which a record and its payloads are kept after its task has ended. */
  recordRetentionDays: z.number().int().min(1).max(3_650).default(7),
  /** Days for which logs are kept: one of the values that CloudWatch Logs offers. */
  logRetentionDays: z
    .number()
    .refine(
      (days) => LOG_RETENTION_DAYS.includes(days),
      `is not one of ${LOG_RETENTION_DAYS.join(", ")}, which CloudWatch Logs offers`,
    )
    .default(30),
  /** Folders of task modules, relative to the project; with `test/tasks`, this repository's `probe.*` are deployed. */
  taskFolders: z.array(z.string().min(1)).min(1).default([TASK_FOLDER]),
  /** Modules that this stage does not deploy. */
  modulesOff: z.array(z.string()).default([]),
  /** What this stage says differently of single modules; a name that is no module is refused. */
  modules: z.record(z.string(), ModuleOverrideSchema).default({}),
  /**
   * Modules that were removed, whose queues stay for one release more: what still waits there ends as FAILURE
   * `NotRegistered`, and so settles the canvases that wait for it. Take a name out when its queue has been empty for 14
   * days, or at once if nothing waits.
   */
  retiredModules: z
    .array(z.string().regex(/^(?!(canvas|celery|dead)$)[a-z][a-z0-9_-]{0,39}$/, "is no module's name"))
    .default([]),
  /** Subnets and security groups by the names that modules use (`defineModule({ vpc: "private" })`). */
  vpcs: VpcsSchema.default({}),
  /**
   * Reserved concurrency of the function behind `?wait=`, so that waiting clients do not use up the account's; null:
   * none.
   */
  waitConcurrency: z.number().int().min(1).max(1_000).nullable().default(null),
  /**
   * Reserved concurrency of each of the API's other functions (submit, read, operate), so that no module's backlog
   * leaves the API without; null: none. New accounts have 10 in all, of which 10 must stay unreserved, so that theirs
   * must be raised first.
   */
  apiConcurrency: z.number().int().min(1).max(1_000).nullable().default(null),
  /** Pages of these origins may call the API from a browser; none: no CORS. */
  corsOrigins: z.array(OriginSchema).max(20).default([]),
  /** A name of one's own for the API, TLS 1.2 at least; null: only API Gateway's. */
  customDomain: CustomDomainSchema.nullable().default(null),
  /** A web ACL before the API; null: none. One costs $5 a month, each rule $1, a million requests $0.60. */
  waf: WafSchema.nullable().default(null),
  /**
   * Table, bucket, queues and logs are encrypted under a customer-managed key: `true` makes one, an ARN names yours. $1
   * a month and $0.03 for 10,000 calls. @default false AWS's own keys, which cost nothing
   */
  kmsKey: KmsKeySchema.default(false),
  /**
   * Seconds: submissions to a module whose messages have waited for longer are answered 429. An estimate by the workers
   * (see src/aws/queue-ages.ts); null: everything is taken, for 14 days.
   */
  maxQueueAge: z.number().int().min(10).max(MAX_RETENTION).nullable().default(null),
  /**
   * Whether API, functions and state machines send traces to X-Ray: one request a second, and 5 % of what is above. $5
   * for a million traces.
   */
  tracing: z.boolean().default(false),
  /**
   * The address of a collector that takes OTLP over HTTP, without `/v1/traces`: each task and canvas that ends is a
   * span there. Null: none is made.
   */
  otlp: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
  /**
   * Whether the end of each task and canvas is an event on the account's default bus. $1 for a million, and a call
   * before each end.
   */
  completionEvents: z.boolean().default(false),
  /**
   * What carries canvases: `states` is Step Functions, whose console shows them; with `direct` the worker of a step
   * sends the next one itself where a chain is of tasks alone, which saves $25 a million steps. All else stays.
   */
  canvas: z.enum(["states", "direct"]).default("states"),
  /**
   * Requests a second that the API takes, and how many at once. 10,000 and 5,000 are an account's quota in one region.
   */
  apiRate: z.number().int().min(1).max(10_000).default(500),
  apiBurst: z.number().int().min(1).max(5_000).default(1_000),
  /**
   * Seconds that the states of named workflows leave their tasks for waiting in queues (a backlog, a run anew after an
   * environment was lost), besides running: a state that waits for longer gives its task up. A message can wait for 14
   * days.
   */
  queueAllowance: z.number().int().min(60).max(MAX_RETENTION).default(DAY),
  /**
   * Where messages wait that are due in more than the 900 s that SQS delays one: `scheduler`, or `hops`, which
   * receives and sends them again every 900 s, for emulators whose Scheduler takes schedules and never runs them
   * (LocalStack). Periodic tasks need a Scheduler.
   */
  longDelays: z.enum(["scheduler", "hops"]).default("scheduler"),
  /**
   * Whether the account's role for API Gateway's logs is set: one for all APIs of account and region. False where it
   * has one, or needs none.
   */
  gatewayLogRole: z.boolean().default(true),
  /** The address, verified in SES, that modules with the `email` grant send from; null: they cannot send. */
  emailSender: z.email().nullable().default(null),
  /** The address that alarms are sent to; null: none, they only show in the console. */
  alarmEmail: z.email().nullable().default(null),
  /**
   * Metrics of tasks in CloudWatch, by stage, and by module or task as well. Six names (runtime, wait, succeeded,
   * failed, retried, part of the soft limit) at $0.30 a month for the stage and each module, or task, in the hours that
   * have data. `off` leaves out the alarms on them too.
   */
  metrics: z.enum(METRIC_LEVELS).default("stage"),
  /** The part of tasks that may fail: above it the alarm tells, and the monitor shows the rate as one to look at. */
  failureThreshold: z.number().min(0.001).max(1).default(0.1),
  /**
   * Whether CloudWatch shows the stage on a dashboard, and keeps queries of its logs. $3 a month above an account's
   * first three.
   */
  dashboard: z.boolean().default(true),
  /** Whether GET /docs serves a page that shows the API to its readers; it is asked for like any other path. */
  docs: z.boolean().default(false),
  /** Serves clients of Celery from queues of their own; null: there is no bridge, and nothing of it costs. */
  celery: CelerySchema.nullable().default(null),
  /** Tags of every stack, which CloudFormation puts on all that it makes. */
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}),
});

/** How one stage is deployed. */
export interface StageConfig extends z.output<typeof StageSchema> {
  /** `local`, `dev`, `prod` or a name of your own; it is in every resource's name. */
  readonly stage: string;
  /** What the names of all stages of the app begin with. */
  readonly prefix: string;
  /** The emulator that it is deployed to; null for AWS, and for the embedded AWS. */
  readonly emulator: EmulatorName | null;
  /**
   * Whether this is the stage's first deployment (`-c first=true`, as `npm run deploy` says): nothing is protected from
   * deletion yet, so that one that fails is rolled back whole, and can be repeated. @default false
   */
  readonly first?: boolean;
  /**
   * Where clients reach the emulator, if not where functions do: `http://127.0.0.1:4566` for one in a container, whose
   * own address Docker Desktop does not lead to. @default where functions do
   */
  readonly emulatorUrl?: string;
}

/** At most 9 characters: `celeriac-<stage>-task-<module of 40>` must fit the 64 of a Lambda's name. */
const STAGE_NAME = /^[a-z][a-z0-9]{0,8}$/;

/** The stage that is taken where none is named. */
const DEFAULT_STAGE = "dev";

/**
 * The configuration of the stage that was asked for.
 * @param context The CDK context, of which `stage` (`-c stage=NAME`), `emulator`, `prefix` and `stages` count.
 * @param variables CELERIAC_STAGE names the stage where the context does not; LOCALSTACK_HOST, where clients reach the
 *   emulator.
 * @param given What code says of the stage, before what cdk.json does.
 * @throws DefinitionError naming the key that is wrong and what it may be.
 */
export function loadConfig(
  context: Readonly<Record<string, unknown>>,
  variables: NodeJS.ProcessEnv,
  given: Readonly<Record<string, unknown>> = {},
): StageConfig {
  const stage = context["stage"] ?? variables["CELERIAC_STAGE"] ?? DEFAULT_STAGE;
  const stages = z.record(z.string(), z.unknown()).safeParse(context["stages"]);
  if (!stages.success) {
    throw new DefinitionError('cdk.json: context.stages is missing: expected an object such as {"dev": {}}.');
  }
  if (typeof stage !== "string" || !Object.hasOwn(stages.data, stage)) {
    const known = Object.keys(stages.data).join(", ");
    throw new DefinitionError(
      `cdk.json: there is no stage ${JSON.stringify(stage)} in context.stages: name one of ${known}, or add it there.`,
    );
  }
  if (!STAGE_NAME.test(stage)) {
    throw new DefinitionError(
      `cdk.json: "${stage}" is no name for a stage: expected a lower-case letter, then at most 8 more or digits, since it is in every resource's name.`,
    );
  }
  const prefix = parsePrefix(context["prefix"]);
  const emulator = emulatorOf(context);
  const config = parseStage(stage, stages.data[stage], given);
  const first = String(context["first"]) === "true" && { first: true };
  const host = variables["LOCALSTACK_HOST"];
  const reached = emulator !== null && host !== undefined && host !== "" && { emulatorUrl: `http://${host}` };
  return {
    stage,
    prefix,
    emulator,
    ...first,
    ...reached,
    ...config,
    ...(emulator !== null && EMULATORS[emulator].config),
  };
}

function parsePrefix(value: unknown): string {
  const parsed = PrefixSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new DefinitionError(`cdk.json: context.prefix ${JSON.stringify(value)} ${parsed.error.issues[0]?.message}.`);
}

function parseStage(stage: string, value: unknown, given: object): z.output<typeof StageSchema> {
  const parsed = StageSchema.safeParse(typeof value === "object" && value !== null ? { ...value, ...given } : value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => [issue.path.join("."), issue.message].filter(Boolean).join(": "));
    throw new DefinitionError(`cdk.json: stage "${stage}": ${faults.join("; ")}.`);
  }
  const fault = stage === "local" ? null : authFault(parsed.data.auth);
  if (fault !== null) throw new DefinitionError(`cdk.json: stage "${stage}": ${fault}`);
  return parsed.data;
}
