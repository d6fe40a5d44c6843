import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type EmbeddedAws, type EmbeddedAwsOptions, startEmbeddedAws } from "embedded-aws";
import { concurrencyOf } from "../../../local/concurrency.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** An embedded AWS with the project's stacks, configured as a test wants them. */
export interface OwnStage {
  readonly embedded: EmbeddedAws;
  /** Deploys it anew, as a change. @returns what changed, by name. */
  readonly redeploy: (config: Readonly<Record<string, unknown>>) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

/** Deploys the stage `local` with another configuration than cdk.json's. */
export async function startStage(
  config: Readonly<Record<string, unknown>>,
  options: Pick<EmbeddedAwsOptions, "guard" | "queueEnvironments"> = {},
): Promise<OwnStage> {
  const assembly = await mkdtemp(join(tmpdir(), "celeriac-stage-"));
  const log =
    process.env["CELERIAC_LOG"] === undefined ? undefined : (line: string) => void process.stderr.write(`${line}\n`);
  const [embedded] = await Promise.all([
    startEmbeddedAws({ log, concurrency: concurrencyOf, purgeInterval: 0, ...options }),
    synthesize(config, assembly),
  ]);
  await embedded.deploy(assembly);
  const redeploy = async (next: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
    await synthesize(next, assembly);
    return embedded.deploy(assembly);
  };
  const stop = async (): Promise<void> => {
    await embedded.stop();
    await rm(assembly, { recursive: true, force: true });
  };
  return { embedded, redeploy, stop };
}

async function synthesize(config: Readonly<Record<string, unknown>>, folder: string): Promise<void> {
  const stages = { local: { gatewayLogRole: false, taskFolders: ["functions/tasks", "test/tasks"], ...config } };
  const child = spawn(process.execPath, ["bin/app.ts"], {
    cwd: ROOT,
    env: {
      ...process.env,
      CELERIAC_STAGE: "local",
      CDK_OUTDIR: folder,
      CDK_CONTEXT_JSON: JSON.stringify({ stages }),
      NODE_COMPILE_CACHE: join(ROOT, ".celeriac", "cache"),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [[code], stderr] = await Promise.all([once(child, "close"), text(child.stderr)]);
  if (code !== 0) throw new Error(`The stage cannot be synthesized: ${stderr}`);
}
