import * as z from "zod";
import { DefinitionError } from "./errors.ts";

const BRAND = Symbol.for("celeriac.module");

/** What a module's tasks may use besides their own queue: each is a set of permissions of their Lambda. */
export const GRANTS = ["documents", "email"] as const;

/** How a module's queue and Lambda are built. */
export interface ModuleOptions {
  /** The Lambda's memory, MB, 256 to 10,240: supervisor and task process share it. @default 512 */
  readonly memory?: number;
  /** Messages that one invocation takes, 1 to 10; the hard limits of all must fit 880 s together. @default 1 */
  readonly batchSize?: number;
  /** Invocations at a time, 2 to 1,000 (the range of an event source's MaximumConcurrency). @default 50 */
  readonly maxConcurrency?: number;
  /** Extra permissions: `documents` (read inputs, write outputs in S3), `email` (send through SES). @default none */
  readonly grants?: readonly (typeof GRANTS)[number][];
}

/** {@link ModuleOptions} with its defaults. */
export const ModuleOptionsSchema = z.strictObject({
  memory: z.number().int().min(256).max(10_240).default(512),
  batchSize: z.number().int().min(1).max(10).default(1),
  maxConcurrency: z.number().int().min(2).max(1_000).default(50),
  grants: z.array(z.enum(GRANTS)).default([]),
});

export type ResolvedModuleOptions = z.output<typeof ModuleOptionsSchema>;

/** What {@link defineModule} returns. */
export interface ModuleConfig {
  readonly [BRAND]: true;
  readonly options: ResolvedModuleOptions;
}

/**
 * Says how the queue and the Lambda of a file in `functions/tasks` are built; export what it returns. Files that don't get the defaults.
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
