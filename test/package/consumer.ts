import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const BUILT = join(ROOT, "dist/packages");

/** The packages that are published. */
export const PACKAGES = ["embedded-aws", "create-celeriac", "celeriac"] as const;

/** This Node first, and nothing of the repository's: an app has its own tools. */
const ENV = { ...process.env, PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter), NO_COLOR: "1" };

const Manifest = z.looseObject({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});

/** How a package manager takes packages from files in the place of a registry's, and installs. */
const MANAGERS = {
  npm: { install: ["npm", "install", "--no-audit", "--no-fund", "--prefer-offline"], overrides: "overrides" },
  pnpm: { install: ["pnpm", "install", "--prefer-offline", "--config.strict-dep-builds=false"], overrides: "pnpm" },
} as const;
export type Manager = keyof typeof MANAGERS;

/** An app in a folder of its own, made and installed of tarballs alone. */
export interface Consumer {
  readonly folder: string;
  /** Runs a command there to its end. */
  readonly run: (command: string, ...args: readonly string[]) => Promise<{ stdout: string; stderr: string }>;
  /** The same, where it is to fail. @returns what it printed */
  readonly fails: (command: string, ...args: readonly string[]) => Promise<string>;
  readonly write: (file: string, text: string) => Promise<void>;
  readonly read: (file: string) => Promise<string>;
  /** Starts the app. @returns where its API is, and what ends it */
  readonly start: () => Promise<{ url: string; stop: () => Promise<void> }>;
  readonly remove: () => Promise<void>;
}

/** Packs what was built. @returns a tarball for each package, by its name */
export async function packAll(folder: string): Promise<Record<string, string>> {
  for (const name of PACKAGES) {
    await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: join(BUILT, name), env: ENV });
  }
  const files = await readdir(folder);
  return Object.fromEntries(
    PACKAGES.map((name) => [name, join(folder, files.find((file) => file.startsWith(`${name}-`)) ?? "")]),
  );
}

/** Makes an app with `create-celeriac`, and installs it. Needs a registry, or a cache, for what others publish. */
export async function createConsumer(manager: Manager, tarballs: Readonly<Record<string, string>>): Promise<Consumer> {
  const parent = await mkdtemp(join(tmpdir(), "celeriac-consumer-"));
  const folder = join(parent, "shop");
  const tar = join(parent, "create");
  await run("mkdir", [tar]);
  await run("tar", ["xzf", tarballs["create-celeriac"] ?? "", "-C", tar]);
  await run(process.execPath, [join(tar, "package/dist/main.js"), folder], { env: ENV });
  await useTarballs(folder, manager, tarballs);
  const [command, ...args] = MANAGERS[manager].install;
  const options = { cwd: folder, env: ENV, maxBuffer: 64 * 1024 * 1024 };
  await run(command, args, options);
  return {
    folder,
    run: (file, ...more) => run(file, more, options),
    fails: async (file, ...more) => {
      const failed: unknown = await run(file, more, options).then(
        () => null,
        (error: unknown) => error,
      );
      if (failed === null) throw new Error(`${file} ${more.join(" ")} was to fail, and did not.`);
      const { stdout, stderr } = z.object({ stdout: z.string(), stderr: z.string() }).parse(failed);
      return stdout + stderr;
    },
    write: (file, text) => writeFile(join(folder, file), text),
    read: (file) => readFile(join(folder, file), "utf8"),
    start: () => startApp(folder, manager),
    remove: () => rm(parent, { recursive: true, force: true }),
  };
}

async function useTarballs(
  folder: string,
  manager: Manager,
  tarballs: Readonly<Record<string, string>>,
): Promise<void> {
  const file = join(folder, "package.json");
  const manifest = Manifest.parse(JSON.parse(await readFile(file, "utf8")));
  const files = Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]));
  const { "embedded-aws": aws, "create-celeriac": create } = files;
  const overrides = { "embedded-aws": aws, "create-celeriac": create };
  const devDependencies = { ...manifest.devDependencies, "cdk-nag": "3.0.2" };
  const dependencies = { ...manifest.dependencies, celeriac: files["celeriac"] };
  const next = { ...manifest, dependencies, devDependencies };
  const text = manager === "npm" ? { ...next, overrides } : { ...next, pnpm: { overrides } };
  await writeFile(file, JSON.stringify(text, null, 2));
  // pnpm reads overrides here from version 11 on.
  if (manager === "pnpm") await writeFile(join(folder, "pnpm-workspace.yaml"), JSON.stringify({ overrides }));
}

async function startApp(folder: string, manager: Manager): Promise<{ url: string; stop: () => Promise<void> }> {
  const ports = ["--port", "0", "--aws-port", "0", "--dashboard-port", "0"];
  const child = spawn(manager, ["start", ...(manager === "npm" ? ["--"] : []), ...ports], {
    cwd: folder,
    env: ENV,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const url = await readUrl(child);
  const stop = async (): Promise<void> => {
    const ended = once(child, "exit");
    if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    await ended;
  };
  return { url, stop };
}

function readUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      const [, url] = /API (http:\/\/\S+),/.exec(output) ?? [];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on("data", onData);
    child.stderr?.on("data", onData);
    child.on("exit", () => reject(new Error(`The app ended before it was ready:\n${output}`)));
  });
}
