import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { discoverTasks, longestLimit } from "../../../lib/discover.ts";

const ROOT = join(import.meta.dirname, "../../..");
const PROJECT = join(ROOT, "test/fixtures/project");

describe("discovery", () => {
  test("finds the modules by their file names, sorted, without helpers and tests", async () => {
    const modules = await discoverTasks(PROJECT);
    expect(modules.map(({ name, file }) => [name, file])).toEqual([
      ["files", "functions/tasks/files.ts"],
      ["math", "functions/tasks/math.ts"],
      ["probe", "functions/tasks/probe.ts"],
    ]);
  });

  test("keeps the exports that are tasks of the module, by name, and leaves out what another module passes on", async () => {
    const modules = await discoverTasks(PROJECT);
    expect(modules.map((module) => module.tasks.map((task) => task.name))).toEqual([
      ["files.unpack"],
      ["math.half", "math.sum"],
      ["probe.echo"],
    ]);
  });

  test("takes the options of defineModule, and the defaults where there is none", async () => {
    const [files, math] = await discoverTasks(PROJECT);
    expect(files?.options).toMatchObject({
      memory: 2048,
      batchSize: 4,
      maxConcurrency: 7,
      grants: ["documents", "email"],
    });
    expect(math?.options).toMatchObject({ memory: 512, batchSize: 1, maxConcurrency: 50, grants: [] });
  });

  test("tells the longest hard limit of some tasks", async () => {
    const [, math] = await discoverTasks(PROJECT);
    expect(longestLimit(math?.tasks ?? [])).toBe(30);
  });
});

describe("a wrong module is one line that names the file and says what to do", () => {
  const cases: Record<string, RegExp> = {
    crash:
      /^crash\/broken\.ts cannot be imported: Error: no such file: \/etc\/nowhere\. .* without a task's environment\.$/,
    "missing-import": /^missing-import\/math\.ts cannot be imported: .*missing\.ts/,
    "no-task": /^no-task\/empty\.ts exports no task: export what defineTask returns, or begin the file's name with "_"/,
    "only-workflow": /^only-workflow\/nightly\.ts exports a workflow and no task: move it to functions\/workflows\.$/,
    "only-helpers": /^only-helpers holds no task module: add one/,
    nowhere: /^nowhere does not exist: create it/,
    "bad-name": /^bad-name\/My Math\.ts: "My Math" cannot name a module: expected .* Rename the file/,
    reserved: /^reserved\/canvas\.ts: "canvas" is the name of a queue of Celeriac's own\. Rename the file\.$/,
    "other-name":
      /^other-name\/math\.ts: .* got "maths\.add"\. Rename the task "math\.add", or move it to other-name\/maths\.ts\.$/,
    "bad-task-name": /^bad-task-name\/math\.ts: "add" is no task name: expected "module\.task"/,
    duplicate:
      /^Task "math\.add" is defined twice: add in duplicate\/math\.ts, and plus in duplicate\/math\.ts\. Rename one/,
    "duplicate-files":
      /"math\.add" is defined twice: add in duplicate-files\/math\.ts, and add in duplicate-files\/more\.ts/,
    "bad-option": /^bad-option\/math\.ts: Task "math\.add": .*time_limit/,
    "soft-limit":
      /^soft-limit\/math\.ts: Task "math\.add": softTimeLimit is above timeLimit.*lower it, or raise timeLimit/,
    "hard-limit":
      /^hard-limit\/math\.ts: Task "math\.add": timeLimit is above 880 s.*split the work into several tasks, or into chunks/,
    "long-batch":
      /^long-batch\/math\.ts: batchSize 3 times the longest timeLimit of 294 s is 882 s.* Lower batchSize or timeLimit/,
    "bad-module-option": /^bad-module-option\/math\.ts: defineModule: memory/,
    "bad-schedule": /^bad-schedule\/math\.ts: cron\("0 0 30 2 \*"\): it never comes/,
    often: /^often\/math\.ts: every\({"seconds":30}\): expected whole minutes/,
    "two-configs": /^two-configs\/math\.ts exports 2 results of defineModule.* Keep one\.$/,
  };

  test.each(Object.entries(cases))("%s", async (folder, pattern) => {
    const message = await refusal(discoverTasks(join(ROOT, "test/fixtures/tasks-wrong"), [folder]));
    expect(message).not.toContain("\n");
    expect(message).not.toContain(ROOT);
    expect(message).toMatch(pattern);
  });
});

test("two files of one name in two folders are refused, since a module has one queue", async () => {
  const folders = ["duplicate-files", "bad-option"];
  expect(await refusal(discoverTasks(join(ROOT, "test/fixtures/tasks-wrong"), folders))).toMatch(
    /^(duplicate-files|bad-option)\/math\.ts and (duplicate-files|bad-option)\/math\.ts would both be the module "math"\. Rename/,
  );
});

async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "nothing was refused",
    (thrown: unknown) =>
      thrown instanceof Error && thrown.name === "DefinitionError"
        ? thrown.message
        : `not a DefinitionError: ${String(thrown)}`,
  );
}
