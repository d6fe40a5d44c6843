import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import * as z from "zod";

/**
 * Measures a running system: how many tasks a second it takes and ends, and how long one takes from request to result.
 * Start one with `npm start`, then `npm run bench -- --url http://localhost:8000 --tasks 2000`.
 */
const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://localhost:8000" },
    tasks: { type: "string", default: "1000" },
    probes: { type: "string", default: "50" },
  },
});

const url = values.url;
const tasks = z.coerce.number().int().min(1).max(10_000).parse(values.tasks);
const probes = z.coerce.number().int().min(1).max(1_000).parse(values.probes);

const Submitted = z.object({ task_id: z.string() });
const Batch = z.object({ tasks: z.array(Submitted) });
const Record = z.object({ status: z.string() });
const Queues = z.object({
  queues: z.array(z.object({ name: z.string(), waiting: z.number(), in_flight: z.number() })),
});

async function call(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Milliseconds from a request to its result, one task at a time. */
async function measureLatency(): Promise<number[]> {
  const taken: number[] = [];
  for (let n = 0; n < probes; n += 1) {
    const start = performance.now();
    const { task_id: id } = Submitted.parse(await call("POST", "/add", { x: n, y: 1 }));
    await untilSuccess(id);
    taken.push(performance.now() - start);
  }
  return taken.toSorted((a, b) => a - b);
}

async function untilSuccess(id: string): Promise<void> {
  for (;;) {
    const { status } = Record.parse(await call("GET", `/result/${id}?wait=20`));
    if (status === "SUCCESS") return;
    if (status === "FAILURE" || status === "REVOKED") throw new Error(`The task ${id} ended as ${status}.`);
  }
}

/** Seconds to accept a batch, and until its queue is empty again. */
async function measureThroughput(): Promise<{ accepted: number; ended: number }> {
  const start = performance.now();
  const nodes = Array.from({ length: tasks }, (_, n) => ({ task: "math.add", args: [n, 1] }));
  const batch = Batch.parse(await call("POST", "/tasks/batch", { tasks: nodes }));
  const accepted = (performance.now() - start) / 1000;
  for (;;) {
    const { queues } = Queues.parse(await call("GET", "/queues"));
    const math = queues.find((queue) => queue.name === "math");
    if (math !== undefined && math.waiting + math.in_flight === 0) break;
    await delay(50);
  }
  for (const { task_id: id } of batch.tasks.slice(-10)) await untilSuccess(id);
  return { accepted, ended: (performance.now() - start) / 1000 };
}

const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);

await measureLatency();
const latency = await measureLatency();
const throughput = await measureThroughput();
console.log(
  `latency     p50 ${at(latency, 0.5)} ms   p95 ${at(latency, 0.95)} ms   max ${at(latency, 1)} ms   (${probes} tasks, one at a time)`,
);
console.log(`accepted    ${(tasks / throughput.accepted).toFixed(0)} tasks/s   (one batch of ${tasks})`);
console.log(`ended       ${(tasks / throughput.ended).toFixed(0)} tasks/s`);
