// Runs an unmodified client of Celery, and a Python worker beside the tasks here, against the local run with the
// bridge: `node scripts/celery-clients.ts [case ...]`.
//
// Needs Python 3.9 or later with venv, and PyPI by pip as it is configured: celery[sqs] and boto3 are installed once
// for each version, into the system's folder for temporary files. Ends with 1 where a case fails.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import { startStage } from "../test/scenarios/support/stage.ts";
import { ROOT } from "./emulator/children.ts";
import { pythonWith } from "./emulator/venv.ts";

const VERSIONS = ["5.6.3", "5.7.0"] as const;

/** Seconds for one result: a Python worker asks for its messages once a second. */
const PATIENCE = "20";

/** What the stage is told: how its tasks are called there, and what is still Python's. */
const CELERY = {
  tasks: {
    "proj.tasks.add": "math.add",
    "proj.tasks.mul": "math.mul",
    "proj.tasks.tsum": "math.tsum",
    "proj.tasks.xsum": "math.xsum",
    "proj.tasks.*": "probe.*",
  },
  routes: { "legacy.*": "legacy" },
};

/** What a client cannot have here, whatever is asked; docs/migrating.md says why and what to do. */
const IMPOSSIBLE = {
  "AsyncResult.revoke()": "remote control needs a broadcast that SQS has not: POST /tasks/{id}/revoke",
  "inspect, ping, stats": "there are no workers to ask: the dashboard, GET /queues, GET /registry",
  pickle: "refused, as a message must not run code",
};

const Case = z.object({ name: z.string(), state: z.enum(["passed", "failed"]), why: z.string() });

type Case = z.output<typeof Case>;

async function casesOf(version: string, wanted: readonly string[]): Promise<Case[]> {
  const requirement = "celery[sqs]";
  const python = await pythonWith({ name: "celery", version, requirement, with: ["boto3"], python: [3, 9] });
  const stage = await startStage({ auth: "none", emailSender: "celeriac@example.com", celery: CELERY });
  const worker = startWorker(python, stage.embedded.awsUrl);
  try {
    return await runClient(python, stage.embedded.awsUrl, wanted);
  } finally {
    const ended = once(worker, "exit");
    worker.kill("SIGKILL");
    await ended;
    await stage.stop();
  }
}

function startWorker(python: string, awsUrl: string): ChildProcess {
  const args = ["-m", "celery", "-A", "legacy", "worker", "-Q", "legacy", "-P", "solo", "-l", "WARNING"];
  const env = { ...process.env, AWS_ENDPOINT_URL: awsUrl };
  return spawn(python, args, { cwd: join(ROOT, "scripts", "celery"), env, stdio: "ignore" });
}

async function runClient(python: string, awsUrl: string, wanted: readonly string[]): Promise<Case[]> {
  const script = join(ROOT, "scripts", "celery", "cases.py");
  const client = spawn(python, [script, awsUrl, PATIENCE, ...wanted], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(client, "close");
  const cases: Case[] = [];
  for await (const line of createInterface(client.stdout)) {
    const one = Case.parse(JSON.parse(line));
    if (one.state === "failed") console.log(`  ${one.name}: ${one.why}`);
    cases.push(one);
  }
  await ended;
  return cases;
}

let failures = 0;
for (const version of VERSIONS) {
  console.log(`celery ${version}`);
  const cases = await casesOf(version, process.argv.slice(2));
  const failed = cases.filter(({ state }) => state === "failed").length;
  failures += failed;
  console.log(`  ${cases.length - failed} of ${cases.length} passed`);
}
console.log("Impossible:");
for (const [what, why] of Object.entries(IMPOSSIBLE)) console.log(`  ${what}: ${why}`);
process.exitCode = failures === 0 ? 0 : 1;
