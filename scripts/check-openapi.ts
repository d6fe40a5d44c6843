import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/**
 * Has schemathesis try the API of a running stage by its own OpenAPI document: `npm run check:openapi`. It needs a
 * stage (`npm start`, or CELERIAC_URL of another that asks nobody) and schemathesis 4 (`pip install schemathesis`; the
 * command, or SCHEMATHESIS with its path). Arguments go on to it.
 */

const url = process.env["CELERIAC_URL"] ?? "http://localhost:8000";
const command = process.env["SCHEMATHESIS"] ?? "schemathesis";

/** What a test must not do to a stage for each random request: wait for a task, empty queues. */
const SLOW = ["getResult", "purgeQueue"];

function complain(what: string, todo: string): void {
  console.error(`${what} ${todo}`);
  process.exitCode = 2;
}

/** Runs it with some phases, and gives its exit code. */
async function schemathesis(phases: readonly string[]): Promise<number> {
  const run = [
    "run",
    `${url}/openapi.json`,
    "--max-examples=25",
    "--workers=2",
    "--request-timeout=30",
    // Ids and names are random, and nothing is of them: that is what those answers say.
    "--suppress-health-check=all",
    ...SLOW.map((operation) => `--exclude-operation-id=${operation}`),
    ...phases,
    ...process.argv.slice(2),
  ];
  const [code] = await once(spawn(command, run, { stdio: "inherit" }), "exit");
  return typeof code === "number" ? code : 1;
}

async function main(): Promise<void> {
  const version = spawnSync(command, ["--version"], { encoding: "utf8" });
  if (version.status !== 0)
    return complain(
      `"${command}" could not be started.`,
      "Install it (pip install schemathesis), or set SCHEMATHESIS.",
    );
  const there = await fetch(`${url}/health`).catch(() => null);
  if (there?.ok !== true)
    return complain(`No stage answers at ${url}.`, "Start one with npm start, or set CELERIAC_URL.");
  // What the document shows is to be taken; random names of tasks, arguments and cursors are rightly refused.
  const examples = await schemathesis(["--phases=examples"]);
  const others = await schemathesis(["--phases=fuzzing", "--exclude-checks=positive_data_acceptance"]);
  process.exitCode = Math.max(examples, others);
}

await main();
