import * as z from "zod";
import type { Client } from "./client.ts";

/** How much is asked of a system. */
export interface Load {
  /** Single tasks, by {@link CALLERS} callers. */
  readonly tasks: number;
  /** Single tasks, one after the other. */
  readonly probes: number;
  /** Chains of 20, and chords of 1,000. */
  readonly chains: number;
  readonly chords: number;
}

/** What was measured. Milliseconds are medians, but for `p99`. */
export interface Figures {
  /** Tasks a second that were answered 202, and that had ended and been read. */
  readonly accepted: number;
  readonly completed: number;
  /** Milliseconds from the request to its result, one task at a time. */
  readonly p50: number;
  readonly p99: number;
  readonly chain20: number;
  readonly chord1000: number;
}

/** Callers at once. */
export const CALLERS = 32;
const STEPS = 20;
const MEMBERS = 1_000;

const Submitted = z.object({ task_id: z.string() });
const Answer = z.object({ status: z.string(), result: z.unknown().optional() });

const add = (args: readonly number[]): object => ({ task: "math.add", args });

/** Puts a load on what a client speaks to. @throws Error where a task fails, or gives what it should not */
export async function measure(client: Client, load: Load): Promise<Figures> {
  // What is warm is measured: processes have started, and what is hot has been compiled.
  await throughput(client, Math.ceil(load.tasks / 2));
  await timesOf(Math.ceil(load.probes / 2), () => single(client));
  const rates = await throughput(client, load.tasks);
  const singles = await timesOf(load.probes, () => single(client));
  const chains = await timesOf(load.chains, () => chain(client));
  const chords = await timesOf(load.chords, () => chord(client));
  return {
    ...rates,
    p50: at(singles, 0.5),
    p99: at(singles, 0.99),
    chain20: at(chains, 0.5),
    chord1000: at(chords, 0.5),
  };
}

/** All tasks are submitted first, then each result is asked for. */
async function throughput(client: Client, count: number): Promise<Pick<Figures, "accepted" | "completed">> {
  const ids: string[] = [];
  const start = performance.now();
  await byCallers(count, async (n) => {
    ids.push(Submitted.parse(await client.call("POST", "/add", { x: n, y: 1 })).task_id);
  });
  const accepted = performance.now() - start;
  await byCallers(count, (n) => resultOf(client, ids[n] ?? ""));
  const completed = performance.now() - start;
  return { accepted: (count * 1000) / accepted, completed: (count * 1000) / completed };
}

async function byCallers(count: number, act: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: Math.min(CALLERS, count) }, caller));
}

async function timesOf(count: number, act: () => Promise<void>): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const start = performance.now();
    await act();
    taken.push(performance.now() - start);
  }
  return taken.toSorted((a, b) => a - b);
}

async function single(client: Client): Promise<void> {
  await submitted(client, "/add", { x: 2, y: 3 }, 5);
}

async function chain(client: Client): Promise<void> {
  const tasks = Array.from({ length: STEPS }, (_, n) => add(n === 0 ? [0, 1] : [1]));
  await submitted(client, "/chain", { tasks }, STEPS);
}

async function chord(client: Client): Promise<void> {
  const header = Array.from({ length: MEMBERS }, () => add([1, 1]));
  await submitted(client, "/chord", { header, body: { task: "math.tsum" } }, 2 * MEMBERS);
}

async function submitted(client: Client, path: string, body: object, expected: number): Promise<void> {
  const { task_id: id } = Submitted.parse(await client.call("POST", path, body));
  const result = await resultOf(client, id);
  if (result !== expected) throw new Error(`${path} gave ${JSON.stringify(result)} in the place of ${expected}.`);
}

async function resultOf(client: Client, id: string): Promise<unknown> {
  for (;;) {
    const { status, result } = Answer.parse(await client.call("GET", `/result/${id}?wait=20`));
    if (status === "SUCCESS") return result;
    if (status === "FAILURE" || status === "REVOKED") throw new Error(`The task ${id} ended as ${status}.`);
  }
}

/** A value of a sorted list, by the share of those before it. */
function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
