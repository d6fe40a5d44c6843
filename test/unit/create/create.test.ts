import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "create-celeriac";
import { describe, expect, onTestFinished, test } from "vitest";
import { completeManifest, emptyManifest } from "../../../packages/create-celeriac/src/manifest.ts";
import { VERSIONS } from "../../../packages/create-celeriac/src/versions.ts";

const ROOT = join(import.meta.dirname, "../../..");
const json = (file: string) => JSON.parse(readFileSync(file, "utf8"));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "celeriac-create-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe("a new app", () => {
  test("has all that it needs, under its own name", () => {
    const folder = newFolder();
    const { made, kept } = createApp({ folder, name: "Invoice Service 2026", version: "1.2.3" });
    expect(kept).toEqual([]);
    expect(made).toEqual(
      expect.arrayContaining([".gitignore", ".nvmrc", ".github/workflows/deploy.yml", "functions/tasks/hello.ts"]),
    );
    expect(json(join(folder, "package.json"))).toMatchObject({
      name: "invoice-service-2026",
      type: "module",
      dependencies: { celeriac: "1.2.3" },
    });
    expect(json(join(folder, "cdk.json")).context.prefix).toBe("invoice-service");
    for (const file of made.filter((name) => name.endsWith(".md") || name.endsWith(".ts")))
      expect(readFileSync(join(folder, file), "utf8")).not.toMatch(/APP_(NAME|PREFIX)/);
  });

  test("leaves what is there as it is, and says so", () => {
    const folder = newFolder();
    writeFileSync(join(folder, "tsconfig.json"), "{}");
    const mine = { name: "mine", scripts: { test: "jest" }, dependencies: { zod: "4.0.0" } };
    writeFileSync(join(folder, "package.json"), JSON.stringify(mine));
    const { kept } = createApp({ folder, name: "mine", version: "1.2.3" });
    expect(kept).toEqual(["tsconfig.json"]);
    expect(readFileSync(join(folder, "tsconfig.json"), "utf8")).toBe("{}");
    const manifest = json(join(folder, "package.json"));
    expect(manifest).toMatchObject({
      scripts: { test: "jest", start: "celeriac dev" },
      dependencies: { zod: "4.0.0" },
    });
    expect(manifest.type).toBeUndefined();
  });

  test("refuses a name of which no name in AWS can be made", () => {
    const folder = newFolder();
    expect(() => createApp({ folder, name: "1", version: "1.2.3" })).toThrow('"1" is no name for an app');
    expect(existsSync(join(folder, "cdk.json"))).toBe(false);
  });

  test("gets a Node of its own where the one that makes it is too old", () => {
    const nodeOf = (running: string) =>
      completeManifest(emptyManifest("a"), "1.2.3", running).devDependencies?.["node"];
    expect(nodeOf("v20.20.2")).toBe(VERSIONS.node);
    expect(nodeOf("v24.1.0")).toBeUndefined();
  });

  test("is made with the versions and the CDK's flags that this repository is tested with", () => {
    const { dependencies, devDependencies } = json(join(ROOT, "package.json"));
    for (const [name, version] of Object.entries(VERSIONS))
      expect({ ...dependencies, ...devDependencies }[name]).toBe(version);
    const flags = (file: string) =>
      Object.entries(json(join(ROOT, file)).context).filter(([key]) => key.startsWith("@aws-cdk/"));
    expect(flags("packages/create-celeriac/template/cdk.json")).toEqual(flags("cdk.json"));
  });
});
