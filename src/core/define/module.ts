import * as z from "zod";
import { DefinitionError } from "../errors.ts";

const BRAND = Symbol.for("celeriac.module");

/** What a module's tasks may use besides their own queue: each is a set of permissions of their Lambda. */
export const GRANTS = ["documents", "email"] as const;

/** Rights of a module's Lambda, and of no other. */
export interface Permission {
  /** Actions of IAM such as `bedrock:InvokeModel`; none with `*`. */
  readonly actions: readonly string[];
  /**
   * ARNs, or `*` where an action knows no other. `${AWS::Partition}`, `${AWS::Region}` and `${AWS::AccountId}` are
   * filled in.
   */
  readonly resources: readonly string[];
}

/**
 * Where in a VPC a module's Lambda has its network interfaces. It reaches AWS through endpoints or a NAT gateway of
 * yours alone.
 */
export interface Vpc {
  /** 1 to 16, in two availability zones at least, for one may fail. */
  readonly subnetIds: readonly string[];
  /** 1 to 5. */
  readonly securityGroupIds: readonly string[];
}

/** How a module's queue and Lambda are built. */
export interface ModuleOptions {
  /** The Lambda's memory, MB, 256 to 10,240: supervisor and task process share it. @default 512 */
  readonly memory?: number;
  /** Messages that one invocation takes, 1 to 10; the hard limits of all must fit 880 s together. @default 1 */
  readonly batchSize?: number;
  /** Invocations at a time, 2 to 1,000 (the range of an event source's MaximumConcurrency). @default 50 */
  readonly maxConcurrency?: number;
  /**
   * Environments that are kept for it out of the account's; `maxConcurrency` at least, else deliveries would be
   * refused.
   * @default none are kept
   */
  readonly reservedConcurrency?: number;
  /** Size of /tmp, MB, 512 to 10,240. What is above 512 costs by size and time. @default 512 */
  readonly ephemeralStorage?: number;
  /** Extra permissions: `documents` (read inputs, write outputs in S3), `email` (send through SES). @default none */
  readonly grants?: readonly (typeof GRANTS)[number][];
  /** Rights to what is yours. @default none */
  readonly permissions?: readonly Permission[];
  /** Variables of the tasks' environment. For what nobody may see there is `secrets`. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Variable -> the name or ARN of a secret in Secrets Manager. The supervisor reads them as an environment starts, and
   * hands them to the task process: no template, log or console shows them. One that is rotated is read by environments
   * that start later. @default none
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /** A name of the stage's `vpcs`, or ids. @default outside of any VPC */
  readonly vpc?: string | Vpc;
  /**
   * ARNs of layers with their versions, 5 at the most (quota of Lambda): what lies in /opt, Python for a module of
   * Python. The local run has none of them. @default none
   */
  readonly layers?: readonly string[];
}

/** Names that Lambda sets itself and refuses from others, and ours. */
const RESERVED_VARIABLE = /^(AWS_|LAMBDA_|CELERIAC_|_HANDLER$|_X_AMZN_TRACE_ID$|NODE_OPTIONS$)/;

const variableName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,127}$/, "a variable's name is a letter, then letters, digits and _")
  .refine((name) => !RESERVED_VARIABLE.test(name), "AWS_, LAMBDA_, CELERIAC_ and NODE_OPTIONS are not yours to set");

const PermissionSchema = z.strictObject({
  actions: z
    .array(
      z.string().regex(/^[a-z0-9-]+:[A-Za-z0-9]+$/, "is no single action such as s3:GetObject; name each, without *"),
    )
    .min(1),
  resources: z.array(z.string().regex(/^(arn:.+|\*)$/, "is no ARN")).min(1),
});

/** {@link Vpc}, by the limits of Lambda's VpcConfig. */
export const VpcSchema = z.strictObject({
  subnetIds: z
    .array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, "is no id of a subnet"))
    .min(1)
    .max(16),
  securityGroupIds: z
    .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/, "is no id of a security group"))
    .min(1)
    .max(5),
});

/** ARNs of layers, each with its version. */
export const LayersSchema = z
  .array(
    z
      .string()
      .regex(
        /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]+:\d+$/,
        "is no ARN of a layer's version such as arn:aws:lambda:eu-west-1:111122223333:layer:python:1",
      ),
  )
  .max(5);

/** {@link ModuleOptions} with its defaults. */
export const ModuleOptionsSchema = z
  .strictObject({
    memory: z.number().int().min(256).max(10_240).default(512),
    batchSize: z.number().int().min(1).max(10).default(1),
    maxConcurrency: z.number().int().min(2).max(1_000).default(50),
    reservedConcurrency: z.number().int().min(2).max(10_000).nullable().default(null),
    ephemeralStorage: z.number().int().min(512).max(10_240).default(512),
    grants: z.array(z.enum(GRANTS)).default([]),
    permissions: z.array(PermissionSchema).default([]),
    environment: z.record(variableName, z.string()).default({}),
    secrets: z
      .record(variableName, z.string().regex(/^[\w/+=.@:-]{1,2048}$/, "is no name or ARN of a secret"))
      .default({}),
    vpc: z.union([z.string(), VpcSchema]).nullable().default(null),
    layers: LayersSchema.default([]),
  })
  .superRefine(({ environment, secrets, maxConcurrency, reservedConcurrency }, context) => {
    for (const name of Object.keys(secrets).filter((key) => Object.hasOwn(environment, key)))
      context.addIssue({ code: "custom", path: ["secrets", name], message: "is in environment too; keep one" });
    if (reservedConcurrency !== null && reservedConcurrency < maxConcurrency) {
      const message = `is below maxConcurrency (${maxConcurrency}): deliveries would be refused, and ten refusals make a dead letter`;
      context.addIssue({ code: "custom", path: ["reservedConcurrency"], message });
    }
  });

export type ResolvedModuleOptions = z.output<typeof ModuleOptionsSchema>;

/** What {@link defineModule} returns. */
export interface ModuleConfig {
  readonly [BRAND]: true;
  readonly options: ResolvedModuleOptions;
}

/**
 * Says how the queue and the Lambda of a file in `functions/tasks` are built; export what it returns. Files that do not
 * get the defaults.
 * @throws DefinitionError for an unknown option or a value out of range.
 */
export function defineModule(options: ModuleOptions): ModuleConfig {
  const parsed = ModuleOptionsSchema.safeParse(options);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "options"}: ${issue.message}`);
    throw new DefinitionError(`defineModule: ${faults.join("; ")}.`);
  }
  return { [BRAND]: true, options: parsed.data };
}

/** Whether `value` is what {@link defineModule} returned. */
export function isModuleConfig(value: unknown): value is ModuleConfig {
  return typeof value === "object" && value !== null && BRAND in value;
}
