import * as z from "zod";
import { ACCOUNT, REGION } from "../resource.ts";
import type { DeployedResource } from "../resource.ts";
import { messageOf, parseJson } from "../values.ts";
import { parseTiming } from "./expression.ts";
import type { Timing } from "./expression.ts";
import { SchedulerFailure } from "./failure.ts";
import { isTimeZone } from "./zone.ts";

/** The group of schedules that name no other, which every account has. */
export const DEFAULT_GROUP = "default";

/** Bytes of a target's input (Scheduler quota: 256 KB). */
const MAX_INPUT_BYTES = 262_144;

/** Milliseconds that the start of a schedule may lie back when it is made. */
const START_TOLERANCE = 300_000;

/** Milliseconds since 1970: the API sends seconds, a template a text. */
const DateSchema = z.union([
  z.number().transform((seconds) => seconds * 1000),
  z.string().transform((text, context) => {
    const time = Date.parse(text);
    if (Number.isNaN(time)) context.addIssue(`"${text}" is no date`);
    return time;
  }),
]);

const TargetSchema = z
  .object({
    Arn: z.string().regex(/^arn:aws:(sqs|lambda):/, "only queues and functions are served as targets"),
    RoleArn: z.string().regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/, "it is no ARN of a role"),
    Input: z.string().min(1).optional(),
    SqsParameters: z.object({ MessageGroupId: z.string().min(1).max(128).optional() }).optional(),
    RetryPolicy: z
      .object({
        MaximumEventAgeInSeconds: z.coerce.number().int().min(60).max(86_400).default(86_400),
        MaximumRetryAttempts: z.coerce.number().int().min(0).max(185).default(185),
      })
      .default({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 }),
    DeadLetterConfig: z.object({ Arn: z.string().startsWith("arn:aws:sqs:").optional() }).optional(),
  })
  .refine(({ Input = "" }) => Buffer.byteLength(Input) <= MAX_INPUT_BYTES, {
    path: ["Input"],
    error: `it has more than ${MAX_INPUT_BYTES} bytes`,
  })
  .refine(
    ({ Arn, Input }) => !Arn.startsWith("arn:aws:lambda:") || Input === undefined || parseJson(Input) !== undefined,
    {
      path: ["Input"],
      error: "the input of a function must be well-formed JSON",
    },
  );

const windowSchema = z
  .object({
    Mode: z.enum(["OFF", "FLEXIBLE"]),
    MaximumWindowInMinutes: z.coerce.number().int().min(1).max(1440).optional(),
  })
  .refine(({ Mode, MaximumWindowInMinutes }) => (Mode === "FLEXIBLE") === (MaximumWindowInMinutes !== undefined), {
    error: "MaximumWindowInMinutes belongs to FLEXIBLE, and to nothing else",
  });

const SpecSchema = z.object({
  Name: z.string().regex(/^[\w.-]{1,64}$/, "a name has 1 to 64 letters, digits, -, _ and ."),
  GroupName: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .default(DEFAULT_GROUP),
  Description: z.string().max(512).optional(),
  State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default("UTC"),
  StartDate: DateSchema.optional(),
  EndDate: DateSchema.optional(),
  FlexibleTimeWindow: windowSchema,
  Target: TargetSchema,
  ActionAfterCompletion: z.enum(["NONE", "DELETE"]).default("NONE"),
  KmsKeyArn: z.string().optional(),
});

/** What a schedule was asked to be. Dates are milliseconds since 1970. */
export type Spec = Readonly<z.infer<typeof SpecSchema>>;

/**
 * Reads the body of CreateSchedule or UpdateSchedule with its name, or the properties of an `AWS::Scheduler::Schedule`.
 * @throws SchedulerFailure (ValidationException) for what is wrong or not served
 */
export function readSpec(input: unknown): Spec {
  const parsed = SpecSchema.safeParse(input);
  if (!parsed.success) throw invalid(`1 validation error detected: ${messageOf(parsed.error)}`);
  timingOf(parsed.data);
  return parsed.data;
}

/** Reads an `AWS::Scheduler::Schedule`. Throws like {@link readSpec}. */
export function readSchedule({ physicalId, properties }: DeployedResource): Spec {
  return readSpec({ ...properties, Name: physicalId });
}

/** When a schedule is due. Throws like {@link readSpec}. */
export function timingOf({ ScheduleExpression, ScheduleExpressionTimezone }: Spec): Timing {
  if (!isTimeZone(ScheduleExpressionTimezone)) {
    throw invalid(`Invalid Schedule Expression Timezone ${ScheduleExpressionTimezone}. It is no time zone of IANA's.`);
  }
  try {
    return parseTiming(ScheduleExpression, ScheduleExpressionTimezone);
  } catch (error) {
    throw invalid(`Invalid Schedule Expression ${ScheduleExpression}. ${messageOf(error)}`);
  }
}

/**
 * Refuses what must lie in the future when a schedule is made over the API. One-time schedules ignore start and end.
 * @throws SchedulerFailure (ValidationException)
 */
export function refusePast(spec: Spec, now: number): void {
  const { ScheduleExpression, StartDate, EndDate } = spec;
  const timing = timingOf(spec);
  if (timing.kind === "at") {
    if (timing.next(now - 1, now) === null)
      throw invalid(`Invalid Schedule Expression ${ScheduleExpression}. It is over.`);
    return;
  }
  if (StartDate !== undefined && StartDate < now - START_TOLERANCE) {
    throw invalid("The StartDate you specify cannot be earlier than 5 minutes ago.");
  }
  if (EndDate !== undefined && EndDate <= Math.max(now, StartDate ?? 0)) {
    throw invalid("The EndDate you specify must be in the future and later than the StartDate.");
  }
}

/** The ARN of a schedule. */
export function arnOf({ GroupName, Name }: Pick<Spec, "GroupName" | "Name">): string {
  return `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/${GroupName}/${Name}`;
}

function invalid(message: string): SchedulerFailure {
  return new SchedulerFailure("ValidationException", message);
}
