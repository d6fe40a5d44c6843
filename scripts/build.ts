// Builds the packages that are published, each in a folder of dist/packages: `npm run build`. `npm pack` and `npm
// publish` are run there: the repository itself goes on running TypeScript, and its package.json is not the published
// one.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPage } from "../dashboard/server/build.ts";
import { compile, copy, listFiles } from "./build/compile.ts";
import { ROOT, publishedManifest, readManifest } from "./build/manifest.ts";

const OUT = join(ROOT, "dist", "packages");

/** What of the repository the package `celeriac` is made of: all but the tasks that are its own example. */
const FOLDERS = [
  "src",
  "lib",
  "functions/api",
  "functions/canvas",
  "functions/celery",
  "functions/worker",
  "cli",
  "remote",
  "local",
];

/** What starts the same from the repository alone. */
const NOT_SHIPPED = new Set(["dashboard/server/main.ts", "local/main.ts"]);

function start(name: string): string {
  const folder = join(OUT, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // What is compiled here is an ES module by this.
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, type: "module" }));
  return folder;
}

function finish(folder: string, from: string, sources: string): void {
  rmSync(join(folder, "tsconfig.json"));
  copy(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  copy(join(ROOT, from, "README.md"), join(folder, "README.md"));
  const manifest = publishedManifest(readManifest(from), sources);
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

function buildEmbeddedAws(): string {
  const folder = start("embedded-aws");
  compile(folder, listFiles(["packages/embedded-aws/src"]), "packages/embedded-aws/src", {});
  finish(folder, "packages/embedded-aws", "src");
  return folder;
}

function buildCreate(): string {
  const folder = start("create-celeriac");
  compile(folder, listFiles(["packages/create-celeriac/src"]), "packages/create-celeriac/src", {});
  copy(join(ROOT, "packages/create-celeriac/template"), join(folder, "template"));
  finish(folder, "packages/create-celeriac", "src");
  return folder;
}

async function buildCeleriac(others: Readonly<Record<string, string>>): Promise<void> {
  const folder = start("celeriac");
  const files = listFiles([...FOLDERS, "dashboard/server"]).filter((file) => !NOT_SHIPPED.has(file));
  compile(folder, files, "", others);
  copy(join(ROOT, "statemachines"), join(folder, "dist", "statemachines"));
  for (const [name, bytes] of await buildPage()) {
    mkdirSync(join(folder, "dist", "dashboard", "built"), { recursive: true });
    writeFileSync(join(folder, "dist", "dashboard", "built", name), bytes);
  }
  finish(folder, "", "");
}

const embeddedAws = buildEmbeddedAws();
const create = buildCreate();
await buildCeleriac({
  "embedded-aws": join(embeddedAws, "dist", "index.d.ts"),
  "create-celeriac": join(create, "dist", "index.d.ts"),
});
console.log(`The packages are in ${OUT}.`);
