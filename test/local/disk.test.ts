import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { assetsOf, pruneAssets, pruneCompileCache } from "../../local/disk.ts";
import { newDirectory } from "./support/run.ts";

it("keeps the asset directories of the last two deployments", () => {
  const assembly = newDirectory();
  for (const name of ["asset.a", "asset.b", "asset.c"]) mkdirSync(join(assembly, name));
  const files = { hash: { source: { path: "asset.c" }, destinations: {} }, template: { source: {}, destinations: {} } };
  writeFileSync(join(assembly, "stack.assets.json"), JSON.stringify({ files }));

  pruneAssets(assembly, new Set(["asset.b", ...assetsOf(assembly)]));
  expect(readdirSync(assembly).toSorted()).toEqual(["asset.b", "asset.c", "stack.assets.json"]);
});

it("drops what is older than a day from the compile cache", () => {
  const directory = newDirectory();
  const now = Date.now();
  mkdirSync(join(directory, "v24"));
  for (const [name, age] of [
    ["old", 25],
    ["new", 23],
  ] as const) {
    writeFileSync(join(directory, "v24", name), "");
    utimesSync(join(directory, "v24", name), now / 1000, now / 1000 - age * 3600);
  }
  pruneCompileCache(directory, now);
  expect(readdirSync(join(directory, "v24"))).toEqual(["new"]);
  expect(() => pruneCompileCache(join(directory, "none"), now)).not.toThrow();
});
