// The tasks of a Celery app in a module of Python, by a stage of their own: `node scripts/python-tasks.ts`.
//
// Needs Python 3.9 or later with venv, and PyPI by pip as it is configured: celery is installed once for each version,
// into the system's folder for temporary files. Ends with 1 where a case fails.

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { type Stage, startStage } from "../src/testing/index.ts";
import { ROOT } from "./emulator/children.ts";
import { pythonWith } from "./emulator/venv.ts";

const VERSIONS = ["5.6.3", "5.7.0"] as const;

/** How clients of Celery call the tasks. */
const CONFIG = { celery: { tasks: { "proj.tasks.mul": "math.mul", "proj.tasks.*": "reports.*" } } };

const TaskError = z.object({
  type: z.string(),
  message: z.string(),
  cause: z.object({ type: z.string() }).optional(),
});
const Answer = z.object({
  task_id: z.string().optional(),
  /** Of a task; of a refusal its HTTP status. */
  status: z.union([z.string(), z.number()]).optional(),
  result: z.unknown().optional(),
  error: TaskError.nullable().optional(),
  progress: z.unknown().optional(),
  retries: z.number().optional(),
  children: z.array(z.unknown()).optional(),
});

type Answer = z.output<typeof Answer>;

/** What a case works with. */
interface Rig {
  readonly stage: Stage;
  /** The project's folder. */
  readonly root: string;
  readonly lines: readonly string[];
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (path: string, body: unknown) => Promise<Answer>;
  /** Posts, and gives what came of it. */
  readonly run: (path: string, body: unknown) => Promise<Answer>;
  /** The same, of one task. */
  readonly task: (name: string, args?: readonly unknown[], more?: object) => Promise<Answer>;
}

const node = (task: string, args: readonly unknown[] = [], more = {}) => ({ task, args, ...more });

const failed = (answer: Answer, type: string, message: RegExp): void => {
  equal(answer.status, "FAILURE");
  equal(answer.error?.type, type);
  match(answer.error?.message ?? "", message);
};

/** Waits until an answer is as it is to be. */
async function until(look: () => Promise<Answer>, holds: (answer: Answer) => boolean): Promise<Answer> {
  for (const end = Date.now() + 30_000; ; await delay(100)) {
    const answer = await look();
    if (holds(answer)) return answer;
    if (Date.now() > end) throw new Error(`it has not come to that: ${JSON.stringify(answer)}`);
  }
}

