import { realpathSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, posix, relative, resolve } from "node:path";
import { type Metafile, type OutputFile, type Plugin, build } from "esbuild";
import { DefinitionError } from "../src/core/errors.ts";
import type { RegistryFile } from "../src/core/define/registry.ts";
import { API_FUNCTIONS } from "./api-functions.ts";
import type { TaskModule } from "./discover.ts";
import { OWN_ROOT, ownFile } from "./own-files.ts";

/** One Lambda's files: the entries that it is called by, by the names that they get in its folder. */
interface Asset {
  /** The Lambda's short name, and its folder's. */
  readonly name: string;
  /** File name -> source file, absolute. */
  readonly entries: Readonly<Record<string, string>>;
}

/** What {@link bundleFunctions} made. */
export interface Bundle {
  /** The folder that holds a folder for each Lambda, by its short name. */
  readonly folder: string;
  /** Bytes of each Lambda's folder. */
  readonly sizes: ReadonlyMap<string, number>;
  /** How long it took. */
  readonly milliseconds: number;
}

/** What CommonJS dependencies (saxes, yauzl) need in an ES module: a `require` for Node's own modules. */
const REQUIRE =
  'import{createRequire as celeriacRequire}from"node:module";const require=celeriacRequire(import.meta.url);';

/** The SDK loads a parser of browsers' names, 38 KB, where it runs in one. */
const WITHOUT_BROWSERS: Plugin = {
  name: "without-browsers",
  setup: (building) => {
    building.onResolve({ filter: /^bowser$/ }, ({ importer }) =>
      /[\\/]@aws-sdk[\\/]/.test(importer) ? { path: "bowser", namespace: "empty" } : null,
    );
    building.onLoad({ filter: /./, namespace: "empty" }, () => ({ contents: "export {};" }));
  },
};

/**
 * Bundles all Lambdas in one esbuild run and writes one folder for each, with its entries, the chunks that these
 * import, and `registry.json`. The same sources give the same bytes, so that an unchanged Lambda is not deployed again.
 * @param root The project's folder.
 * @param folder Where the folders go; what was there is replaced. @default .celeriac/lambda
 * @param own Where the entries of Celeriac's own lie. @default this repository, or package
 * @throws DefinitionError with the first error of esbuild.
 */
export async function bundleFunctions(options: {
  readonly root: string;
  readonly modules: readonly TaskModule[];
  readonly registry: RegistryFile;
  /** Whether the bridge for Celery is deployed. @default false */
  readonly celery?: boolean;
  readonly folder?: string;
  readonly own?: string;
}): Promise<Bundle> {
  const start = performance.now();
  const folder = options.folder ?? join(options.root, ".celeriac", "lambda");
  // As esbuild names what it reads: links resolved.
  const root = realpathSync(options.root);
  const assets = listAssets(root, options.modules, options.own ?? OWN_ROOT, options.celery ?? false);
  const outputs = await runEsbuild(root, assets);
  await mkdir(folder, { recursive: true });
  await removeOthers(folder, new Set(assets.map((asset) => asset.name)));
  const registry = new TextEncoder().encode(JSON.stringify(options.registry));
  const sizes = new Map<string, number>();
  for (const asset of assets) {
    const files = collectFiles(asset, outputs);
    files.set("registry.json", registry);
    for (const [name, bytes] of await readBeside(root, files, outputs)) files.set(name, bytes);
    await writeFiles(join(folder, asset.name), files);
    sizes.set(
      asset.name,
      [...files.values()].reduce((sum, bytes) => sum + bytes.length, 0),
    );
  }
  return { folder, sizes, milliseconds: performance.now() - start };
}

function listAssets(root: string, modules: readonly TaskModule[], own: string, celery: boolean): Asset[] {
  const api = [...API_FUNCTIONS, "authorize"];
  return [
    ...api.map((name) => ({ name: `api-${name}`, entries: { "index.mjs": ownFile(`functions/api/${name}`, own) } })),
    { name: "canvas", entries: { "index.mjs": ownFile("functions/canvas/handler", own) } },
    ...(celery ? [{ name: "celery", entries: { "index.mjs": ownFile("functions/celery/handler", own) } }] : []),
    ...modules.map(({ name, file }) => ({
      name: `task-${name}`,
      entries: {
        "index.mjs": ownFile("functions/worker/supervisor", own),
        "task.mjs": ownFile("functions/worker/process", own),
        "module.mjs": join(root, file),
      },
    })),
  ];
}

/**
 * What esbuild wrote (in memory), and what imports what. All files lie in one folder, so imports hold wherever they are
 * copied together.
 */
interface Outputs {
  readonly imports: Metafile["outputs"];
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** Source file -> output. */
  readonly byEntry: ReadonlyMap<string, string>;
}

