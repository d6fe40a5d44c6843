import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { createClient } from "./client.ts";
import { CALLERS, type Load, measure } from "./load.ts";
import { startProcess } from "./processes.ts";
import { measureStack } from "./stack.ts";
import { type Round, mediansOf, tableOf } from "./table.ts";

/**
 * Measures the local run and FastAPI + Celery + Redis in turn, by the same client, on the same cores: `npm run
 * bench:celery -- --rounds 3`. It needs python3 with venv and pip, and redis-server (Debian: `apt-get install
 * redis-server`); Celery, FastAPI and uvicorn are installed into `.celeriac/celery` when it runs for the first time.
 */
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, tasks: { type: "string", default: "2000" } },
});
const rounds = z.coerce.number().int().min(1).max(100).parse(values.rounds);
const tasks = z.coerce.number().int().min(1).max(100_000).parse(values.tasks);
const load: Load = { tasks, probes: 100, chains: 10, chords: 3 };

const ROOT = join(import.meta.dirname, "..");
const VENV = join(ROOT, ".celeriac", "celery");
const PACKAGES = ["celery[redis]==5.6.3", "fastapi==0.165.0", "uvicorn[standard]==0.54.0"];

function prepare(): void {
  const missing = ["python3", "redis-server"].filter((command) => !answers(command));
  if (missing.length > 0) throw new Error(`This needs ${missing.join(" and ")}: apt-get install ${missing.join(" ")}.`);
  if (existsSync(join(VENV, "bin", "uvicorn"))) return;
  execFileSync("python3", ["-m", "venv", VENV], { stdio: "inherit" });
  execFileSync(join(VENV, "bin", "pip"), ["install", "--quiet", ...PACKAGES], { stdio: "inherit" });
}

function answers(command: string): boolean {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

async function measureCelery(): Promise<Round> {
  const stack = await startProcess({
    command: join(import.meta.dirname, "celery", "start.sh"),
    args: [VENV, String(await freePort()), String(await freePort())],
    cwd: ROOT,
    ready: /Celery is ready: (\S+)/,
  });
  const client = createClient(stack.found, CALLERS);
  try {
    return { ...(await measure(client, load)), ...stack.usage(), ready: stack.took };
  } finally {
    client.close();
    await stack.stop();
  }
}

prepare();
const ours: Round[] = [];
const theirs: Round[] = [];
for (let round = 0; round < rounds; round += 1) {
  ours.push(await measureStack(ROOT, load));
  theirs.push(await measureCelery());
}
console.log(`Medians of ${rounds} rounds in turn; a ratio above 1 is in Celeriac's favour.`);
console.log(tableOf(["celeriac", "celery"], mediansOf(ours), mediansOf(theirs)));
