import { createHash } from "node:crypto";
import * as z from "zod";
import type { DeployedResource } from "../resource.ts";

/** A Lambda function as its template has it. */
export interface FunctionConfig {
  readonly name: string;
  readonly arn: string;
  /** The asset directory, absolute. */
  readonly directory: string;
  /** `FILE.EXPORT`, such as `index.handler`. */
  readonly handler: string;
  /** MB, 128 to 10,240. */
  readonly memory: number;
  /** Seconds, 1 to 900. */
  readonly timeout: number;
  /** Environments at the most; null where the account's are shared. */
  readonly reservedConcurrency: number | null;
  /** The template's own variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly runtime: string;
}

/** Bytes of all variables together, names and values as JSON (Lambda quota: 4 KB). */
const MAX_VARIABLE_BYTES = 4096;

/** Names that Lambda sets itself and refuses from others, as far as a template might try. */
const RESERVED_NAMES =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_REGION|AWS_DEFAULT_REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;

const FunctionSchema = z.object({
  Code: z.object({ S3Key: z.string({ error: "only asset directories are served as code" }) }),
  Handler: z.string().regex(/^[\w./-]+\.\w+$/),
  Runtime: z.string().regex(/^nodejs\d+\.x$/, "only Node.js runtimes are served"),
  MemorySize: z.coerce.number().int().min(128).max(10_240).default(128),
  Timeout: z.coerce.number().int().min(1).max(900).default(3),
  ReservedConcurrentExecutions: z.coerce.number().int().min(0).optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
});

/**
 * Reads an `AWS::Lambda::Function`.
 * @param assetPath the directory behind an object key of the assembly
 * @throws Error for what Lambda refuses too: a variable with a reserved name, more than 4 KB of them
 */
export function readFunction(
  resource: DeployedResource,
  assetPath: (objectKey: string) => string | undefined,
): FunctionConfig {
  const properties = FunctionSchema.parse(resource.properties);
  const { Code, Handler, Runtime, MemorySize, Timeout, ReservedConcurrentExecutions, Environment } = properties;
  const name = resource.physicalId;
  const directory = assetPath(Code.S3Key);
  if (directory === undefined)
    throw new Error(`The assembly has no asset ${Code.S3Key}, which is the code of ${name}.`);

  const variables = Environment?.Variables ?? {};
  const reserved = Object.keys(variables).find((key) => RESERVED_NAMES.test(key));
  if (reserved !== undefined)
    throw new Error(`${name} sets ${reserved}, which Lambda reserves; name the variable otherwise.`);
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > MAX_VARIABLE_BYTES) {
    throw new Error(
      `${name} has ${bytes} bytes of environment variables; Lambda takes ${MAX_VARIABLE_BYTES}. Shorten or drop some.`,
    );
  }
  return {
    name,
    arn: resource.arn,
    directory,
    handler: Handler,
    memory: MemorySize,
    timeout: Timeout,
    reservedConcurrency: ReservedConcurrentExecutions ?? null,
    variables,
    runtime: Runtime,
  };
}

/** The credentials that a function's role has in this run. They differ by function, so that a call names its caller. */
export interface Credentials {
  readonly accessKey: string;
  readonly secret: string;
  readonly sessionToken: string;
}

/** The same function has the same credentials in every run: they open nothing but a local AWS. */
export function credentialsOf(functionName: string): Credentials {
  const digest = createHash("sha256").update(`embedded-aws/${functionName}`).digest();
  return {
    accessKey: `ASIA${digest.toString("hex").slice(0, 16).toUpperCase()}`,
    secret: digest.toString("base64url").slice(0, 40),
    sessionToken: `local-${digest.toString("hex")}`,
  };
}