const CASES: Readonly<Record<string, (rig: Rig) => Promise<void>>> = {
  "a task by POST /tasks: by place, by default, by name": async ({ task }) => {
    equal((await task("reports.add", [1, 2])).result, 3);
    equal((await task("reports.add", [1])).result, 2);
    equal((await task("reports.add", [], { kwargs: { x: 1, y: 5 } })).result, 6);
    equal((await task("reports.total", [[1, 2], 3], { kwargs: { scale: 2 } })).result, 12);
  },
  "arguments that do not fit are refused": async ({ post }) => {
    equal((await post("tasks", node("reports.add", []))).status, 400);
    equal((await post("tasks", node("reports.add", [1, 2, 3]))).status, 400);
  },
  "in a chain after a task in TypeScript, and before one": async ({ run }) => {
    const tasks = [node("math.add", [1, 2]), node("reports.add", [4]), node("math.add", [10])];
    equal((await run("chain", { tasks })).result, 17);
  },
  "in the header of a chord, and as its body": async ({ run }) => {
    const header = [node("math.add", [1, 2]), node("reports.add", [4, 5])];
    equal((await run("chord", { header, body: node("reports.total") })).result, 12);
    equal((await run("chord", { header, body: node("math.tsum") })).result, 12);
  },
  "self.request tells id, arguments, headers and whose it is": async ({ task, run }) => {
    const options = { headers: { tenant: "a" } };
    const alone = await task("reports.about", [1], { kwargs: { z: 2 }, options });
    const told = z.looseObject({ id: z.string(), root_id: z.string() }).parse(alone.result);
    equal(told.id, alone.task_id);
    equal(told.root_id, alone.task_id);
    const { task: name, retries, args, kwargs, headers, parent_id: parent } = told;
    deepEqual(
      { name, retries, args, kwargs, headers, parent },
      {
        name: "proj.tasks.about",
        retries: 0,
        args: [1],
        kwargs: { z: 2 },
        headers: { tenant: "a" },
        parent: null,
      },
    );
    const member = await run("group", { tasks: [node("reports.about"), node("reports.about")] });
    const [, second] = z.array(z.object({ group: z.string(), group_index: z.number() })).parse(member.result);
    deepEqual(second, { group: member.task_id, group_index: 1 });
  },
  "self.retry, autoretry_for, and max_retries of task and call": async ({ task }) => {
    equal((await task("reports.flaky", [2])).result, 2);
    failed(await task("reports.flaky", [3]), "Busy", /attempt 2/);
    equal((await task("reports.auto", [1])).result, 1);
    failed(await task("reports.auto", [3]), "Busy", /attempt 2/);
    const more = await task("reports.auto", [3], { options: { max_retries: 3 } });
    deepEqual([more.result, more.retries], [3, 3]);
  },
  "the hard limit stops a busy loop, and the next task runs": async ({ task }) => {
    failed(await task("reports.spin"), "TimeLimitExceeded", /2 s was exceeded/);
    equal((await task("reports.add", [1, 1])).result, 2);
  },
  "the soft limit is raised in the task": async ({ task }) =>
    failed(await task("reports.slow", [30]), "SoftTimeLimitExceeded", /SoftTimeLimitExceeded/),
  "a crash is WorkerLost": async ({ task }) => {
    failed(await task("reports.crash", ["os"]), "WorkerLost", /exit code 3/);
    failed(await task("reports.crash", ["exit"]), "WorkerLost", /SystemExit: 3/);
  },
  "an exception has its name, message and cause, and its traceback in the log": async ({ task, lines }) => {
    const answer = await task("reports.fail");
    failed(answer, "ValueError", /^no such report$/);
    equal(answer.error?.cause?.type, "KeyError");
    ok(lines.some((line) => line.includes("ValueError: no such report")));
  },
  "what the app logs and prints is in the log": async ({ task, lines }) => {
    await task("reports.add", [1, 1]);
    ok(lines.some((line) => line.includes("adding")));
    ok(lines.some((line) => line.includes("printed")));
  },
  "a result that JSON cannot carry is InvalidResult": async ({ task }) => {
    for (const kind of ["set", "nan", "bytes"])
      failed(await task("reports.odd", [kind]), "InvalidResult", /cannot be written as JSON/);
  },
  "Ignore and Reject end the task; a state that it set itself before is its end": async ({ task }) => {
    failed(await task("reports.give_up", ["ignore"]), "Ignore", /no result/);
    failed(await task("reports.give_up", ["reject"]), "Reject", /not mine/);
    failed(await task("reports.own_end"), "Busy", /told by the task/);
  },
  "update_state is progress": async ({ post, get }) => {
    const { task_id: id } = await post("tasks", node("reports.steps", [2]));
    const running = await until(
      () => get(`result/${id}`),
      ({ status }) => status === "PROGRESS",
    );
    deepEqual(running.progress, { current: 1, total: 4, message: "reading" });
    equal((await get(`result/${id}?wait=20`)).result, "done");
  },
  "delay() in a task submits another, a chain, a link": async ({ task, get }) => {
    const { result: one } = await task("reports.start", [1]);
    equal((await get(`result/${String(one)}?wait=20`)).result, 6);
    const { result: chain } = await task("reports.start_chain", [1]);
    const last = await get(`result/${String(chain)}?wait=20`);
    equal(last.result, 12);
    equal((await get(`result/${String(last.children?.[0])}?wait=20`)).result, 112);
  },
  "send_task and a group in a task submit others, in TypeScript too": async ({ task, get }) => {
    const ids = z.array(z.string()).parse((await task("reports.start_elsewhere")).result);
    const answers = await Promise.all(ids.map((id) => get(`result/${id}?wait=20`)));
    deepEqual(
      answers.map(({ result }) => result),
      [3, 2, 3],
    );
  },
  "what is not there is an error that says so": async ({ task }) => {
    failed(await task("reports.not_here", ["chord"]), "NotHere", /chord cannot be started/);
    failed(await task("reports.not_here", ["unknown"]), "InvalidCanvas", /"nobody.knows" is not registered/);
    failed(await task("reports.not_here", ["1"]), "NotHere", /cannot be asked for/);
    failed(await task("reports.other_arguments", [1]), "NotHere", /retry with other arguments/);
  },
  "self.replace gives the result of what it is replaced by": async ({ task }) =>
    equal((await task("reports.instead", [1])).result, 6),
  "an unmodified client of Celery calls them by its own names, in canvases with TypeScript too": async ({ stage }) => {
    const client = spawn(String(process.env["PYTHON"]), [join(ROOT, "scripts/python/client.py"), stage.awsUrl], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    deepEqual(JSON.parse(await text(client.stdout)), [3, 10, 9, "ValueError: no such report"]);
  },
  "revoke with terminate stops what runs": async ({ post, get }) => {
    const { task_id: id } = await post("tasks", node("reports.wait", [100]));
    await until(
      () => get(`result/${id}`),
      ({ status }) => status === "STARTED",
    );
    await post(`tasks/${id}/revoke`, { terminate: true });
    equal((await get(`result/${id}?wait=20`)).status, "REVOKED");
  },
  "an edit is there once it is deployed, without one to the others": async ({ stage, root, task }) => {
    equal((await task("reports.version")).result, 1);
    const file = join(root, "functions/tasks/reports/celery_app.py");
    await writeFile(file, (await readFile(file, "utf8")).replace("return 1\n", "return 2\n"));
    deepEqual(
      (await stage.redeploy(CONFIG)).filter((name) => name.includes("task-")),
      ["celeriac-local-task-reports"],
    );
    equal((await task("reports.version")).result, 2);
  },
  "without celery the module is left out: its calls are refused, the others run": async ({ stage, task, post }) => {
    const own = process.env["PYTHON"];
    process.env["PYTHON"] = "no-python";
    try {
      await stage.redeploy(CONFIG);
      equal((await post("tasks", node("reports.version"))).status, 400);
      equal((await task("math.add", [1, 1])).result, 2);
    } finally {
      process.env["PYTHON"] = own;
    }
  },
};

/** A project of this repository's own parts, with the module of Python: a file of it is edited. */
async function projectIn(folder: string): Promise<void> {
  await mkdir(join(folder, "functions/tasks"), { recursive: true });
  await cp(join(ROOT, "scripts/python/tasks/reports"), join(folder, "functions/tasks/reports"), { recursive: true });
  await cp(join(ROOT, "functions/tasks/math.ts"), join(folder, "functions/tasks/math.ts"));
  // Tasks import `celeriac`, which is the repository's own name.
  for (const shared of ["node_modules", "src", "package.json"]) await symlink(join(ROOT, shared), join(folder, shared));
  const app = `node ${join(ROOT, "bin/app.ts")}`;
  await writeFile(join(folder, "cdk.json"), JSON.stringify({ app, context: { stages: { local: {} } } }));
}

function rigOf(stage: Stage, root: string, lines: readonly string[]): Rig {
  const base = stage.url.endsWith("/") ? stage.url : `${stage.url}/`;
  const call = async (path: string, init: RequestInit = {}): Promise<Answer> =>
    Answer.parse(await (await fetch(new URL(path, base), init)).json());
  const get = (path: string) => call(path);
  const post = (path: string, body: unknown) =>
    call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const run = async (path: string, body: unknown): Promise<Answer> => {
    const { task_id: id } = await post(path, body);
    return until(
      () => get(`result/${id}?wait=20`),
      ({ status }) => ["SUCCESS", "FAILURE", "REVOKED"].includes(String(status)),
    );
  };
  return {
    stage,
    root,
    lines,
    get,
    post,
    run,
    task: (name, args = [], more = {}) => run("tasks", node(name, args, more)),
  };
}

/** @returns how many cases failed. */
async function runCases(version: string, wanted: readonly string[]): Promise<number> {
  const python = { name: "celery", version, requirement: "celery[sqs]", with: ["boto3"] };
  process.env["PYTHON"] = await pythonWith({ ...python, python: [3, 9] });
  const root = await mkdtemp(join(tmpdir(), "celeriac-python-"));
  const lines: string[] = [];
  let failures = 0;
  try {
    await projectIn(root);
    const stage = await startStage({ root, config: CONFIG, log: (line) => void lines.push(line) });
    try {
      const rig = rigOf(stage, root, lines);
      for (const [name, run] of Object.entries(CASES)) {
        if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
        try {
          await run(rig);
          console.log(`  passed  ${name}`);
        } catch (error) {
          failures += 1;
          console.log(`  failed  ${name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
    } finally {
      await stage.stop();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return failures;
}

let failures = 0;
for (const version of VERSIONS) {
  console.log(`celery ${version}`);
  failures += await runCases(version, process.argv.slice(2));
}
process.exitCode = failures === 0 ? 0 : 1;
