import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const IMPORT = `
  import { importModule } from ${JSON.stringify(join(ROOT, "lib/import-module.ts"))};
  await importModule(process.cwd(), process.argv[1], 2).then(() => console.log("fine"), (error) => console.log(error.message));
  process.exit();
`;

describe("a module that cannot be imported", { timeout: 60_000 }, () => {
  let folder = "";
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "celeriac-import-")));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Imports a file with this code in a process of its own, as synth does: vitest would compile it otherwise. */
  async function imported(code: string, file = "tasks.ts"): Promise<{ told: string; code: unknown }> {
    await writeFile(join(folder, file), code);
    const child = spawn(process.execPath, ["--input-type=module", "--eval", IMPORT, file], {
      cwd: folder,
      // A loop that nothing ended must not outlive the tests.
      timeout: 45_000,
      killSignal: "SIGKILL",
    });
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { told: `${stdout}${stderr}`, code: status };
  }

  it.each([
    ["a syntax error", "const a = 1;\nconst = 2;\n", /^tasks\.ts:2:7 cannot be compiled: SyntaxError: .*: const = 2;/],
    [
      "an enum",
      "\nexport enum E { A }\n",
      /^tasks\.ts:2:8 cannot .* enum .*: export enum E { A } - Write `const Color/,
    ],
    [
      "a parameter property",
      "class A {\n  constructor(private x: number) {}\n}\n",
      /^tasks\.ts:2:23 .*: constructor\(private x: number\) {} - Declare the field/,
    ],
    ["a namespace", "namespace N { export const x = 1; }\n", /^tasks\.ts:1:1 .* - Export what it holds from a file/],
    [
      "a decorator",
      "const d = (x: unknown) => x;\nclass A {\n  @d m() {}\n}\n",
      /^tasks\.ts:3:3 .*: @d m\(\) {} - Node runs no/,
    ],
    [
      "an import that is none",
      'import { no } from "node:fs";\nno();\n',
      /^tasks\.ts:1:10 .* named 'no'\. .*`import type`/,
    ],
    [
      "an error that is thrown",
      "\nthrow new TypeError('no\\nmore');\n",
      /^tasks\.ts cannot be imported: TypeError: no\. At tasks\.ts:2:7\. Task/,
    ],
  ])("is told in one line, with its place and what to do: %s", async (_what, code, expected) => {
    const { told } = await imported(code);
    expect(told).toMatch(expected);
    expect(told.trim()).not.toContain("\n");
    expect(told).not.toContain(folder);
  });

  it("is told by the file that is at fault where it imports that", async () => {
    await writeFile(join(folder, "other.ts"), "export enum E { A }\n");
    const { told } = await imported('export * from "./other.ts";\n');
    expect(told).toMatch(/^other\.ts:1:8, which tasks\.ts imports, cannot be compiled/);
  });

  it("is named where its top level waits for ever, with or without something that keeps the process", async () => {
    const waiting = await imported("await new Promise(() => {});\n");
    expect(waiting.told).toContain("tasks.ts: an `await` at its top level waits for what never comes.");
    expect(waiting.code).toBe(1);
    const busy = await imported("setInterval(() => {}, 60_000);\nawait new Promise(() => {});\n");
    expect(busy.told).toMatch(
      /^tasks\.ts: its top level has not ended after 2 s: .* Do that in a task's run instead\.$/m,
    );
  });

  it("is named where a loop holds up the process itself", async () => {
    const { told, code } = await imported("for (;;);\n");
    expect(told).toMatch(/^tasks\.ts: its top level has not ended after 2 s: it loops, or /);
    expect(code).not.toBe(0);
  });

  it("is named where it ends the process, which does not pass for a success", async () => {
    const { told, code } = await imported("process.exit(0);\n");
    expect(told).toContain("tasks.ts: its top level ends the process (process.exit(0)).");
    expect(code).toBe(1);
  });
});
