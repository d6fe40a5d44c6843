import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { listen } from "embedded-aws";
import { describe, expect, inject, it } from "vitest";
import { BatchAnswer, QueuesAnswer, SubmissionAnswer } from "../../src/core/http/answer-schemas.ts";
import { anyCanvas } from "../fixtures/canvases.ts";
import { evaluate } from "../fixtures/evaluate.ts";
import { type Settled, call, settled, useApi } from "./support/api.ts";
import { atOnce } from "./support/at-once.ts";
import { startCounter } from "./support/counter.ts";
import { limitTasks, samples } from "./support/soak-tasks.ts";

/** How often the run is killed. CELERIAC_KILLS=10 makes it a long one. */
const KILLS = Number(process.env["CELERIAC_KILLS"] ?? 3);
const SEED = Number(process.env["CELERIAC_SEED"] ?? 1);
/** Milliseconds between the moment when a run is ready and its kill, at the most. */
const LONGEST_RUN = 6_000;
/** Seconds after the last start within which everything is to have ended. */
const END = 60;
const ROOT = join(import.meta.dirname, "..", "..");

/** `npm start` on ports and data that stay the same. */
interface Local {
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
}

describe.skipIf(inject("assembly") === "")("a local run with data", () => {
  it(
    `ends everything within a minute of its last start, each effect once, though it was killed ${KILLS} times`,
    { timeout: 1_200_000 },
    async () => {
      const data = mkdtempSync(join(tmpdir(), "celeriac-kill-"));
      const [local, counter] = await Promise.all([localRun(data), startCounter()]);
      try {
        await local.start();
        const random = fc.sample(fc.integer({ min: 200, max: LONGEST_RUN }), { numRuns: KILLS, seed: SEED });
        const load = submitAll(counter.port);
        for (const moment of random) {
          await delay(moment);
          await local.kill();
          await local.start();
        }
        load.stop();
        const started = performance.now();
        const submitted = await load.done;
        const wrong = (await atOnce(24, submitted.works, (work) => wrongEnd(work))).flat();
        const seconds = Math.round((performance.now() - started) / 1000);
        const effects = submitted.works
          .filter(({ isEffect }) => isEffect)
          .map(({ id }) => counter.effects.get(id)?.size);
        process.stdout.write(
          `kills ${KILLS}, seed ${SEED}: ${submitted.works.length} tasks and canvases, ${effects.length} effects asked for ${counter.asked()} times, ended ${seconds} s after the last start\n`,
        );
        expect(wrong).toEqual([]);
        expect(effects.filter((keys) => keys !== 1)).toEqual([]);
        expect(submitted.works.length).toBeGreaterThan(20 * KILLS);
        expect(seconds).toBeLessThan(END);
        const { queues } = QueuesAnswer.parse((await call("GET", "/queues")).json);
        expect(queues.filter(({ waiting, delayed, dead }) => waiting + delayed + dead > 0)).toEqual([]);
      } finally {
        await local.kill();
        counter.stop();
        rmSync(data, { recursive: true, force: true });
      }
    },
  );
});

async function localRun(data: string): Promise<Local> {
  const [port, awsPort] = [await freePort(), await freePort()];
  useApi(`http://127.0.0.1:${port}`);
  const flags = ["--port", String(port), "--aws-port", String(awsPort), "--no-dashboard", "--data", data];
  let child: ChildProcess | null = null;
  return {
    start: async () => {
      child = spawn(process.execPath, ["local/main.ts", ...flags], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
      for await (const line of createInterface({ input: child.stdout ?? process.stdin }))
        if (line.startsWith("Celeriac is ready")) break;
      child.stdout?.resume();
    },
    kill: async () => {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  server.close();
  await once(server, "close");
  return port;
}

/** What was accepted, and what must come of it. */
interface Work {
  readonly id: string;
  readonly isEffect: boolean;
  readonly isRight: (end: Settled) => boolean;
  readonly shown: string;
}

/** Submits tasks and canvases, one after the other in several lines, until it is stopped. */
function submitAll(counterPort: number): {
  readonly stop: () => void;
  readonly done: Promise<{ readonly works: readonly Work[] }>;
} {
  const stop = new AbortController();
  const works: Work[] = [];
  // What takes seconds by design says nothing of kills.
  const tasks = samples(4_000, counterPort).filter(({ error }) => error === undefined || error === "ExpectedError");
  const canvases = fc.sample(anyCanvas(3), { numRuns: 1_000, seed: SEED });
  const line = async (next: () => Promise<Work[]>): Promise<void> => {
    while (!stop.signal.aborted) {
      works.push(...(await next()));
      await delay(30);
    }
  };
  const singles = tasks.values();
  const batched = tasks.toReversed();
  const nodes = canvases.values();
  const lines = [
    line(async () => {
      const sample = singles.next().value;
      if (sample === undefined) return [];
      const { task_id: id } = SubmissionAnswer.parse(await accepted("/tasks", sample.node));
      return [workOf(id, sample)];
    }),
    line(async () => {
      const some = batched.splice(0, 10);
      if (some.length === 0) return [];
      const { tasks: answered } = BatchAnswer.parse(
        await accepted("/tasks/batch", { tasks: some.map(({ node }) => node) }),
      );
      return some.map((sample, at) => workOf(answered[at]?.task_id ?? "", sample));
    }),
    line(async () => {
      const node = nodes.next().value;
      if (node === undefined) return [];
      const { task_id: id } = SubmissionAnswer.parse(await accepted("/canvas", limitTasks(node)));
      const must = evaluate(node);
      const isRight = ({ status, result, error }: Settled): boolean =>
        isDeepStrictEqual(status === "SUCCESS" ? { ok: true, value: result } : { ok: false, error: error?.type }, must);
      return [{ id, isEffect: false, isRight, shown: JSON.stringify(node) }];
    }),
  ];
  return { stop: () => stop.abort(), done: Promise.all(lines).then(() => ({ works })) };
}

function workOf(id: string, sample: ReturnType<typeof samples>[number]): Work {
  const isRight = ({ status, result, error }: Settled): boolean =>
    status === sample.status &&
    error?.type === sample.error &&
    (!("result" in sample) || isDeepStrictEqual(result, sample.result));
  return { id, isEffect: sample.node.task === "probe.effect", isRight, shown: JSON.stringify(sample.node) };
}

/** Submits as a careful client does: the same request with the same key, until it is accepted. */
async function accepted(path: string, body: unknown): Promise<unknown> {
  const headers = { "idempotency-key": crypto.randomUUID() };
  for (;;) {
    const answer = await call("POST", path, body, headers).catch(() => null);
    if (answer?.status === 202) return answer.json;
    if (answer !== null && answer.status < 500 && answer.status !== 409 && answer.status !== 429)
      throw new Error(`POST ${path} was answered ${answer.status}: ${answer.text}`);
    await delay(200);
  }
}

async function wrongEnd({ id, isRight, shown }: Work): Promise<unknown[]> {
  const end = await settled(id, END).catch((error: unknown) => String(error));
  if (typeof end !== "string" && isRight(end)) return [];
  return [{ id, shown: shown.slice(0, 500), end: JSON.stringify(end).slice(0, 500) }];
}
