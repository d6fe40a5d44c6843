import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { discoverPython } from "../../../lib/discover-python.ts";
import { buildRegistry } from "../../../lib/registry.ts";
import { argumentFaults } from "../../../src/core/define/arguments.ts";

const root = await mkdtemp(join(tmpdir(), "celeriac-python-"));
afterAll(() => rm(root, { recursive: true }));

const TASK = {
  name: "total",
  celery: "proj.tasks.total",
  parameters: ["numbers", "start"],
  required: 1,
  rest: false,
  keywords: { scale: false },
  more: false,
  timeLimit: null,
  softTimeLimit: 20,
  maxRetries: null,
  retryDelay: 180,
  autoretryFor: ["OSError"],
  retryBackoff: false,
  retryBackoffMax: 600,
  retryJitter: true,
  ignoreResult: false,
  rateLimit: "10/m",
};

/** What stands for Python says `answer` of every app, and ends with `code`. */
async function found(answer: unknown, code = 0): ReturnType<typeof discoverPython> {
  const python = join(root, "python");
  await writeFile(join(root, "answer"), typeof answer === "string" ? answer : JSON.stringify(answer));
  await writeFile(python, `#!/bin/sh\ncat '${join(root, "answer")}'\nexit ${code}\n`, { mode: 0o755 });
  return discoverPython(root, ["functions/tasks"], { PATH: "/usr/bin:/bin", PYTHON: python });
}

const listed = (...tasks: object[]) => ({ executable: "/usr/bin/python3", tasks });

describe("a folder with a celery_app.py", () => {
  beforeEach(async () => {
    await rm(join(root, "functions"), { recursive: true, force: true });
    await mkdir(join(root, "functions/tasks/reports"), { recursive: true });
    await mkdir(join(root, "functions/tasks/_helpers"));
    await writeFile(join(root, "functions/tasks/reports/celery_app.py"), "");
    await writeFile(join(root, "functions/tasks/_helpers/celery_app.py"), "");
  });

  test("is a module, its tasks by the last part of their names", async () => {
    const { modules, missing } = await found(listed(TASK));
    expect(missing).toEqual([]);
    expect(modules.map(({ name, python }) => [name, python])).toEqual([
      ["reports", { folder: "functions/tasks/reports", executable: "/usr/bin/python3" }],
    ]);
    expect(buildRegistry(modules).tasks).toMatchObject([
      {
        name: "reports.total",
        queue: "reports",
        time_limit: 300,
        soft_time_limit: 20,
        max_retries: null,
        autoretry_for: ["OSError"],
        rate_limit: "10/m",
        parameters: ["numbers", "start"],
      },
    ]);
  });

  test("has tasks that take arguments as Python does: by place, by name, and no others", async () => {
    const { modules } = await found(listed(TASK, { ...TASK, name: "any", rest: true, more: true }));
    const [any, total] = modules[0]?.tasks ?? [];
    if (any === undefined || total === undefined) throw new Error("the module has two tasks");
    const faults = (args: unknown[], kwargs = {}) => argumentFaults(total, args, kwargs).map(({ path }) => path);
    expect(faults([[1]])).toEqual([]);
    expect(faults([[1], "2"], { scale: 3 })).toEqual([]);
    expect(faults([], { numbers: [1], start: 2 })).toEqual([]);
    expect(faults([])).not.toEqual([]);
    expect(faults([1, 2, 3])).not.toEqual([]);
    expect(faults([1], { scales: 3 })).not.toEqual([]);
    expect(argumentFaults(any, [1, 2, 3, 4], { whatever: 5 })).toEqual([]);
  });

  test("says by a module.ts how its function is built", async () => {
    const definition = JSON.stringify(join(import.meta.dirname, "../../../src/core/define/module.ts"));
    await writeFile(
      join(root, "functions/tasks/reports/module.ts"),
      `import { defineModule } from ${definition};\nexport const module = defineModule({ memory: 1024 });\n`,
    );
    const { modules } = await found(listed(TASK));
    expect(modules[0]?.options.memory).toBe(1024);
  });

  test("is left out, with a line of why, where this machine lacks Python or a package", async () => {
    const none = await discoverPython(root, ["functions/tasks"], { PYTHON: join(root, "no-python") });
    expect(none.modules).toEqual([]);
    expect(none.missing).toMatchObject([{ name: "reports", why: expect.stringContaining("there is no Python") }]);
    const { missing } = await found("there is no Python package celery", 3);
    expect(missing).toMatchObject([
      { why: expect.stringMatching(/^functions\/tasks\/reports\/ is left out: .*celery/) },
    ]);
  });

  test("is refused where its app cannot be imported, in the words of Python", async () => {
    await expect(found("KeyError: 'HOST' (celery_app.py:3)", 4)).rejects.toThrow(
      "functions/tasks/reports/celery_app.py: it cannot be imported: KeyError: 'HOST' (celery_app.py:3).",
    );
  });

  test("is refused with a task whose limit or name cannot be one here", async () => {
    await expect(found(listed({ ...TASK, timeLimit: 3600 }))).rejects.toThrow(
      /the task "proj.tasks.total" cannot be one here: .*timeLimit is above 880 s/,
    );
    await expect(found(listed({ ...TASK, name: "_total" }))).rejects.toThrow(/"reports._total" is no task name/);
    await expect(found(listed())).rejects.toThrow("its app has no task");
  });
});
