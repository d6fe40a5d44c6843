import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { synthesizeStage } from "./support.ts";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const Failure = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });
const Resources = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
const stages = z
  .object({ context: z.object({ stages: z.record(z.string(), z.unknown()) }) })
  .parse(JSON.parse(await readFile(join(ROOT, "cdk.json"), "utf8"))).context.stages;

let out = "";
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "celeriac-"));
});
afterEach(() => rm(out, { recursive: true }));

/** `node bin/app.ts`, with no credentials and no region in its environment. */
function synth(variables: Record<string, string>) {
  const env = { PATH: process.env["PATH"] ?? "", CDK_OUTDIR: join(out, "assembly"), ...variables };
  return run(process.execPath, ["bin/app.ts"], { cwd: ROOT, env });
}

describe("npm run synth", () => {
  test("ends with one line and code 1 where the configuration is wrong", async () => {
    const failure = Failure.parse(await synth({ CELERIAC_STAGE: "nowhere" }).catch((thrown: unknown) => thrown));
    expect(failure).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^cdk\.json: there is no stage "nowhere" in context\.stages: [^\n]*\n$/),
    });
  });

  test("leaves out the alarms, and no other stack, for an emulator that would refuse them", async () => {
    await synth({ CDK_CONTEXT_JSON: JSON.stringify({ stage: "local", emulator: "ministack" }) });
    const files = await readdir(join(out, "assembly"));
    expect(files.filter((file) => file.endsWith(".template.json")).toSorted()).toEqual(
      ["api", "canvas", "storage", "tasks"].map((name) => `celeriac-local-${name}.template.json`),
    );
  });

  test.each([
    ["localstack", 20],
    ["ministack", undefined],
  ])("has mappings wait for messages where an emulator would rest between two looks: %s", async (emulator, seconds) => {
    await synth({ CDK_CONTEXT_JSON: JSON.stringify({ stage: "local", emulator }) });
    const template = JSON.parse(await readFile(join(out, "assembly", "celeriac-local-tasks.template.json"), "utf8"));
    const mappings = Object.values(Resources.parse(template).Resources).filter(
      ({ Type }) => Type === "AWS::Lambda::EventSourceMapping",
    );
    expect(mappings.length).toBeGreaterThan(1);
    expect(new Set(mappings.map(({ Properties }) => Properties["MaximumBatchingWindowInSeconds"]))).toEqual(
      new Set([seconds]),
    );
  });

  test.each([
    [undefined, true],
    ["localstack", true],
    ["ministack", false],
  ])(
    "has machines send again what could not be sent, but where an emulator retries more than that: %s",
    async (emulator, does) => {
      await synth({ CDK_CONTEXT_JSON: JSON.stringify({ stage: "local", emulator }) });
      const template = JSON.parse(await readFile(join(out, "assembly", "celeriac-local-canvas.template.json"), "utf8"));
      const machines = Object.values(Resources.parse(template).Resources).filter(
        ({ Type }) => Type === "AWS::StepFunctions::StateMachine",
      );
      expect(machines.length).toBeGreaterThan(3);
      for (const { Properties } of machines) {
        const text = String(Properties["DefinitionString"]);
        expect(JSON.parse(text)).toHaveProperty("States");
        expect(text.includes('"Retry":')).toBe(does);
      }
    },
  );

  test("takes the stage that the CDK command was given", async () => {
    const context = JSON.stringify({ stage: "other" });
    const failure = Failure.parse(
      await synth({ CELERIAC_STAGE: "local", CDK_CONTEXT_JSON: context }).catch((thrown: unknown) => thrown),
    );
    expect(failure.stderr).toContain('there is no stage "other"');
  });

  test("needs no AWS account, and writes the five stacks with their assets", async () => {
    const { stderr } = await synth({ CELERIAC_STAGE: "local" });
    expect(stderr).toContain("Stage local is in");
    const files = await readdir(join(out, "assembly"));
    const templates = files.filter((file) => file.endsWith(".template.json"));
    expect(templates.toSorted()).toEqual(
      ["api", "canvas", "monitoring", "storage", "tasks"].map((name) => `celeriac-local-${name}.template.json`),
    );
    expect(files.filter((file) => file.startsWith("asset.")).length).toBeGreaterThan(4);
  });
});

describe("the tasks that ship", () => {
  test.each(Object.keys(stages))("are deployed by the stage %s with at most 10 alarms", async (name) => {
    const stage = await synthesizeStage(stages, name, ROOT);
    expect(stage.modules.map((module) => module.name)).toEqual(
      expect.arrayContaining(["documents", "email", "math", "monitor"]),
    );
    expect(stage.modules.some((module) => module.name === "probe")).toBe(name !== "prod");
    expect(stage.all("AWS::CloudWatch::Alarm").length).toBeLessThanOrEqual(10);
    expect(stage.config.resources).toBe(name === "prod" ? "retain" : "destroy");
  });
});
