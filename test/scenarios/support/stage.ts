import { join } from "node:path";
import { type Stage, type StageOptions, startStage as startTestStage } from "../../../src/testing/index.ts";

/** An embedded AWS with the project's stacks, configured as a test wants them. */
export type OwnStage = Pick<Stage, "embedded" | "redeploy" | "stop">;

/** Deploys the stage `local` with another configuration than cdk.json's. */
export function startStage(
  config: Readonly<Record<string, unknown>>,
  aws: NonNullable<StageOptions["aws"]> = {},
): Promise<OwnStage> {
  const log =
    process.env["CELERIAC_LOG"] === undefined ? {} : { log: (line: string) => void process.stderr.write(`${line}\n`) };
  const root = join(import.meta.dirname, "..", "..", "..");
  return startTestStage({ root, config, aws, tasks: ["functions/tasks", "test/tasks"], ...log });
}
