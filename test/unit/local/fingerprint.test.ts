import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fingerprintOf } from "../../../local/fingerprint.ts";

const ENVIRONMENT = { LEVEL: "high" };

function project(): string {
  const root = mkdtempSync(join(tmpdir(), "celeriac-fingerprint-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ["functions/tasks", "node_modules/left-pad", ".celeriac"])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "functions/tasks/math.ts"), "export {};");
  return root;
}

describe("the fingerprint of a project", () => {
  it("is the same of what has not changed, whatever shell and npm say of themselves", () => {
    const root = project();
    const first = fingerprintOf(root, ENVIRONMENT);
    writeFileSync(join(root, ".celeriac/bench.json"), "{}");
    expect(fingerprintOf(root, { SHLVL: "3", npm_lifecycle_event: "start", ...ENVIRONMENT })).toBe(first);
  });

  it.each([
    ["a new file", (root: string) => writeFileSync(join(root, "functions/tasks/new.ts"), "")],
    ["a file that has another size", (root: string) => writeFileSync(join(root, "functions/tasks/math.ts"), "")],
    ["a file that was saved again", (root: string) => utimesSync(join(root, "functions/tasks/math.ts"), 1, 1)],
    ["a file that went", (root: string) => rmSync(join(root, "functions/tasks/math.ts"))],
    ["what npm installed", (root: string) => writeFileSync(join(root, "node_modules/.package-lock.json"), "{}")],
  ])("is another after %s", (_what, change) => {
    const root = project();
    const first = fingerprintOf(root, ENVIRONMENT);
    change(root);
    expect(fingerprintOf(root, ENVIRONMENT)).not.toBe(first);
  });

  it("is another where a variable is, which a task module may read", () => {
    const root = project();
    expect(fingerprintOf(root, { LEVEL: "low" })).not.toBe(fingerprintOf(root, ENVIRONMENT));
  });
});
