import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type Consumer, type Manager, PACKAGES, createConsumer, packAll } from "./consumer.ts";

/** Bytes of a tarball, so that what slips in is noticed when it comes. */
const BUDGETS = { celeriac: 1_400_000, "embedded-aws": 1_000_000, "create-celeriac": 30_000 } as const;

const Submission = z.looseObject({ task_id: z.string() });
const Result = z.looseObject({ status: z.string(), result: z.unknown() });

let folder: string;
let tarballs: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "celeriac-pack-"));
  tarballs = await packAll(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Greets over HTTP, as curl would. @returns the result */
async function greet(url: string, name: string): Promise<unknown> {
  const body = JSON.stringify({ task: "hello.greet", args: [name] });
  const answer = await fetch(`${url}/tasks`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { task_id: id } = Submission.parse(await answer.json());
  const { result } = Result.parse(await (await fetch(`${url}/result/${id}?wait=20`)).json());
  return result;
}

/** The template's task. */
const HELLO = "functions/tasks/hello.ts";

const ENTRIES = `
const entries = ["", "/cdk", "/client", "/client/direct", "/documents", "/tables", "/email", "/testing"];
for (const entry of entries) {
  const names = Object.keys(await import("celeriac" + entry));
  console.log("celeriac" + entry, names.length > 0);
}
process.exit();
`;

const STAGE = `
import { type Stage, startStage } from "celeriac/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type * as hello from "../functions/tasks/hello.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ clock: true, secrets: { token: "secret" } });
}, 120_000);
afterAll(() => stage.stop());

test("a stage greets, now and an hour later, and sends no mail", async () => {
  const client = stage.client<typeof hello>();
  const handle = await client.delay("hello.greet", "you");
  await stage.idle();
  expect(await handle.result()).toBe("Hello, you!");
  expect(await stage.snapshot(handle.taskId)).toBe("hello.greet SUCCESS");
  const later = await client.apply("hello.greet", { args: ["me"], countdown: 3_600 });
  stage.jump(3_600);
  expect(await later.result({ timeout: 60 })).toBe("Hello, me!");
  expect(await stage.outbox()).toEqual([]);
}, 120_000);
`;

const NAG = `
import { App, Stack, Validations } from "aws-cdk-lib/core";
import { Code, Function as Lambda, Runtime } from "aws-cdk-lib/aws-lambda";
import { AwsSolutionsChecks, ServerlessChecks } from "cdk-nag";
import { loadProject } from "celeriac/cdk";
import { AppStack } from "../lib/stacks/app.ts";

const project = await loadProject();
const app = new App({ analyticsReporting: false });
const { celeriac } = new AppStack(app, project);
const own = new Stack(app, "own");
const lambda = new Lambda(own, "Shop", {
  runtime: Runtime.NODEJS_24_X,
  handler: "index.handler",
  code: Code.fromInline("exports.handler = async () => {};"),
});
celeriac.grantSubmit(lambda);
const packs = [new AwsSolutionsChecks(app), new ServerlessChecks(app)];
app.synth();
const findings = packs.flatMap((pack) => pack.validateScope(celeriac).violations.map((found) => found.ruleName));
console.log(JSON.stringify(findings));
`;

const WRONG = `
import { defineTask } from "celeriac";
import { App, Stack } from "aws-cdk-lib/core";
import { Celeriac, loadProject } from "celeriac/cdk";
import * as z from "zod";

export const half = defineTask("wrong.half", { args: z.tuple([z.number()]), run: (_self, n) => n / 2 });
half.delay("four");
const project = await loadProject();
new Celeriac(new Stack(new App(), "s"), "Celeriac", { project, recordRetention: 7 });
new Celeriac(new Stack(new App(), "s"), "Celeriac", { project, metrics: "all" });
`;

/** pnpm is a tool of its own: where it is not installed, npm alone is tried, and this is said. */
const managers: Manager[] = ["npm"];
const pnpm = await promisify(execFile)("pnpm", ["--version"]).catch(() => null);
if (pnpm === null) console.warn("pnpm is not installed here, so an app is made with npm alone.");
else managers.push("pnpm");

describe("the tarballs", () => {
  test.each(PACKAGES)("of %s is within its budget", async (name) => {
    expect((await stat(tarballs[name] ?? "")).size).toBeLessThan(BUDGETS[name]);
  });
});

describe.each(managers)("an app that %s makes of the tarballs alone", (manager) => {
  let app: Consumer;
  beforeAll(async () => {
    app = await createConsumer(manager, tarballs);
  });
  afterAll(() => app.remove());

  test("starts, runs a task, and runs it as it was edited", async () => {
    const task = await app.read(HELLO);
    const { url, stop } = await app.start();
    try {
      expect(await greet(url, "you")).toBe("Hello, you!");
      await app.write(HELLO, task.replace("Hello, ", "Good day, "));
      await expect.poll(() => greet(url, "you"), { timeout: 120_000, interval: 1_000 }).toBe("Good day, you!");
    } finally {
      await app.write(HELLO, task);
      await stop();
    }
  });

  test("passes its own test and its own compiler", async () => {
    expect((await app.run(manager, "test")).stdout).toContain("passed");
    expect((await app.run(manager, "run", "check")).stderr).not.toContain("error");
  });

  test("imports each entry of the package", async () => {
    await app.write("entries.mjs", ENTRIES);
    const { stdout } = await app.run(process.execPath, "entries.mjs");
    expect(stdout.match(/^celeriac.* true$/gm)).toHaveLength(8);
    await app.run("rm", "entries.mjs");
  });

  test("has a stage of its own in a test, with a clock that jumps", async () => {
    await app.write("test/stage.test.ts", STAGE);
    expect((await app.run(manager, "test")).stdout).toContain("stage.test.ts");
    await app.run(manager, "run", "check");
    await app.run("rm", "test/stage.test.ts");
  });

  test("is told by the compiler of a wrong argument, a wrong prop, and a wrong value of one", async () => {
    await app.write("lib/wrong.ts", WRONG);
    const told = await app.fails(manager, "run", "check");
    await app.run("rm", "lib/wrong.ts");
    expect(told).toMatch(/lib\/wrong\.ts.8,12.*'string' is not assignable to parameter of type 'number'/);
    expect(told).toMatch(/lib\/wrong\.ts.10,.*'recordRetention' does not exist in type 'CeleriacProps'/);
    expect(told).toMatch(/lib\/wrong\.ts.11,.*"all"/);
  });

  test("is synthesized for production beside a stack of its own, and cdk-nag finds nothing in Celeriac", async () => {
    await app.write("bin/nag.ts", NAG);
    const { stdout } = await app.run("env", "CELERIAC_STAGE=prod", process.execPath, "bin/nag.ts");
    await app.run("rm", "bin/nag.ts");
    expect(JSON.parse(stdout)).toEqual([]);
    await app.run(manager, "run", "synth", ...(manager === "npm" ? ["--"] : []), "-c", "stage=prod");
    expect(await app.read("cdk.out/shop-prod.template.json")).toContain("shop-prod-hello");
  });

  test("has nothing written into its packages", async () => {
    const { stdout } = await app.run(
      "find",
      "node_modules/celeriac/",
      "node_modules/.bin/celeriac",
      "-newer",
      "tsconfig.json",
      "-name",
      ".celeriac*",
    );
    expect(stdout).toBe("");
  });
});
