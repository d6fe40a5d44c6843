import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deployedModules } from "../../../lib/deployed-modules.ts";
import { discoverTasks } from "../../../lib/discover.ts";
import { defineModule } from "../../../src/core/define/module.ts";

const found = await discoverTasks(join(import.meta.dirname, "../../fixtures/project"));
const NOTHING = {
  celery: null,
  stage: "prod",
  prefix: "celeriac",
  modulesOff: [],
  modules: {},
  retiredModules: [],
  vpcs: {},
};
const VPC = { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] };

const withOptions = (options: Parameters<typeof defineModule>[0]) =>
  found.map((module) => (module.name === "math" ? { ...module, options: defineModule(options).options } : module));
const math = (modules: ReturnType<typeof deployedModules>) => modules.find((module) => module.name === "math")?.options;

describe("the modules of a stage", () => {
  test("are all but those that it turns off", () => {
    const modules = deployedModules(found, { ...NOTHING, modulesOff: ["probe"] });
    expect(modules.map((module) => module.name)).toEqual(["files", "math"]);
  });

  test.each(["modulesOff", "modules"] as const)("refuse a name in %s that is no module", (key) => {
    const named = key === "modules" ? { prboe: {} } : ["prboe"];
    expect(() => deployedModules(found, { ...NOTHING, [key]: named })).toThrow(
      `${key} names "prboe", and the modules are files, math, probe`,
    );
  });

  test("may be called by name where they are left out, for want of Python", () => {
    const config = { ...NOTHING, stage: "local", modules: { reports: { memory: 1024 } } };
    expect(deployedModules(found, config, [{ name: "reports" }]).map((module) => module.name)).not.toContain("reports");
  });

  test("refuse one of Python that no layer brings Python to, but for the local run, which has the machine's", () => {
    const python = { folder: "functions/tasks/math", executable: "/usr/bin/python3" };
    const modules = found.map((module) => (module.name === "math" ? { ...module, python } : module));
    const layers = ["arn:aws:lambda:eu-west-1:111122223333:layer:python:1"];
    expect(() => deployedModules(modules, NOTHING)).toThrow(/has no Python: name a layer/);
    expect(math(deployedModules(modules, { ...NOTHING, modules: { math: { layers } } }))?.layers).toEqual(layers);
    expect(math(deployedModules(modules, { ...NOTHING, stage: "local" }))?.layers).toEqual([]);
  });

  test("the modules of a stage refuse to be none", () => {
    expect(() => deployedModules(found, { ...NOTHING, modulesOff: ["files", "math", "probe"] })).toThrow(
      /turns off every module/,
    );
  });

  test("refuse a name that is too long for a Lambda's with the app's prefix before it", () => {
    const module = found.find(({ name }) => name === "math");
    const long = [{ ...module!, name: "a".repeat(40), file: "functions/tasks/long.ts" }];
    expect(() => deployedModules(long, NOTHING)).not.toThrow();
    expect(() => deployedModules(long, { ...NOTHING, prefix: "invoice-service" })).toThrow(
      'functions/tasks/long.ts: its Lambda would be "invoice-service-prod-task-aaaa',
    );
  });

  test("have what the stage says of them, and else what they say themselves", () => {
    const modules = deployedModules(found, { ...NOTHING, modules: { files: { memory: 4096 } } });
    expect(modules.find((module) => module.name === "files")?.options).toMatchObject({
      memory: 4096,
      maxConcurrency: 7,
    });
    expect(math(modules)).toMatchObject({ memory: 512, maxConcurrency: 50 });
  });

  test("refuse a batch that the stage makes too long for one invocation", () => {
    expect(() => deployedModules(found, { ...NOTHING, modules: { files: { batchSize: 9 } } })).toThrow(/is 900 s/);
  });

  test("refuse a concurrency that is kept and lower than what is delivered", () => {
    const modules = { math: { reservedConcurrency: 5 } };
    expect(() => deployedModules(found, { ...NOTHING, modules })).toThrow(
      /modules\.math: reservedConcurrency: is below maxConcurrency \(50\)/,
    );
  });

  test("refuse to retire one that is deployed, but not one that is turned off or gone", () => {
    const retire =
      (retiredModules: string[], modulesOff: string[] = []) =>
      () =>
        deployedModules(found, { ...NOTHING, retiredModules, modulesOff });
    expect(retire(["math"])).toThrow(/retiredModules names "math", which the stage deploys/);
    expect(retire(["math", "gone"], ["math"])).not.toThrow();
  });

  test("lie in the VPC that the stage knows by the name that they use, or in none where it says so", () => {
    const modules = withOptions({ vpc: "private" });
    expect(math(deployedModules(modules, { ...NOTHING, vpcs: { private: VPC } }))?.vpc).toEqual(VPC);
    expect(math(deployedModules(modules, { ...NOTHING, vpcs: { private: null } }))?.vpc).toBeNull();
    expect(() => deployedModules(modules, NOTHING)).toThrow(
      /^functions\/tasks\/math\.ts: defineModule names the VPC "private"/,
    );
  });
});
