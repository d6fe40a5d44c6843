import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EMBEDDED_ONLY } from "../scenarios/other-aws.ts";

const FOLDER = join(import.meta.dirname, "..", "scenarios");
/** Files of projects that never run against another AWS. */
const APART = /-(faults|races|crashes)\.test\.ts$|^(auth|batches|max-concurrency|stage-options|upgrade)\.test\.ts$/;
/** By what a scenario starts an AWS of its own. */
const OWN = /from "\.\/(rig|stage)\.ts"|startEmbedded/;

test("the scenarios that start an embedded AWS of their own are those that are left out elsewhere", async () => {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".test.ts") && !APART.test(file));
  const own = [];
  for (const file of files) {
    if (OWN.test(await readFile(join(FOLDER, file), "utf8"))) own.push(file.replace(".test.ts", ""));
  }
  expect(own.toSorted()).toEqual(Object.keys(EMBEDDED_ONLY).toSorted());
});
