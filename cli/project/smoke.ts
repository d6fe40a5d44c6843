import { parseArgs } from "node:util";
import * as z from "zod";
import { OpenApi, Health, Options, Queues, Registry, Revoked, TaskOrGroup, Submission } from "../answers.ts";
import { type Api, createApi } from "../api.ts";
import { CliError } from "../errors.ts";
import { ConnectError, connect } from "../../remote/connect.ts";

const HELP = `Tries a live stage: celeriac smoke --stage NAME | --url URL

  --stage NAME      the stage of that name in your AWS account
  --url URL         the API (default: CELERIAC_URL, else http://localhost:8000)
  --api-key, --token, --sign   who asks, as for celeriac (docs/cli.md)

One line for each check; exit code 1 if one fails.
`;

/** Seconds for a task: a cold start, and a queue that others use as well. */
const PATIENCE = 120;

/** Checks one thing; throws where it is wrong. A text says why it was skipped. */
type Check = (api: Api) => Promise<string | undefined>;

const add = (...args: number[]): unknown => ({ task: "math.add", args });

/** Runs something to its end, and expects this result. */
async function expectResult(api: Api, path: string, body: unknown, expected: unknown): Promise<undefined> {
  const { task_id: id } = await api.call("POST", path, Submission, { body });
  const record = await whenEnded(api, id);
  if (record.status !== "SUCCESS") {
    throw new Error(`${record.status}: ${record.error?.type ?? ""} ${record.error?.message ?? ""} (${id})`);
  }
  const got = JSON.stringify(record.result);
  if (got !== JSON.stringify(expected)) throw new Error(`expected ${JSON.stringify(expected)}, got ${got} (${id})`);
}

async function whenEnded(api: Api, id: string): Promise<TaskOrGroup> {
  const deadline = Date.now() + PATIENCE * 1000;
  for (;;) {
    const record = await api.call("GET", `/result/${id}`, TaskOrGroup, { query: { wait: 20 } });
    if (["SUCCESS", "FAILURE", "REVOKED"].includes(record.status)) return record;
    if (Date.now() > deadline) throw new Error(`${id} is still ${record.status} after ${PATIENCE} s`);
  }
}

async function readDocument(api: Api): Promise<undefined> {
  const body = new TextEncoder().encode("One line.\nAnother.\n");
  const query = { filename: "smoke.txt" };
  const { task_id: id } = await api.call("POST", "/documents", Submission, { query, body });
  const { status, result, error } = await whenEnded(api, id);
  const lines = z.looseObject({ lines: z.number() }).safeParse(result).data?.lines;
  if (lines !== 2) throw new Error(`expected 2 lines, got ${status} ${JSON.stringify(error ?? result)} (${id})`);
}

async function hasTask(api: Api, name: string): Promise<boolean> {
  const { tasks } = await api.call("GET", "/registry", Registry);
  return tasks.some((task) => task.name === name);
}

/** A check of tasks of this repository's own, which an app need not have. */
const ifDeployed =
  (name: string, check: Check): Check =>
  async (api) =>
    (await hasTask(api, name)) ? check(api) : `${name} is not deployed here`;

const CHECKS: Readonly<Record<string, Check>> = {
  health: async (api): Promise<undefined> => {
    const { status } = await api.call("GET", "/health", Health);
    if (status !== "ok") throw new Error(`expected ok, got ${status}`);
  },
  openapi: async (api): Promise<undefined> => {
    const { openapi } = await api.call("GET", "/openapi.json", OpenApi);
    if (!openapi.startsWith("3.1")) throw new Error(`expected OpenAPI 3.1, got ${openapi}`);
  },
  add: ifDeployed("math.add", (api) => expectResult(api, "/add", { x: 1, y: 2 }, 3)),
  chain: ifDeployed("math.mul", (api) =>
    expectResult(api, "/chain", { tasks: [add(1, 2), { task: "math.mul", args: [10] }] }, 30),
  ),
  group: ifDeployed("math.add", (api) => expectResult(api, "/group", { tasks: [add(1, 2), add(3, 4)] }, [3, 7])),
  chord: ifDeployed("math.tsum", (api) =>
    expectResult(api, "/chord", { header: [add(1, 2), add(3, 4)], body: { task: "math.tsum" } }, 10),
  ),
  retry: async (api) => {
    const retried = { task: "probe.retry_once" };
    if (!(await hasTask(api, retried.task))) return "probe.retry_once is not deployed here, and no other task retries";
    return expectResult(api, "/tasks", retried, 1);
  },
  document: ifDeployed("documents.process", readDocument),
  revoke: ifDeployed("math.add", async (api): Promise<undefined> => {
    const body = { task: "math.add", args: [1, 2], options: { countdown: 600 } };
    const { task_id: id } = await api.call("POST", "/tasks", Submission, { body });
    await api.call("POST", `/tasks/${id}/revoke`, Revoked, { body: {} });
    const { status } = await whenEnded(api, id);
    if (status !== "REVOKED") throw new Error(`expected REVOKED, got ${status} (${id})`);
  }),
  "task data": ifDeployed("math.add", async (api): Promise<undefined> => {
    const { task_id: id } = await api.call("POST", "/tasks", Submission, { body: add(2, 2) });
    const { options } = await api.call("GET", `/tasks/${id}`, Options);
    if (Object.keys(options).length > 0) throw new Error(`expected no options, got ${JSON.stringify(options)} (${id})`);
  }),
  queues: async (api): Promise<undefined> => {
    const { queues } = await api.call("GET", "/queues", Queues);
    if (!queues.some(({ name }) => name !== "canvas")) throw new Error("there is no queue of a module");
  },
};

/** @returns whether all is well */
async function run(api: Api, width: number): Promise<boolean> {
  let well = true;
  for (const [name, check] of Object.entries(CHECKS)) {
    const started = performance.now();
    const outcome = await check(api).then(
      (skipped) => (skipped === undefined ? "ok" : `skipped: ${skipped}`),
      (error: unknown) => `FAILED: ${reasonOf(error)}`,
    );
    const took = `${Math.round(performance.now() - started)} ms`;
    console.log(`${name.padEnd(width)}  ${took.padStart(8)}  ${outcome}`);
    well &&= !outcome.startsWith("FAILED");
    // Where nobody answers, nothing else is worth its wait.
    if (name === "health" && !well) return false;
  }
  return well;
}

function reasonOf(error: unknown): string {
  if (error instanceof CliError) return [error.message, ...error.details].join("; ");
  return error instanceof Error ? error.message : String(error);
}

function readFlags(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  return parseArgs({
    args: [...args],
    options: { url: text, stage: text, "api-key": text, token: text, sign: flag, help: { ...flag, short: "h" } },
  }).values;
}

/** `celeriac smoke`: tries a stage, a line for each check. @param args flags */
export async function smokeCommand(args: readonly string[]): Promise<void> {
  try {
    const { help, "api-key": apiKey, ...where } = readFlags(args);
    if (help === true) return void process.stdout.write(HELP);
    const target = await connect({ ...where, apiKey }, process.env);
    console.log(`Trying ${target.stage ?? target.url}.`);
    const api = createApi(target, AbortSignal.timeout(15 * 60_000));
    process.exitCode = (await run(api, Math.max(...Object.keys(CHECKS).map((name) => name.length)))) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof ConnectError && error.code === "aws" ? 4 : 2;
  }
}
