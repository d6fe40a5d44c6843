import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ignoredFiles } from "../../../lib/ignored-files.ts";

it("warns of what looks like a task module and is none, with what to do, and of nothing else", async () => {
  const root = await mkdtemp(join(tmpdir(), "celeriac-ignored-"));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const folder of ["tasks/sub/deep", "tasks/_helpers", "tasks/data"])
    await mkdir(join(root, folder), { recursive: true });
  const ignored = ["tasks/a.js", "tasks/b.mts", "tasks/c.tsx", "tasks/sub/deep/x.ts"];
  const expected = ["tasks/math.ts", "tasks/_own.js", "tasks/math.test.ts", "tasks/types.d.mts", "tasks/_helpers/y.ts"];
  for (const file of [...ignored, ...expected, "tasks/data/z.csv"]) await writeFile(join(root, file), "");
  const lines = await ignoredFiles(root, ["tasks"]);
  expect(lines.map((line) => line.split(" ")[0])).toEqual(["tasks/a.js", "tasks/b.mts", "tasks/c.tsx", "tasks/sub/"]);
  expect(lines[0]).toBe(
    'tasks/a.js is ignored: a task module is a file "name.ts". Rename it, or begin its name with "_".',
  );
});
