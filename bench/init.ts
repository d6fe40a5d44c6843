import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import * as z from "zod";
import { bundleFunctions } from "../lib/bundle.ts";
import { discoverTasks } from "../lib/discover.ts";
import { buildRegistry } from "../lib/registry.ts";

/**
 * Measures how each function starts: bytes of its folder, and the CPU that Node takes to load its entry, in
 * milliseconds, beside an empty handler's. A Lambda of 256 MB has a seventh of a core for it. `node bench/init.ts`
 */
const { values } = parseArgs({ options: { runs: { type: "string", default: "9" } } });
const runs = z.coerce.number().int().min(1).parse(values.runs);
const run = promisify(execFile);
const root = join(import.meta.dirname, "..");
const folder = await mkdtemp(join(tmpdir(), "celeriac-"));
const environment = {
  PATH: process.env["PATH"],
  AWS_REGION: "us-east-1",
  AWS_LAMBDA_FUNCTION_NAME: "celeriac",
  ...Object.fromEntries(
    ["STAGE", "TABLE", "BUCKET", "QUEUE_PREFIX", "MACHINE_PREFIX", "MODULE"].map((name) => [
      `CELERIAC_${name}`,
      "math",
    ]),
  ),
  ...Object.fromEntries(["RETENTION_DAYS", "TIMEOUT", "MEMORY"].map((name) => [`CELERIAC_${name}`, "300"])),
  CELERIAC_AUTH: JSON.stringify({ kind: "none" }),
};

/** Milliseconds of CPU to import a file, in a Node of its own. */
async function load(file: string): Promise<number> {
  const code = `const start = process.cpuUsage();
    await import(${JSON.stringify(file)});
    const { user, system } = process.cpuUsage(start);
    console.log((user + system) / 1000);
    process.exit();`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], { env: environment });
  return z.coerce.number().parse(stdout.trim().split("\n").at(-1));
}

async function median(file: string): Promise<number> {
  const taken: number[] = [];
  for (let n = 0; n < runs; n += 1) taken.push(await load(file));
  return taken.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
}

const modules = await discoverTasks(root);
const bundle = await bundleFunctions({ root, modules, registry: buildRegistry(modules), folder });
const empty = join(folder, "empty.mjs");
await writeFile(empty, "export const handler = () => ({});");
console.log(`${"function".padEnd(18)} ${"bytes".padStart(9)}  CPU ms   (median of ${runs})`);
console.log(`${"(empty)".padEnd(18)} ${"".padStart(9)}  ${(await median(empty)).toFixed(1)}`);
for (const [name, bytes] of bundle.sizes) {
  const files = (await readdir(join(folder, name))).length;
  const cpu = await median(join(folder, name, "index.mjs")).catch(() => Number.NaN);
  console.log(`${name.padEnd(18)} ${String(bytes).padStart(9)}  ${cpu.toFixed(1)}   (${files} files)`);
}
await rm(folder, { recursive: true });
