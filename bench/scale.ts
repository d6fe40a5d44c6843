import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { type Client, createClient } from "./client.ts";
import { CALLERS } from "./load.ts";
import { type Started, startProcess } from "./processes.ts";
import { LOCAL_RUN, READY } from "./stack.ts";

/**
 * Whether time grows with the load alone, and memory does not: `node bench/scale.ts`, as rows for docs/performance.md.
 * Batches up to `--tasks` tasks, chords up to 10,000 members, chains up to 1,000 steps, results from 1 KB to 5 MB.
 */
const { values } = parseArgs({ options: { tasks: { type: "string", default: "100000" } } });
const most = z.coerce.number().int().min(1_000).max(1_000_000).parse(values.tasks);

/** What one request takes. */
const BATCH = 10_000;

const Submitted = z.object({ task_id: z.string() });
const Batch = z.object({ tasks: z.array(Submitted) });
const Status = z.object({ status: z.string() });
const range = (length: number): number[] => Array.from({ length }, (_, n) => n);
const add = (...args: number[]): object => ({ task: "math.add", args });

/** Waits without asking for the result itself, which may be megabytes. */
async function ended(client: Client, id: string): Promise<void> {
  for (;;) {
    const { status } = Status.parse(await client.call("GET", `/result/${id}?wait=20`));
    if (status === "SUCCESS") return;
    if (status === "FAILURE" || status === "REVOKED") throw new Error(`The task ${id} ended as ${status}.`);
  }
}

async function canvas(client: Client, path: string, body: object): Promise<void> {
  await ended(client, Submitted.parse(await client.call("POST", path, body)).task_id);
}

/** The queue is fair, so the last one to be sent need not be the last one to end: all are asked for. */
async function tasks(client: Client, count: number): Promise<void> {
  const ids: string[] = [];
  for (let left = count; left > 0; left -= BATCH) {
    const body = { tasks: range(Math.min(BATCH, left)).map((n) => add(n, 1)) };
    ids.push(...Batch.parse(await client.call("POST", "/tasks/batch", body)).tasks.map(({ task_id: id }) => id));
  }
  let next = 0;
  const asker = async (): Promise<void> => {
    while (next < ids.length) await ended(client, ids[next++] ?? "");
  };
  await Promise.all(range(CALLERS).map(asker));
}

async function row(stack: Started, what: string, units: number, act: () => Promise<void>): Promise<void> {
  const start = performance.now();
  await act();
  const took = performance.now() - start;
  const { processes, memory } = stack.usage();
  const cells = [what, (took / 1000).toFixed(2), (took / units).toFixed(2), processes, Math.round(memory)];
  console.log(`| ${cells.join(" | ")} |`);
}

const root = join(import.meta.dirname, "..");
const stack = await startProcess({ command: process.execPath, args: LOCAL_RUN, cwd: root, ready: READY });
const client = createClient(stack.found, CALLERS);
try {
  await tasks(client, 1_000);
  console.log("| load | s | ms for each | processes | MB |\n|---|---|---|---|---|");
  for (let count = 1_000; count <= most; count *= 10)
    await row(stack, `${count} tasks`, count, () => tasks(client, count));
  for (const width of [100, 1_000, 10_000]) {
    const header = range(width).map(() => add(1, 1));
    const body = { header, body: { task: "math.tsum" } };
    await row(stack, `chord of ${width}`, width, () => canvas(client, "/chord", body));
  }
  for (const steps of [10, 100, 1_000]) {
    const body = { tasks: range(steps).map((n) => (n === 0 ? add(0, 1) : add(1))) };
    await row(stack, `chain of ${steps}`, steps, () => canvas(client, "/chain", body));
  }
  for (const bytes of [1_000, 100_000, 1_000_000, 5_000_000]) {
    const body = { task: "probe.blob", args: [bytes] };
    await row(stack, `result of ${bytes} bytes`, 1, () => canvas(client, "/tasks", body));
  }
} finally {
  client.close();
  await stack.stop();
}
