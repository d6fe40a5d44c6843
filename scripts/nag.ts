import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib/core";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import * as z from "zod";
import { API_FUNCTIONS } from "../lib/api-functions.ts";
import { addStacks } from "../lib/assembly.ts";
import { loadConfig } from "../lib/config.ts";
import { deployedModules } from "../lib/deployed-modules.ts";
import { discoverTasks } from "../lib/discover.ts";
import { discoverWorkflows } from "../lib/discover-workflows.ts";
import { compileWorkflows } from "../lib/workflows.ts";
import { ACKNOWLEDGED } from "../lib/acknowledged.ts";

const ROOT = join(import.meta.dirname, "..");
const STAGE = process.argv[2] ?? "prod";
const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

/** A finding of one rule, and where. */
interface Finding {
  readonly rule: string;
  readonly description: string;
  readonly places: readonly string[];
}

/** The stage's stacks. Bundles are stand-ins: the rules look at templates. */
async function createApp(folder: string): Promise<App> {
  const { context } = CdkJson.parse(JSON.parse(readFileSync(join(ROOT, "cdk.json"), "utf8")));
  const config = loadConfig({ ...context, stage: STAGE }, {});
  const modules = deployedModules(await discoverTasks(ROOT, config.taskFolders), config);
  const workflows = compileWorkflows(await discoverWorkflows(ROOT, modules), modules, config.queueAllowance);
  const names = ["canvas", ...modules.map(({ name }) => `task-${name}`), ...API_FUNCTIONS.map((name) => `api-${name}`)];
  for (const name of names) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "index.mjs"), `// ${name}`);
  }
  const app = new App({ context, outdir: join(folder, "out"), analyticsReporting: false, autoSynth: false });
  addStacks(app, config, modules, folder, workflows);
  return app;
}

function findingsOf(app: App): Finding[] {
  const reports = [new AwsSolutionsChecks(app), new ServerlessChecks(app)].map((pack) => pack.validateScope(app));
  return reports
    .flatMap((report) => report.violations)
    .map((violation) => ({
      rule: violation.ruleName,
      description: violation.description,
      places: violation.violatingResources.map(({ constructPath }) => constructPath ?? "somewhere"),
    }));
}

/** Holds a stage against cdk-nag's AwsSolutions and Serverless packs: `node scripts/nag.ts [STAGE]`. */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "celeriac-nag-"));
  try {
    const findings = findingsOf(await createApp(folder));
    const open = findings.filter(({ rule }) => !ACKNOWLEDGED.some(({ finding }) => finding.test(rule)));
    for (const { rule, description, places } of open)
      console.error(`${rule}: ${description}\n  ${places.slice(0, 5).join("\n  ")}`);
    const stale = ACKNOWLEDGED.filter(({ finding }) => !findings.some(({ rule }) => finding.test(rule)));
    for (const { finding } of stale) console.error(`lib/acknowledged.ts: ${finding.source} is not found any more.`);
    if (open.length + stale.length > 0) process.exitCode = 1;
    const places = findings.reduce((sum, finding) => sum + finding.places.length, 0);
    console.error(
      `cdk-nag, stage ${STAGE}: ${open.length} findings unacknowledged; ${places} places of ${ACKNOWLEDGED.length} kinds have a reason in lib/acknowledged.ts.`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
