import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { assetsOf, pruneAssets } from "../../src/assembly/assets.ts";
import { newDirectory } from "../support/run.ts";

it("keeps the asset directories of the last two deployments", () => {
  const assembly = newDirectory();
  for (const name of ["asset.a", "asset.b", "asset.c"]) mkdirSync(join(assembly, name));
  const files = { hash: { source: { path: "asset.c" }, destinations: {} }, template: { source: {}, destinations: {} } };
  writeFileSync(join(assembly, "stack.assets.json"), JSON.stringify({ files }));

  pruneAssets(assembly, new Set(["asset.b", ...assetsOf(assembly)]));
  expect(readdirSync(assembly).toSorted()).toEqual(["asset.b", "asset.c", "stack.assets.json"]);
});
