// A moving day with a real worker of Celery: `node scripts/celery-moving.ts [seconds for each step]`.
//
// Five tasks of Python move here and back again, while unmodified callers send plain tasks, chains and chords of them
// without a pause. Counts what was lost, what ran twice, and what had a wrong result; ends with 1 where anything was.
// Needs what scripts/celery-clients.ts needs.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { inParallel } from "../src/core/parallel.ts";
import { type OwnStage, startStage } from "../test/scenarios/support/stage.ts";
import { ROOT } from "./emulator/children.ts";
import { pythonWith } from "./emulator/venv.ts";

const SECONDS = Number(process.argv[2] ?? "8");
/** Seconds for all results once nothing is sent any more: what was in hand at a change may come back after 90 s. */
const PATIENCE = "240";

const HERE = { one: "math.add", two: "math.add", three: "math.add", four: "math.add", five: "math.tsum" };
const NAMES = ["one", "two", "three", "four", "five"] as const;

/** The day, by the tasks that run here at each step. */
const STEPS: readonly { readonly what: string; readonly moved: readonly string[] }[] = [
  { what: "all are Python's", moved: [] },
  { what: "one has moved", moved: ["one"] },
  { what: "half have moved", moved: ["one", "two", "five"] },
  { what: "all have moved", moved: NAMES },
  { what: "one goes back", moved: ["one", "two", "three", "four"] },
  { what: "all are Python's again", moved: [] },
];

/** The code of all is deployed from the beginning; a route says that Python still runs it. */
function stageWith(moved: readonly string[]): Record<string, unknown> {
  const left = NAMES.filter((name) => !moved.includes(name));
  return {
    auth: "none",
    // The report asks for each task: thousands at once.
    apiRate: 10_000,
    apiBurst: 5_000,
    celery: {
      tasks: Object.fromEntries(Object.entries(HERE).map(([name, own]) => [`moving.${name}`, own])),
      routes: Object.fromEntries(left.map((name) => [`moving.${name}`, "legacy"])),
    },
  };
}

const Line = z.object({ id: z.string(), why: z.string() });
const Events = z.object({ events: z.array(z.object({ status: z.string() })) });

async function movingDay(version: string): Promise<boolean> {
  const requirement = "celery[sqs]";
  const python = await pythonWith({ name: "celery", version, requirement, with: ["boto3"], python: [3, 9] });
  const folder = await mkdtemp(join(tmpdir(), "celeriac-moving-"));
  const ran = join(folder, "ran");
  await writeFile(ran, "");
  const stage = await startStage(stageWith([]));
  const { awsUrl } = stage.embedded;
  const worker = startWorker(python, awsUrl, ran);
  try {
    const client = spawn(python, [join(ROOT, "scripts", "celery", "moving.py"), awsUrl, PATIENCE], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    });
    const lines = linesOf(client);
    for (const { what, moved } of STEPS) {
      console.log(`  ${what}`);
      await stage.redeploy(stageWith(moved));
      await sleep(SECONDS * 1000);
    }
    client.stdin.end();
    return await report(stage, await lines, (await readFile(ran, "utf8")).split("\n"));
  } finally {
    const ended = once(worker, "exit");
    worker.kill("SIGKILL");
    await ended;
    await stage.stop();
    await rm(folder, { recursive: true });
  }
}

function startWorker(python: string, awsUrl: string, ran: string): ChildProcess {
  const args = ["-m", "celery", "-A", "legacy", "worker", "-Q", "legacy", "-P", "solo", "-l", "WARNING"];
  const env = { ...process.env, AWS_ENDPOINT_URL: awsUrl, CELERIAC_RAN: ran };
  return spawn(python, args, { cwd: join(ROOT, "scripts", "celery"), env, stdio: "ignore" });
}

async function linesOf(client: ChildProcess): Promise<z.output<typeof Line>[]> {
  const lines: z.output<typeof Line>[] = [];
  if (client.stdout === null) return lines;
  for await (const line of createInterface(client.stdout)) lines.push(Line.parse(JSON.parse(line)));
  return lines;
}

/** How often each task ran, on either side, and what came of it. */
async function report(
  stage: OwnStage,
  tasks: readonly z.output<typeof Line>[],
  ranThere: readonly string[],
): Promise<boolean> {
  const there = new Map<string, number>();
  for (const id of ranThere) there.set(id, (there.get(id) ?? 0) + 1);
  const runs = await inParallel(tasks, async ({ id }) => ({
    here: await startsHere(stage, id),
    there: there.get(id) ?? 0,
  }));
  const count = (test: (run: (typeof runs)[number]) => boolean): number => runs.filter((run) => test(run)).length;
  const wrong = tasks.filter(({ why }) => why !== "");
  const lost = count((run) => run.here + run.there === 0);
  const doubled = count((run) => run.here + run.there > 1);
  const sides = `${count((run) => run.here > 0)} here, ${count((run) => run.there > 0)} at Python's`;
  console.log(`  ${tasks.length} tasks (${sides}): ${lost} lost, ${doubled} doubled, ${wrong.length} with a wrong end`);
  for (const { id, why } of wrong.slice(0, 10)) console.log(`  ${id}: ${why}`);
  return tasks.length > 0 && lost + doubled + wrong.length === 0;
}

async function startsHere({ embedded }: OwnStage, id: string): Promise<number> {
  const response = await fetch(`${embedded.apiUrl}/tasks/${id}`);
  if (response.status === 404) return 0;
  return Events.parse(await response.json()).events.filter(({ status }) => status === "STARTED").length;
}

let well = true;
for (const version of ["5.6.3", "5.7.0"]) {
  console.log(`celery ${version}`);
  well = (await movingDay(version)) && well;
}
process.exitCode = well ? 0 : 1;
