import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib/core";
import { API_FUNCTIONS } from "../../lib/api-functions.ts";
import { addStacks } from "../../lib/assembly.ts";
import { loadConfig } from "../../lib/config.ts";
import { deployedModules } from "../../lib/deployed-modules.ts";
import { discoverTasks } from "../../lib/discover.ts";
import { discoverWorkflows } from "../../lib/discover-workflows.ts";
import { compileWorkflows } from "../../lib/workflows.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const ACCOUNT = "111122223333";

/** The kinds of stages that differ in what they deploy: each way to sign in, and everything that is off by default. */
export const KINDS = {
  dev: {},
  prod: {
    resources: "retain",
    apiConcurrency: 50,
    waitConcurrency: 50,
    maxQueueAge: 3_600,
    tracing: true,
    alarmEmail: "ops@example.com",
  },
  jwt: { auth: { jwt: { issuer: "https://id.example.com", audience: "celeriac" } }, apiConcurrency: 20 },
  keys: { auth: { apiKeys: { keys: { backend: ["submit", "read"] } } }, corsOrigins: ["https://app.example.com"] },
  full: {
    resources: "retain",
    kmsKey: true,
    waf: { requestsPerAddress: 2_000 },
    customDomain: {
      name: "tasks.example.com",
      certificateArn: `arn:aws:acm:eu-west-1:${ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555`,
      hostedZoneId: "Z0123456789ABCDEFGHIJ",
    },
    completionEvents: true,
    emailSender: "tasks@example.com",
    metrics: "task",
    retiredModules: ["gone"],
  },
} as const;

/** A kind of stage. */
export type Kind = keyof typeof KINDS;

/** Writes the templates of one kind of stage to `folder`/KIND. Bundles are stand-ins: only templates are looked at. */
export async function writeTemplates(kind: Kind, folder: string): Promise<string> {
  const config = loadConfig({ stages: KINDS, stage: kind }, {});
  const modules = deployedModules(await discoverTasks(ROOT, config.taskFolders), config);
  const workflows = compileWorkflows(await discoverWorkflows(ROOT, modules), modules, config.queueAllowance);
  const bundles = join(folder, `bundles-${kind}`);
  const apis = [...API_FUNCTIONS, "authorize"].map((name) => `api-${name}`);
  for (const name of ["canvas", ...modules.map((module) => `task-${module.name}`), ...apis]) {
    mkdirSync(join(bundles, name), { recursive: true });
    writeFileSync(join(bundles, name, "index.mjs"), `// ${name}`);
  }
  const outdir = join(folder, kind);
  const app = new App({ outdir, analyticsReporting: false, autoSynth: false, builtinCloudFormationValidation: false });
  addStacks(app, config, modules, bundles, workflows);
  app.synth();
  return outdir;
}
