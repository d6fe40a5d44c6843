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
    const { url, stop } = await app.start();
    try {
      expect(await greet(url, "you")).toBe("Hello, you!");
      const file = "functions/tasks/hello.ts";
      await app.write(file, (await app.read(file)).replace("Hello, ", "Good day, "));
      await expect.poll(() => greet(url, "you"), { timeout: 120_000, interval: 1_000 }).toBe("Good day, you!");
    } finally {
      await stop();
    }
  });

  test("passes its own test and its own compiler", async () => {
    expect((await app.run(manager, "test")).stdout).toContain("passed");
    expect((await app.run(manager, "run", "check")).stderr).not.toContain("error");
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
