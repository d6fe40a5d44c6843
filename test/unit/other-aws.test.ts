import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Ability, EMULATORS } from "../../lib/emulator.ts";
import { EMBEDDED_ONLY, cannot } from "../scenarios/support/other-aws.ts";

const FOLDER = join(import.meta.dirname, "..", "scenarios");
/** Files of projects that never run against another AWS. */
const APART =
  /-(faults|races|crashes)\.test\.ts$|^(auth|batches|celery(?:-foreign)?|direct-chains|max-concurrency|stage-options|upgrade)\.test\.ts$/;
/** By what a scenario starts an AWS of its own. */
const OWN = /from "\.\/support\/(rig|stage)\.ts"|startEmbeddedAws/;

test("the scenarios that start an embedded AWS of their own are left out elsewhere, and what is left out is there", async () => {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".test.ts") && !APART.test(file));
  const own = [];
  for (const file of files) {
    if (OWN.test(await readFile(join(FOLDER, file), "utf8"))) own.push(file.replace(".test.ts", ""));
  }
  expect(Object.keys(EMBEDDED_ONLY)).toEqual(expect.arrayContaining(own));
  expect(files).toEqual(expect.arrayContaining(Object.keys(EMBEDDED_ONLY).map((name) => `${name}.test.ts`)));
});

describe("what an AWS cannot do", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("is nothing unless it is said, so that no scenario is skipped on the embedded AWS", () => {
    vi.stubEnv("CELERIAC_CANNOT", undefined);
    expect(cannot()).toEqual({});
  });

  test.each(Object.entries(EMULATORS))("reaches the scenarios as the table of emulators has it: %s", (_, emulator) => {
    vi.stubEnv("CELERIAC_CANNOT", JSON.stringify(emulator.cannot));
    expect(cannot()).toEqual(emulator.cannot);
  });

  test.each([
    ['{"fly":"it has no wings"}', "fly"],
    ['{"tasks-at-once":""}', "tasks-at-once"],
    ["tasks-at-once", "JSON"],
  ])("is refused as %s", (text, why) => {
    vi.stubEnv("CELERIAC_CANNOT", text);
    expect(() => cannot()).toThrow(why);
  });

  test("is something that a scenario needs, and each reason names the emulator and its version", async () => {
    const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".test.ts"));
    const texts = await Promise.all(files.map((file) => readFile(join(FOLDER, file), "utf8")));
    const needed = texts
      .flatMap((text) => [...text.matchAll(/(?:needs|lacks)\(([^)]*)\)/g)].map((call) => call[1] ?? ""))
      .join();
    expect(Ability.options.filter((ability) => !needed.includes(`"${ability}"`))).toEqual([]);
    for (const [name, emulator] of Object.entries(EMULATORS)) {
      for (const reason of Object.values(emulator.cannot)) expect(reason).toMatch(new RegExp(`^${name} \\d`, "i"));
    }
  });
});