async function runEsbuild(root: string, assets: readonly Asset[]): Promise<Outputs> {
  const sources = [...new Set(assets.flatMap((asset) => Object.values(asset.entries)))];
  const names = new Map(sources.map((source, index) => [source, `entry-${index}`]));
  const result = await build({
    absWorkingDir: root,
    entryPoints: sources.map((source) => ({ in: source, out: names.get(source) ?? "" })),
    outdir: "out",
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    // Not the third part of `minify`: rewriting syntax takes 1.5 s for what is minified already (pdfjs), and saves 3%.
    minifyWhitespace: true,
    minifyIdentifiers: true,
    // The class names of errors are what callers see as the error's type.
    keepNames: true,
    format: "esm",
    platform: "node",
    target: "node24",
    plugins: [WITHOUT_BROWSERS],
    alias: {
      "@aws-sdk/credential-provider-node": ownFile("src/aws/clients/function-credentials"),
    },
    // Without `module` first the SDK's CommonJS is taken, which cannot be shaken.
    mainFields: ["module", "main"],
    outExtension: { ".js": ".mjs" },
    chunkNames: "[name]-[hash]",
    banner: { js: REQUIRE },
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
  }).catch((thrown: unknown) => {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new DefinitionError(
      `The functions cannot be bundled: ${message.split("\n").slice(1).find(Boolean) ?? message}`,
    );
  });
  return indexOutputs(root, names, result.metafile, result.outputFiles);
}

function indexOutputs(
  root: string,
  names: ReadonlyMap<string, string>,
  metafile: Metafile,
  files: readonly OutputFile[],
): Outputs {
  const contents = new Map(files.map((file) => [relative(root, file.path).replaceAll("\\", "/"), file.contents]));
  const byEntry = new Map([...names].map(([source, name]) => [source, `out/${name}.mjs`]));
  return { imports: metafile.outputs, contents, byEntry };
}

/** The files of one Lambda's folder: its entries under their own names, and all that they import, at once or lazily. */
function collectFiles(asset: Asset, outputs: Outputs): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const waiting: string[] = [];
  for (const [name, source] of Object.entries(asset.entries)) {
    const path = outputs.byEntry.get(source) ?? "";
    files.set(name, contentsOf(path, outputs));
    waiting.push(...importsOf(path, outputs));
  }
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(posix.basename(path))) continue;
    files.set(posix.basename(path), contentsOf(path, outputs));
    waiting.push(...importsOf(path, outputs));
  }
  return files;
}

/**
 * What a source file reads at run time from beside its bundle: the character maps of PDF, which its reader fetches by
 * their names.
 */
const READ_BESIDE = [
  { source: ownFile("src/documents/pdf-maps"), package: "pdfjs-dist", folder: "cmaps", ext: ".bcmap" },
] as const;

async function readBeside(
  root: string,
  files: ReadonlyMap<string, Uint8Array>,
  { imports }: Outputs,
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const outputs = Object.entries(imports).filter(([path]) => files.has(posix.basename(path)));
  const inputs = new Set(
    outputs.flatMap(([, output]) => Object.keys(output.inputs).map((path) => resolve(root, path))),
  );
  for (const { source, package: from, folder: inside, ext } of READ_BESIDE) {
    if (!inputs.has(source)) continue;
    const folder = join(dirname(createRequire(source).resolve(`${from}/package.json`)), inside);
    for (const name of (await readdir(folder)).filter((file) => file.endsWith(ext))) {
      found.set(name, await readFile(join(folder, name)));
    }
  }
  return found;
}

function importsOf(path: string, outputs: Outputs): string[] {
  const imports = outputs.imports[path]?.imports ?? [];
  return imports.filter((entry) => entry.external !== true).map((entry) => entry.path);
}

function contentsOf(path: string, outputs: Outputs): Uint8Array {
  const contents = outputs.contents.get(path);
  if (contents === undefined)
    throw new Error(`esbuild's output "${path}" is named by its metafile, but is not among its files.`);
  return contents;
}

/**
 * Makes `folder` hold these files and no others. What is the same stays untouched and the rest is put in place whole,
 * so that a second run beside this one (a test while the local run starts) never meets half a bundle.
 */
async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await removeOthers(folder, files);
  for (const [name, contents] of files) {
    // Beside the folder of bundles: the same file system, and in nobody's asset.
    await replaceFile(join(folder, name), contents, join(folder, "..", "..", `.draft-${process.pid}`));
  }
}

async function removeOthers(folder: string, keep: { has(name: string): boolean }): Promise<void> {
  const others = (await readdir(folder)).filter((name) => !keep.has(name));
  await Promise.all(others.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

async function replaceFile(file: string, contents: Uint8Array, draft: string): Promise<void> {
  const present = await readFile(file).catch(() => null);
  if (present?.equals(contents)) return;
  await writeFile(draft, contents);
  await rename(draft, file);
}
