// Runs an unmodified client of Celery, and a Python worker beside the tasks here, against the local run with the
// bridge: `node scripts/celery-clients.ts [case ...]`.
//
// Needs Python 3.10 or later with venv, and PyPI by pip as it is configured: celery[sqs] and boto3 are installed once
// for each version, into the system's folder for temporary files. Ends with 1 where a case fails.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Case, foreignCases } from "./celery/foreign-cases.ts";
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
  "revoke without the Python package":
    "remote control needs a broadcast that SQS has not; celeriac.celery goes over HTTP",
  "revoke_by_stamped_headers (167, 168), stamping (151 to 158)": "stamps are taken and mean nothing",
  "add_to_chord (85, 86)": "Celery itself has it on Redis alone; a task starts a canvas of its own, or replaces itself",
  "priority (107, 108, 171)": "SQS has none",
  "links that are counted in Redis (8, 27 to 38, 43 to 47, 67 to 77, 114 to 123, 132 to 136)":
    "no recorder here; the stage's own scenarios count them (test/scenarios/canvas*.test.ts)",
  "errbacks that are called in the failing worker (98, 115, 118, 140, 141)":
    "an errback is a task here, with the failed id",
  "tasks of Python's that return signatures or results (14, 142 to 150), models (162), Reject (160, 161)":
    "what code in Python does by itself",
  "a task's signature in the caller (169, 172, 173, 174)": "what Celery checks before it sends",
  "inspect, ping, stats": "there are no workers to ask: the dashboard, GET /queues, GET /registry",
  pickle: "refused, as a message must not run code",
};

async function casesOf(version: string, wanted: readonly string[]): Promise<Case[]> {
  const requirement = "celery[sqs]";
  const python = await pythonWith({ name: "celery", version, requirement, with: ["boto3"], python: [3, 10] });
  const stage = await startStage({ auth: "none", emailSender: "celeriac@example.com", celery: CELERY });
  const worker = startWorker(python, stage.embedded.awsUrl);
  try {
    const ofClients = await runClient(python, stage.embedded, wanted);
    return [...ofClients, ...(await foreignCases(stage.embedded.apiUrl, wanted))];
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

async function runClient(
  python: string,
  { awsUrl, apiUrl }: { readonly awsUrl: string; readonly apiUrl: string },
  wanted: readonly string[],
): Promise<Case[]> {
  const script = join(ROOT, "scripts", "celery", "cases.py");
  const env = { ...process.env, PYTHONPATH: join(ROOT, "clients", "python", "src"), PYTHONDONTWRITEBYTECODE: "1" };
  const client = spawn(python, [script, awsUrl, apiUrl, PATIENCE, ...wanted], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  });
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
