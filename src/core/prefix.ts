import * as z from "zod";

/** What every name of every stage begins with, unless an app says otherwise. */
export const DEFAULT_PREFIX = "celeriac";

/**
 * What the names of an app's stages begin with (`context.prefix` of cdk.json), so that two apps fit one account.
 *
 * 16 characters at the most: the name of a bucket has 63 (S3 User Guide, "Bucket naming rules"), of which stage, account,
 * region and `-access` take up to 45.
 */
export const PrefixSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,14}[a-z0-9]$/,
    "is no prefix of names: expected 2 to 16 lower-case letters, digits and -, the first a letter, the last no -",
  )
  .default(DEFAULT_PREFIX);

/**
 * What tells a stage from all others of an account in metrics and events: its name alone in an app without a prefix of
 * its own.
 */
export function stageLabel(prefix: string, stage: string): string {
  return prefix === DEFAULT_PREFIX ? stage : `${prefix}-${stage}`;
}
