import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deployedModules } from "../../../lib/deployed-modules.ts";
import { discoverTasks } from "../../../lib/discover.ts";
import { discoverWorkflows } from "../../../lib/discover-workflows.ts";
import { buildRegistry } from "../../../lib/registry.ts";
import { compileWorkflows } from "../../../lib/workflows.ts";
import type { Node } from "../../../src/core/canvas/node.ts";
import { RegistrySchema } from "../../../src/core/define/registry.ts";
import { defineWorkflow } from "../../../src/core/workflow/workflow.ts";
import { t, ti } from "../../fixtures/canvases.ts";

/** A stage that says nothing of modules. */
const NOTHING = {
  celery: null,
  stage: "dev",
  prefix: "celeriac",
  modulesOff: [],
  modules: {},
  retiredModules: [],
  vpcs: {},
};

const ROOT = join(import.meta.dirname, "../../..");
const PROJECT = join(ROOT, "test/fixtures/project");
const WRONG = join(ROOT, "test/fixtures/workflows-wrong");

const modules = await discoverTasks(PROJECT);

describe("the discovery of workflows", () => {
  test("finds those in functions/workflows and those beside tasks, by name, without drafts", async () => {
    const found = await discoverWorkflows(PROJECT, modules);
    expect(found.map(({ workflow, file }) => [workflow.name, file])).toEqual([
      ["echoes", "functions/tasks/probe.ts"],
      ["mean", "functions/workflows/mean.ts"],
    ]);
  });

  test("leaves one out whose module a stage leaves out", async () => {
    const found = await discoverWorkflows(PROJECT, deployedModules(modules, { ...NOTHING, modulesOff: ["probe"] }));
    expect(found.map(({ workflow }) => workflow.name)).toEqual(["mean"]);
  });

  test("workflows need no folder of their own", async () => {
    const found = await discoverWorkflows(PROJECT, modules, "functions/nowhere");
    expect(found.map(({ workflow }) => workflow.name)).toEqual(["echoes"]);
  });

  test.each<[string, RegExp]>([
    ["duplicate", /^Workflow "twice" is defined twice: in duplicate\/a\.ts, and in duplicate\/b\.ts\. Rename one/],
    [
      "none",
      /^none\/helpers\.ts exports no workflow: export what defineWorkflow returns, or begin the file's name with "_"/,
    ],
    ["bad-name", /^bad-name\/etl\.ts: "Nightly run" is no workflow name: expected a lower-case letter/],
  ])("refuses %s in a line that names the file", async (folder, pattern) => {
    await expect(discoverWorkflows(WRONG, [], folder)).rejects.toThrow(pattern);
  });

  test("refuses a name that one beside the tasks has", async () => {
    const found = discoverWorkflows(PROJECT, modules, "../workflows-wrong/duplicate-beside");
    await expect(found).rejects.toThrow(
      /^Workflow "echoes" is defined twice: in functions\/tasks\/probe\.ts, and in \.\.\/workflows-wrong\/duplicate-beside\/echoes\.ts/,
    );
  });
});

describe("a workflow that is compiled", () => {
  const compile = (node: Node) =>
    compileWorkflows([{ workflow: { ...defineWorkflow("some", { node }) }, file: "some.ts" }], modules, 600);

  test("says which modules its machine sends to", () => {
    expect(compile({ chain: [t("math.sum"), t("probe.echo"), t("math.half")] })).toMatchObject([
      { name: "some", modules: ["math", "probe"], definition: { StartAt: "Start" } },
    ]);
  });

  test("may leave to each run what its first tasks lack", () => {
    expect(() => compile({ chain: [t("math.sum", 1), t("math.half")] })).not.toThrow();
  });

  const options = (more: object): Node => ({ ...t("probe.echo", 1), options: more });
  test.each<[string, Node, RegExp]>([
    [
      "a task that is not deployed",
      { chain: [t("math.sum"), t("math.add")] },
      /: \/chain\/1\/task names no task: "math\.add" is not registered\.$/,
    ],
    [
      "arguments that an immutable task does not take",
      { chain: [ti("math.sum", 1), t("math.half")] },
      /: \/chain\/0\/args /,
    ],
    [
      "keyword arguments that no run could make good",
      { ...t("math.sum", 1), kwargs: { z: 1 } },
      /: \/kwargs\/z is not a known key\.$/,
    ],
    [
      "an id",
      options({ task_id: "11111111-1111-4111-8111-111111111111" }),
      /: \/options\/task_id is an id that only one run/,
    ],
    [
      "a link with an id",
      options({ link: [options({ task_id: "11111111-1111-4111-8111-111111111111" })] }),
      /: \/options\/link\/0\/options\/task_id /,
    ],
    [
      "a point in time",
      options({ eta: "2027-01-01T00:00:00Z" }),
      /: \/options\/eta is one point in time; use countdown/,
    ],
    [
      "an end in time",
      options({ expires: "2027-01-01T00:00:00Z" }),
      /: \/options\/expires is one point in time; use seconds/,
    ],
    ["several faults", { chain: [t("a.a"), t("a.b")] }, /: \/chain\/0\/task names no task.* \(and 1 more\)\.$/],
    ["no chain of nothing", { chain: [] }, /: \/chain has no nodes/],
    ["no tasks", { group: [] }, /has no tasks\. Give it at least one\.$/],
    [
      "over 1,000 tasks",
      { group: Array.from({ length: 1001 }, () => t("probe.echo", 1)) },
      /has 1001 tasks; one execution has room for 1000/,
    ],
    [
      "states that no template could hold",
      { chain: Array.from({ length: 1000 }, () => t("probe.echo")) },
      /is compiled into \d+ bytes; 409600 fit a template/,
    ],
  ])("refuses %s", (_name, node, pattern) => {
    expect(() => compile(node)).toThrow(pattern);
    expect(() => compile(node)).toThrow(/^some\.ts: workflow "some"/);
  });

  test("comes back from the registry as it was defined", async () => {
    const found = await discoverWorkflows(PROJECT, modules);
    const { workflows } = RegistrySchema.parse(JSON.parse(JSON.stringify(buildRegistry(modules, found))));
    expect(workflows).toEqual([
      { name: "echoes", node: t("probe.echo") },
      { name: "mean", node: { chain: [t("math.sum"), t("math.half")] } },
    ]);
  });

  test("is none in a registry that was written before there were any", () => {
    expect(RegistrySchema.parse({ version: 1, tasks: [] }).workflows).toEqual([]);
  });
});
