import * as z from "zod";
import { DAY } from "../src/core/limits.ts";
import { ModuleOptionsSchema, VpcSchema } from "../src/core/define/module.ts";

/** @param resource what the ARN's last part begins with. */
const arn = (service: string, resource: string): z.ZodType<string> =>
  z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${resource}/.+$`),
      `is no ARN such as arn:aws:${service}:eu-west-1:111122223333:${resource}/...`,
    );

const shape = ModuleOptionsSchema.shape;

/** What a stage says differently of one module than the module itself. */
export const ModuleOverrideSchema = z.strictObject({
  memory: shape.memory.unwrap().optional(),
  batchSize: shape.batchSize.unwrap().optional(),
  maxConcurrency: shape.maxConcurrency.unwrap().optional(),
  reservedConcurrency: shape.reservedConcurrency.unwrap().optional(),
  layers: shape.layers.unwrap().optional(),
});

/**
 * Subnets by a name that modules use, since ids differ by stage; null: this stage runs such modules outside of any VPC.
 */
export const VpcsSchema = z.record(z.string().min(1), VpcSchema.nullable());

/** What a browser calls the origin of a page: no path, no slash at the end. `http` for this machine alone. */
export const OriginSchema = z
  .string()
  .regex(
    /^(https:\/\/[a-z0-9.-]+(:\d{1,5})?|http:\/\/(localhost|127\.0\.0\.1)(:\d{1,5})?)$/,
    "is no origin such as https://app.example.com, without a path; http is for localhost alone",
  );

/** A name for the API of one's own. */
export const CustomDomainSchema = z.strictObject({
  name: z.hostname("is no host name such as tasks.example.com"),
  /** Of a certificate in the API's region. */
  certificateArn: arn("acm", "certificate"),
  /** Where the name is entered; null: by yourself, at the target that the stack puts out. */
  hostedZoneId: z
    .string()
    .regex(/^Z[A-Z0-9]{4,31}$/, "is no id of a hosted zone such as Z0123456789ABCDEFGHIJ")
    .nullable()
    .default(null),
});

/** A key of one's own by its ARN, or `true` for one that the stage makes. */
export const KmsKeySchema = z.union([z.boolean(), arn("kms", "key")]);

/**
 * A web ACL that is there, or one of the stage's with one rule: requests of one address in 5 minutes (10 is WAF's
 * least).
 */
export const WafSchema = z.union(
  [
    z.strictObject({ webAclArn: arn("wafv2", "regional/webacl") }),
    z.strictObject({ requestsPerAddress: z.number().int().min(10).max(2_000_000_000) }),
  ],
  'is neither {"webAclArn": ARN} nor {"requestsPerAddress": N}, N of 10 at least',
);

/** A name of Celery's, of a task or a queue; `*` at its end stands for whatever follows. */
const CeleryNames = z.record(z.string().min(1).max(256), z.string().min(1).max(256));

/** How a stage serves clients of Celery (docs/migrating.md). */
export const CelerySchema = z.strictObject({
  /** The queues that clients send to, by Celery's names. */
  queues: z.array(z.string().min(1).max(80)).min(1).default(["celery"]),
  /** What kombu puts before each queue's name (`queue_name_prefix`). */
  queuePrefix: z.string().max(40).default(""),
  /** The result table (`dynamodb://@region/NAME`). */
  resultTable: z
    .string()
    .regex(/^[\w.-]{3,255}$/, "is no name of a table")
    .default("celery"),
  /** Seconds for which results are kept; a day is Celery's default. */
  resultExpires: z.number().int().min(60).default(DAY),
  /** Celery's name of a task -> the name here: `"proj.tasks.add": "math.add"`, `"proj.tasks.*": "math.*"`. */
  tasks: CeleryNames.default({}),
  /** Tasks that Python workers run -> their queue (`task_routes`). */
  routes: CeleryNames.default({}),
  /** Whether STARTED is told (`task_track_started`): a message and a write more for each task. */
  trackStarted: z.boolean().default(false),
});

export type CeleryOptions = z.output<typeof CelerySchema>;
