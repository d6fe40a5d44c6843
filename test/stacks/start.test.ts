import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { bundleFunctions } from "../../lib/bundle.ts";
import { discoverTasks } from "../../lib/discover.ts";
import { buildRegistry } from "../../lib/registry.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");
const modules = await discoverTasks(root);
const folder = await mkdtemp(join(tmpdir(), "celeriac-"));
afterAll(() => rm(folder, { recursive: true }));
const bundle = await bundleFunctions({ root, modules, registry: buildRegistry(modules), folder });

const FUNCTIONS = ["api-read", "api-wait", "api-submit", "canvas", "task-math"];

async function textOf(name: string): Promise<string> {
  const files = await readdir(join(folder, name));
  return (await Promise.all(files.map((file) => readFile(join(folder, name, file), "utf8")))).join("\n");
}

/** What Node has loaded of its own when a function is ready, and the files of the function that it has not. */
async function start(name: string): Promise<readonly string[]> {
  const code = `await import(${JSON.stringify(join(folder, name, "index.mjs"))});
    console.log(JSON.stringify(process.moduleLoadList));
    process.exit();`;
  const env = {
    PATH: process.env["PATH"],
    AWS_LAMBDA_FUNCTION_NAME: "celeriac",
    CELERIAC_AUTH: JSON.stringify({ kind: "none" }),
    ...Object.fromEntries(
      ["STAGE", "TABLE", "BUCKET", "QUEUE_PREFIX", "MACHINE_PREFIX", "MODULE"].map((key) => [
        `CELERIAC_${key}`,
        "math",
      ]),
    ),
    ...Object.fromEntries(["RETENTION_DAYS", "TIMEOUT", "MEMORY"].map((key) => [`CELERIAC_${key}`, "300"])),
  };
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], { env });
  return z.array(z.string()).parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}

describe.each(FUNCTIONS)("the function %s", (name) => {
  test("starts without HTTP, TLS and Node's fetch, which load with the first call", async () => {
    const loaded = await start(name);
    expect(loaded.filter((module) => /undici|_http_client|_tls_wrap/.test(module))).toEqual([]);
  });

  test("reads no profiles or single sign-on: its credentials are in the environment", async () => {
    const text = await textOf(name);
    expect(text).toContain("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    expect(text).not.toMatch(/sso_start_url|AssumeRoleWithWebIdentity|credential_process/);
  });

  test("has S3's client in a file that nothing imports at the start", async () => {
    const files = await readdir(join(folder, name));
    const [objects, ...others] = files.filter((file) => file.startsWith("objects-"));
    expect(others).toEqual([]);
    expect(await textOf(name)).not.toMatch(new RegExp(`(from|import)"\\./${objects}"`));
  });

  test("is no larger than 900,000 bytes", () => {
    expect(bundle.sizes.get(name)).toBeLessThan(900_000);
  });
});
