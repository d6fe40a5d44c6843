import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { createClient } from "./client.ts";
import { CALLERS, type Load, measure } from "./load.ts";
import { measureStack } from "./stack.ts";
import { type Round, mediansOf, tableOf } from "./table.ts";

/**
 * Measures the local run: how many tasks a second it takes and ends, and how long one, a chain and a chord take. It
 * needs Node alone.
 *
 *     npm run bench                       one round, beside the base that was saved
 *     npm run bench -- --save             the same, and it becomes the base
 *     npm run bench -- --against DIR      in turn with the local run of another checkout, `--rounds` times
 *     npm run bench -- --url URL          what runs already
 *
 * A loaded machine is slower by half: go by ratios of one run, not by figures of two.
 */
const { values } = parseArgs({
  options: {
    url: { type: "string" },
    against: { type: "string" },
    save: { type: "boolean", default: false },
    rounds: { type: "string", default: "1" },
    tasks: { type: "string", default: "2000" },
    probes: { type: "string", default: "100" },
    chains: { type: "string", default: "10" },
    chords: { type: "string", default: "3" },
  },
});

const count = (text: string, max: number): number => z.coerce.number().int().min(1).max(max).parse(text);
const rounds = count(values.rounds, 100);
const load: Load = {
  tasks: count(values.tasks, 100_000),
  probes: count(values.probes, 10_000),
  chains: count(values.chains, 1_000),
  chords: count(values.chords, 100),
};

const ROOT = join(import.meta.dirname, "..");
const BASE = join(ROOT, ".celeriac", "bench.json");
const Base = z.object({
  accepted: z.number(),
  completed: z.number(),
  p50: z.number(),
  p99: z.number(),
  chain20: z.number(),
  chord1000: z.number(),
  processes: z.number(),
  memory: z.number(),
  ready: z.number(),
});

async function measureRunning(url: string): Promise<Round> {
  const client = createClient(url, CALLERS);
  try {
    return { ...(await measure(client, load)), processes: Number.NaN, memory: Number.NaN, ready: Number.NaN };
  } finally {
    client.close();
  }
}

/** The figures that were saved last on this machine. */
function savedBase(): Round | undefined {
  try {
    return Base.parse(JSON.parse(readFileSync(BASE, "utf8")));
  } catch {
    return undefined;
  }
}

const mine: Round[] = [];
const theirs: Round[] = [];
for (let round = 0; round < rounds; round += 1) {
  mine.push(values.url === undefined ? await measureStack(ROOT, load) : await measureRunning(values.url));
  if (values.against !== undefined) theirs.push(await measureStack(resolve(values.against), load));
}
const medians = mediansOf(mine);
const other = values.against === undefined ? savedBase() : mediansOf(theirs);
console.log(tableOf(["this", values.against === undefined ? "base" : "other"], medians, other));
if (values.save) {
  mkdirSync(dirname(BASE), { recursive: true });
  writeFileSync(BASE, JSON.stringify(medians));
}
