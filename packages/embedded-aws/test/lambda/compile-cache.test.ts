import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { pruneCompileCache } from "../../src/lambda/compile-cache.ts";
import { newDirectory } from "../support/run.ts";

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
