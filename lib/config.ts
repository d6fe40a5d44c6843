import { z } from "zod";
import { DefinitionError } from "../src/core/errors.ts";

/** The days that CloudWatch Logs offers as a retention (PutRetentionPolicy, API reference). */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** What a stage in cdk.json (`context.stages`) may say. Unknown keys are refused, so that a typo does not pass for a default. */
const StageSchema = z.strictObject({
  /** What becomes of table, bucket, queues and log groups when they leave the template: `retain` in production. */
  resources: z.enum(["retain", "destroy"]).default("destroy"),
  /** Who may call the API: `iam` (requests signed with SigV4), or `none` (everyone; the local run alone). */
  auth: z.enum(["iam", "none"]).default("iam"),
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
  /** Modules of functions/tasks that this stage does not deploy. */
  modulesOff: z.array(z.string()).default([]),
  /** Reserved concurrency of the function behind `?wait=`, so that waiting clients don't use up the account's; null: none. */
  waitConcurrency: z.number().int().min(1).max(1_000).nullable().default(null),
  /** Requests a second that the API takes, and how many at once. 10,000 and 5,000 are an account's quota in one region. */
  apiRate: z.number().int().min(1).max(10_000).default(500),
  apiBurst: z.number().int().min(1).max(5_000).default(1_000),
  /**
   * Seconds that the states of named workflows leave their tasks for waiting in queues (a backlog, a run anew after an environment
   * was lost), besides running: a state that waits for longer gives its task up. A message can wait for 14 days.
   */
  queueAllowance: z
    .number()
    .int()
    .min(60)
    .max(14 * 24 * 3600)
    .default(24 * 3600),
  /** Whether the account's role for API Gateway's logs is set: one for all APIs of account and region. False where it has one, or needs none. */
  gatewayLogRole: z.boolean().default(true),
  /** The address, verified in SES, that modules with the `email` grant send from; null: they cannot send. */
  emailSender: z.email().nullable().default(null),
  /** Who is told of alarms; null: nobody, they only show in the console. */
  alarmEmail: z.email().nullable().default(null),
  /** Tags of every stack, which CloudFormation puts on all that it makes. */
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).default({}),
});

/** How one stage is deployed. */
export interface StageConfig extends z.output<typeof StageSchema> {
  /** `local`, `dev`, `prod` or a name of your own; it is in every resource's name. */
  readonly stage: string;
}

/** At most 9 characters: `celeriac-<stage>-task-<module of 40>` must fit the 64 of a Lambda's name. */
const STAGE_NAME = /^[a-z][a-z0-9]{0,8}$/;

/** The stage that is taken where none is named. */
const DEFAULT_STAGE = "dev";

/**
 * The configuration of the stage that was asked for.
 * @param context The CDK context, of which `stage` (`-c stage=NAME`) and `stages` (cdk.json) count.
 * @param variables CELERIAC_STAGE names the stage where the context does not.
 * @throws DefinitionError naming the key that is wrong and what it may be.
 */
export function loadConfig(context: Readonly<Record<string, unknown>>, variables: NodeJS.ProcessEnv): StageConfig {
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
  return { stage, ...parseStage(stage, stages.data[stage]) };
}

function parseStage(stage: string, value: unknown): z.output<typeof StageSchema> {
  const parsed = StageSchema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => [issue.path.join("."), issue.message].filter(Boolean).join(": "));
    throw new DefinitionError(`cdk.json: stage "${stage}": ${faults.join("; ")}.`);
  }
  if (parsed.data.auth === "none" && stage !== "local") {
    throw new DefinitionError(
      `cdk.json: stage "${stage}": auth "none" would open the API to everyone; it is for "local" alone. Say "iam", or leave it out.`,
    );
  }
  return parsed.data;
}
