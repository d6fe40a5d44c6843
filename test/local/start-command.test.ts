import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { listen } from "embedded-aws";
import { readOptions } from "../../local/options.ts";
import { firstError } from "../../local/synth.ts";
import {
  functionResource,
  mappingResource,
  queueResource,
  writeAssembly,
} from "../../packages/embedded-aws/test/support/assembly.ts";
import { isRunning } from "../../packages/embedded-aws/test/support/processes.ts";
import { newDirectory } from "../../packages/embedded-aws/test/support/run.ts";

describe("the flags", () => {
  it("have the usual ports as defaults, and no data directory", () => {
    const defaults = {
      port: 8000,
      awsPort: 4566,
      dashboardPort: 5555,
      data: undefined,
      inspect: null,
      faults: undefined,
    };
    expect(readOptions([], "/home")).toEqual(defaults);
    const args = [
      "--port",
      "1",
      "--aws-port",
      "0",
      "--dashboard-port",
      "65535",
      "--data",
      "kept",
      "--secrets",
      "s.json",
    ];
    const ports = { port: 1, awsPort: 0, dashboardPort: 65_535 };
    expect(readOptions(args, "/home")).toEqual({
      ...ports,
      data: "/home/kept",
      secrets: "/home/s.json",
      inspect: null,
      faults: undefined,
    });
    expect(readOptions(["--inspect", "math"], "/home")).toMatchObject({ inspect: { module: "math", port: 9229 } });
    expect(readOptions(["--inspect", "math:0"], "/home")).toMatchObject({ inspect: { module: "math", port: 0 } });
    expect(readOptions(["--no-dashboard"], "/home")).toEqual({ ...defaults, dashboardPort: null });
    expect(readOptions(["--concurrency", "10"], "/home")).toEqual({ ...defaults, accountConcurrency: 10 });
    const faults = { kill: 0.5, seed: 7 };
    expect(readOptions(["--faults", "kill=0.5,seed=7"], "/home")).toEqual({ ...defaults, faults });
    expect(readOptions(["--help"], "/home")).toBeNull();
  });

  it.each([
    [["--port", "x"], '--port needs a port from 0 (any free one) to 65535, got "x".'],
    [["--aws-port", "65536"], '--aws-port needs a port from 0 (any free one) to 65535, got "65536".'],
    [["--data", ""], "--data needs a directory, got nothing."],
    [["--concurrency", "0"], '--concurrency needs a number of Lambdas from 1, got "0".'],
    [["--faults", "kill=2"], "--faults: kill needs a probability from 0 to 1, got 2."],
    [
      ["--prot", "1"],
      "Unknown option '--prot'. The flags are --port, --aws-port, --dashboard-port, --no-dashboard, --data, --secrets, --concurrency, --faults, --inspect, --help.",
    ],
    [["--inspect", "Math"], '--inspect needs the name of a task module, such as math or math:9230, got "Math".'],
    [["--inspect", "math:x"], '--inspect needs a port from 0 (any free one) to 65535, got "x".'],
    [["here"], /^Unexpected argument 'here'/],
  ])("are refused in one line: %j", (args, message) => {
    expect(() => readOptions(args, "/home")).toThrow(message);
  });
});

describe("the error of a failed synthesis", () => {
  const root = "/project";

  it.each([
    [
      "a syntax error, with its place",
      "file:///project/functions/tasks/math.ts:3\n  const = 1;\n        ^\n\nSyntaxError: Unexpected token '='\n    at compile (node:internal)\n\nNode.js v24",
      "functions/tasks/math.ts:3: SyntaxError: Unexpected token '='",
    ],
    [
      "an exception, with its place in the project",
      "node:internal/modules/run_main:107\n    trigger(\n    ^\n\nTypeError: no\n    at x (file:///project/node_modules/a/b.js:1:2)\n    at file:///project/lib/stage.ts:7:9",
      "lib/stage.ts:7: TypeError: no",
    ],
    [
      "an error of the bundler",
      "Error: Build failed with 1 error:\nfunctions/tasks/a.ts:2:8: ERROR: Expected x\n    at a (file:///project/node_modules/esbuild/main.js:1:2)",
      "Error: Build failed with 1 error: functions/tasks/a.ts:2:8: ERROR: Expected x",
    ],
    [
      "an error of the CDK",
      "node:internal:1\n    x(\n    ^\n\n[«DependencyCycle» 'a' depends on 'b'\n    ...",
      "[«DependencyCycle» 'a' depends on 'b'",
    ],
    ["what the app said last", "bundling\nTask module a.ts exports no task.\n", "Task module a.ts exports no task."],
  ])("is %s", (_what, output, expected) => {
    expect(firstError(output, root)).toBe(expected);
  });
});

/** Runs a TypeScript file until it ends or its test does. */
function runNode(...args: readonly string[]) {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

describe("the start command", () => {
  it("says in one line which port is in use, and what to do", async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    const port = await listen(server, 0);
    const child = runNode("local/main.ts", "--port", String(port), "--aws-port", "0");
    const [[code], output] = await Promise.all([once(child, "close"), text(child.stderr)]);
    expect({ code, output }).toEqual({
      code: 1,
      output: `Port ${port} is in use. Stop what listens there or give another one with --port.\n`,
    });
  }, 30_000);

  it("says the same of the dashboard's port", async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    const port = await listen(server, 0);
    const child = runNode("local/main.ts", "--port", "0", "--aws-port", "0", "--dashboard-port", String(port));
    const [[code], output] = await Promise.all([once(child, "close"), text(child.stderr)]);
    expect({ code, output }).toEqual({
      code: 1,
      output: `Port ${port} is in use. Stop what listens there or give another one with --dashboard-port.\n`,
    });
  }, 30_000);

  it("leaves no process behind even if it is killed while functions are busy", async () => {
    const directory = newDirectory();
    const pidFile = join(directory, "pids");
    const code = `import { spawn } from "node:child_process"; import { writeFileSync } from "node:fs";
      export const handler = async () => {
        const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
        writeFileSync(process.env.PIDS, process.pid + " " + child.pid);
        for (;;);
      };`;
    const Resources = {
      Q: queueResource("work", { VisibilityTimeout: 60 }),
      F: functionResource("f", { Timeout: 60, Environment: { Variables: { PIDS: pidFile } } }),
      M: mappingResource("Q", "F"),
    };
    writeAssembly({ test: { Resources } }, { f: code }, directory);
    const child = runNode("packages/embedded-aws/test/support/busy-run.ts", directory);
    await once(child.stdout, "data");

    const pids = (): number[] => readFileSync(pidFile, { encoding: "utf8", flag: "a+" }).split(" ").map(Number);
    await vi.waitUntil(() => pids().length === 2, { timeout: 5000 });
    child.kill("SIGKILL");
    await vi.waitUntil(() => pids().every((pid) => !isRunning(pid)), { timeout: 5000 });
    expect(pids().filter(isRunning)).toEqual([]);
  }, 30_000);
});
