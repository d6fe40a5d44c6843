import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastPlace, writeCursor } from "../src/ask/cursor.ts";

/**
 * Has schemathesis try the API of a running stage by its own OpenAPI document: `npm run check:openapi`. It needs a
 * stage (`npm start`, or CELERIAC_URL of another that asks nobody) and schemathesis 4 (`pip install schemathesis`; the
 * command, or SCHEMATHESIS with its path). Arguments go on to it. Do not edit sources meanwhile: `npm start` deploys
 * them, and requests under way are then answered 503.
 */

const url = process.env["CELERIAC_URL"] ?? "http://localhost:8000";
const command = process.env["SCHEMATHESIS"] ?? "schemathesis";

/** What a test must not do to a stage for each random request: wait for a task, empty queues. */
const SLOW = ["getResult", "purgeQueue"];

/** Nodes hold nodes: schemathesis writes out every limit of every level (10,000 members of 10,000), without end. */
const RECURSIVE = ["chain", "group", "chord", "canvas"];

/** What names tasks, workflows and states, with arguments for them: a schema cannot say which there are. */
const NAMING = [...RECURSIVE, "submitTask", "submitBatch", "runWorkflow", "actOnMany"];

/**
 * Of the methods that no operation has, TRACE is left out: API Gateway has no such method, and answers that there is no
 * route. A 415 is what a document of an extension gets that nobody reads.
 */
const COMMON = `
[phases.coverage]
unexpected-methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 415, 429]
`;

/** A cursor that a page gives, and a state that there is: random ones are rightly refused. */
const KNOWN = `
[parameters]
"query.cursor" = "${writeCursor(lastPlace(Date.now()))}"
"query.status" = "FAILURE"
`;

/** Nor can it be known which requests of those that name something are good. */
const ASK_NAMING_NOTHING = `
[[operations]]
include-operation-id = ${JSON.stringify(NAMING)}
checks.positive_data_acceptance.enabled = false
`;

/** What schemathesis is run for, one after the other. */
const RUNS: readonly { readonly config: string; readonly phase: string; readonly flags: readonly string[] }[] = [
  // What the document shows is to be taken.
  { config: COMMON, phase: "examples", flags: [] },
  // Limits of each parameter and key, from both sides.
  { config: COMMON + KNOWN + ASK_NAMING_NOTHING, phase: "coverage", flags: without(RECURSIVE) },
  // Random requests, good and bad. Whether good ones are taken is asked by the next run, of those that can be known.
  { config: COMMON, phase: "fuzzing", flags: ["--exclude-checks=positive_data_acceptance"] },
  {
    config: COMMON + KNOWN,
    phase: "fuzzing",
    flags: ["--mode=positive", "--checks=positive_data_acceptance", ...without(NAMING)],
  },
  // What one answer gives, the next request asks for.
  { config: COMMON, phase: "stateful", flags: ["--exclude-checks=positive_data_acceptance"] },
];

function without(operations: readonly string[]): string[] {
  return operations.map((operation) => `--exclude-operation-id=${operation}`);
}

function complain(what: string, todo: string): void {
  console.error(`${what} ${todo}`);
  process.exitCode = 2;
}

/** Runs it, and gives its exit code. */
async function schemathesis(folder: string, { config, phase, flags }: (typeof RUNS)[number]): Promise<number> {
  const file = join(folder, "schemathesis.toml");
  await writeFile(file, config);
  const run = [
    `--config-file=${file}`,
    "run",
    `${url}/openapi.json`,
    `--phases=${phase}`,
    "--max-examples=25",
    "--workers=2",
    "--request-timeout=30",
    // Ids and names are random, and nothing is of them: that is what those answers say.
    "--suppress-health-check=all",
    ...without(SLOW),
    ...flags,
    ...process.argv.slice(2),
  ];
  const [code] = await once(spawn(command, run, { stdio: "inherit", cwd: folder }), "exit");
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
  const folder = await mkdtemp(join(tmpdir(), "celeriac-openapi-"));
  try {
    const codes: number[] = [];
    for (const run of RUNS) codes.push(await schemathesis(folder, run));
    process.exitCode = Math.max(...codes);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
