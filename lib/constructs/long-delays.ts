import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { ENV } from "../../src/aws/env.ts";
import type { StageContext } from "../stage.ts";
import { makeSchedules } from "./permissions.ts";

/**
 * What a function needs that sends messages which may be due in more than 900 s; nothing where the stage has them hop.
 */
export function longDelays({ config, names }: StageContext): {
  readonly permissions: PolicyStatement[];
  readonly environment: Record<string, string>;
} {
  if (config.longDelays === "hops") return { permissions: [], environment: {} };
  return {
    permissions: makeSchedules(names),
    environment: {
      [ENV.scheduleGroup]: names.prefix,
      [ENV.scheduleRole]: names.scheduleRoleArn,
      [ENV.queueArnPrefix]: names.queueArnPrefix,
    },
  };
}
