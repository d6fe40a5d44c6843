import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedAws } from "embedded-aws";
import { concurrencyOf } from "../../../local/concurrency.ts";
import { synthesize } from "../../../local/synth.ts";
import { EMBEDDED_ONLY, type Inabilities, cannot, patience } from "./other-aws.ts";
import type { Served } from "./served.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The stages under test, one for each worker; or the one that was given. Empty where each file starts its own. */
    served: readonly Served[];
    /**
     * The cloud assembly that is served, for tests that serve it once more by themselves; empty where the tests were
     * given an API.
     */
    assembly: string;
    /** Seconds that a request waits for a result, 20 at the most. */
    wait: number;
    /** How many times as long as the embedded AWS this one may take to run tasks. */
    patience: number;
    /** What it cannot do, each with the reason: see `needs`. */
    cannot: Inabilities;
  }
}

/**
 * Gives the scenarios an API to call: the one at CELERIAC_URL (its AWS at CELERIAC_AWS_URL) where that is set, else the
 * project's own stacks, synthesized for the occasion and served by an embedded AWS for each worker. CELERIAC_LOG=1
 * shows what they log. CELERIAC_WAIT=1 has no request wait longer than a second, for an AWS that runs one invocation of
 * a function at a time: a waiting request holds up all others. CELERIAC_PATIENCE=4 waits four times as long for what is
 * to happen. CELERIAC_BASE_PATH=/v1 calls the API under its stage's path. CELERIAC_CANNOT={"ability":"reason"} skips
 * the scenarios that need it.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  project.provide("wait", Number(process.env["CELERIAC_WAIT"] ?? 20));
  project.provide("patience", patience());
  project.provide("cannot", cannot());
  const given = process.env["CELERIAC_URL"];
  if (given !== undefined) {
    project.provide("served", [{ apiUrl: given.replace(/\/$/, ""), awsUrl: process.env["CELERIAC_AWS_URL"] ?? "" }]);
    project.provide("assembly", "");
    const left = Object.entries(EMBEDDED_ONLY).map(([file, needs]) => `${file} (${needs})`);
    console.log(`Left out, since they need the embedded AWS: ${left.join(", ")}, and single scenarios that say so.`);
    return;
  }
  const root = join(import.meta.dirname, "..", "..", "..");
  const assembly = await mkdtemp(join(tmpdir(), "celeriac-scenarios-"));
  const log =
    process.env["CELERIAC_LOG"] === undefined ? undefined : (line: string) => void process.stderr.write(`${line}\n`);
  const [stages] = await Promise.all([
    Promise.all(
      Array.from({ length: project.config.maxWorkers }, () =>
        startEmbeddedAws({ log, concurrency: concurrencyOf, purgeInterval: 0 }),
      ),
    ),
    synthesize(root, assembly, new AbortController().signal),
  ]);
  await Promise.all(stages.map((embedded) => embedded.deploy(assembly)));
  project.provide(
    "served",
    stages.map(({ apiUrl, awsUrl }) => ({ apiUrl: apiUrl + (process.env["CELERIAC_BASE_PATH"] ?? ""), awsUrl })),
  );
  project.provide("assembly", assembly);
  return async () => {
    await Promise.all(stages.map((embedded) => embedded.stop()));
    await rm(assembly, { recursive: true, force: true });
  };
}
