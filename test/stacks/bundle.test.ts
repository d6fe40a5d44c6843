import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { API_FUNCTIONS } from "../../lib/api-functions.ts";
import { type Bundle, bundleFunctions } from "../../lib/bundle.ts";
import { discoverTasks } from "../../lib/discover.ts";
import { buildRegistry } from "../../lib/registry.ts";
import { RegistrySchema } from "../../src/core/define/registry.ts";
import { PROJECT } from "./support.ts";

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), "celeriac-"));
const first = await bundle("first");
afterAll(() => rm(folder, { recursive: true }));

async function bundle(name: string, root = PROJECT): Promise<Bundle> {
  const modules = await discoverTasks(PROJECT);
  return bundleFunctions({ root, modules, registry: buildRegistry(modules), folder: join(folder, name), own: root });
}

/** The files of a bundle's folders: `task-math/index.mjs` -> its text. */
async function contents(bundle: Bundle): Promise<Map<string, string>> {
  const entries = await readdir(bundle.folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const pairs = paths.toSorted().map(async (path) => {
    return [path.slice(bundle.folder.length + 1), await readFile(path, "utf8")] as const;
  });
  return new Map(await Promise.all(pairs));
}

const files = await contents(first);
const filesOf = (name: string) =>
  [...files.keys()].filter((file) => file.startsWith(`${name}/`)).map((file) => file.slice(name.length + 1));
const textOf = (name: string) =>
  filesOf(name)
    .map((file) => files.get(`${name}/${file}`))
    .join("\n");

/** What `expression` gives in Node, with `bundled` the exports of a file. */
async function evaluate(file: string, expression: string): Promise<unknown> {
  const code = `const bundled = await import(${JSON.stringify(join(first.folder, file))}); console.log(JSON.stringify(await (${expression})));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code]);
  return JSON.parse(stdout);
}

describe("the bundles", () => {
  test("are a folder for each function, with its entry and the registry", () => {
    expect([...first.sizes.keys()].toSorted()).toEqual(
      [
        "api-authorize",
        ...API_FUNCTIONS.map((right) => `api-${right}`),
        "canvas",
        "task-files",
        "task-math",
        "task-probe",
      ].toSorted(),
    );
    for (const name of first.sizes.keys())
      expect(filesOf(name)).toEqual(expect.arrayContaining(["index.mjs", "registry.json"]));
    expect(filesOf("task-math")).toEqual(expect.arrayContaining(["index.mjs", "task.mjs", "module.mjs"]));
  });

  test("hold nothing that is not imported: the API no tasks, a module no other's libraries", () => {
    expect(textOf("task-math")).toContain("celeriac.task");
    expect(textOf("api-read")).not.toContain("celeriac.task");
    expect(textOf("task-files")).toContain("end of central directory");
    expect(textOf("task-math")).not.toContain("end of central directory");
  });

  test("load a library that is imported lazily only then, from a file of its own", () => {
    expect(files.get("task-files/module.mjs")).not.toContain("end of central directory");
    expect(files.get("task-files/module.mjs")).toMatch(/import\("\.\/[^"]+\.mjs"\)/);
  });

  test("keep the names of error classes, which callers see", () => {
    expect(files.get("task-files/module.mjs")).toContain('"UnreadableFile"');
  });

  test("tell every function of every task", () => {
    for (const name of first.sizes.keys()) {
      const { tasks } = RegistrySchema.parse(JSON.parse(files.get(`${name}/registry.json`) ?? ""));
      expect(tasks.map((task) => task.name)).toEqual(["files.unpack", "math.half", "math.sum", "probe.echo"]);
    }
  });

  test("have the sizes that are told", () => {
    for (const [name, bytes] of first.sizes) {
      const sum = filesOf(name).reduce(
        (total, file) => total + Buffer.byteLength(files.get(`${name}/${file}`) ?? ""),
        0,
      );
      expect(bytes).toBe(sum);
    }
  });

  test("are the same bytes when nothing has changed, wherever they are written", async () => {
    expect(await contents(await bundle("second"))).toEqual(files);
  });

  test("replace what was there before", async () => {
    await bundle("third");
    await writeFile(join(folder, "third/task-math/old.mjs"), "");
    await writeFile(join(folder, "third/canvas/index.mjs"), "changed");
    await mkdir(join(folder, "third/task-gone"));
    expect(await contents(await bundle("third"))).toEqual(files);
    expect(await readdir(join(folder, "third"))).not.toContain("task-gone");
  });

  test("name the file, the line and the fault where a source cannot be bundled", async () => {
    const root = join(folder, "broken");
    await cp(PROJECT, root, { recursive: true, filter: (source) => !source.includes("dist") });
    await writeFile(join(root, "functions/api/read.ts"), 'export { handler } from "./nowhere.ts";\n');
    const failure = bundle("fourth", root);
    await expect(failure).rejects.toThrow(
      /^The functions cannot be bundled: functions\/api\/read\.ts:1:\d+: ERROR: .*nowhere/,
    );
    await expect(failure).rejects.toMatchObject({ name: "DefinitionError" });
  });
});

describe("a bundle runs in Node", () => {
  test("its entry finds what lies beside it", async () => {
    const found = await evaluate(
      "task-math/index.mjs",
      "(() => { const { task, registry } = bundled.handler(); return [task, registry.tasks.length]; })()",
    );
    expect(found).toEqual([expect.stringMatching(/task-math\/task\.mjs$/), 4]);
  });

  test("its task process takes the module's tasks for tasks", async () => {
    expect(await evaluate("task-math/task.mjs", "bundled.load()")).toEqual(["math.half", "math.sum"]);
  });

  test("its CommonJS libraries find Node's own modules", async () => {
    expect(await evaluate("task-files/module.mjs", 'bundled.unpack.run({}, ["a.zip"])')).toBe("function");
  });

  test("its errors have the names of their classes", async () => {
    const name = 'bundled.unpack.run({}, ["a.txt"]).catch((error) => error.constructor.name)';
    expect(await evaluate("task-files/module.mjs", name)).toBe("UnreadableFile");
  });
});
