import { realpathSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, posix, relative, resolve } from "node:path";
import { type Metafile, type OutputFile, type Plugin, build } from "esbuild";
import { DefinitionError } from "../src/core/errors.ts";
import type { RegistryFile } from "../src/core/define/registry.ts";
import { API_FUNCTIONS } from "./api-functions.ts";
import type { TaskModule } from "./discover.ts";
import { OWN_ROOT, WORKER_PACKAGE, ownFile } from "./own-files.ts";

/** One Lambda's files: the entries that it is called by, by the names that they get in its folder. */
interface Asset {
  /** The Lambda's short name, and its folder's. */
  readonly name: string;
  /** File name -> source file, absolute. */
  readonly entries: Readonly<Record<string, string>>;
  /** Folder in its own -> folder, absolute, whose files are copied as they are. @default none */
  readonly copies?: Readonly<Record<string, string>>;
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

/**
 * The SDK loads a parser of browsers' names, 38 KB, where it runs in one; the reader of archives in file-type a logger,
 * 7 KB, that is silent unless a variable names it.
 */
const WITHOUT_UNUSED: Plugin = {
  name: "without-unused",
  setup: (building) => {
    building.onResolve({ filter: /^debug$/ }, ({ importer }) =>
      /[\\/]@tokenizer[\\/]/.test(importer) ? { path: "debug", namespace: "silent" } : null,
    );
    building.onLoad({ filter: /./, namespace: "silent" }, () => ({ contents: "export default () => () => {};" }));
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
  await removeOthers(
    folder,
    assets.map((asset) => asset.name),
  );
  const registry = new TextEncoder().encode(JSON.stringify(options.registry));
  const sizes = new Map<string, number>();
  for (const asset of assets) {
    const collected = collectFiles(asset, outputs);
    const files = "module.mjs" in asset.entries ? withMaps(root, collected, outputs) : collected;
    for (const [name, bytes] of await copiedFiles(asset)) files.set(name, bytes);
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
    ...modules.map((module) => workerAsset(root, module, own)),
  ];
}

function workerAsset(root: string, { name, file, python }: TaskModule, own: string): Asset {
  const supervisor = { "index.mjs": ownFile("functions/worker/supervisor", own) };
  if (python !== undefined) {
    const copies = { celeriac_worker: join(own, WORKER_PACKAGE), module: join(root, python.folder) };
    return { name: `task-${name}`, entries: supervisor, copies };
  }
  const process = { "task.mjs": ownFile("functions/worker/process", own), "module.mjs": join(root, file) };
  return { name: `task-${name}`, entries: { ...supervisor, ...process } };
}

/** What of a module of Python is no part of it: byte code, virtual environments, hidden files, the module's options. */
const NOT_COPIED = /(^|\/)(\.[^/]*|__pycache__|node_modules|venv|[^/]*\.pyc|module\.ts)(\/|$)/;

/** The files of the folders that an asset has as they are, by their paths in it. */
async function copiedFiles({ copies = {} }: Asset): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [inside, folder] of Object.entries(copies)) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path).replaceAll("\\", "/");
      if (entry.isFile() && !NOT_COPIED.test(name)) files.set(`${inside}/${name}`, await readFile(path));
    }
  }
  return files;
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
    // Without the sources themselves: a trace names their lines, and the bundle stays small.
    sourcemap: "linked",
    sourcesContent: false,
    format: "esm",
    platform: "node",
    target: "node24",
    plugins: [WITHOUT_UNUSED],
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
    const [, native] = /for "\.node" files: (\S+)/.exec(message) ?? [];
    if (native !== undefined) {
      throw new DefinitionError(
        `The functions cannot be bundled: ${native} is a native module, made for one system. Use a package of plain JavaScript or WebAssembly in its place, or call it by a service of its own.`,
      );
    }
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
 * Whether a source is no user's, so that traces need not name its lines: of a package, in the place of one, or of
 * Celeriac itself.
 */
function isForeign(root: string, input: string): boolean {
  if (/^(empty|silent):/.test(input)) return true;
  const path = resolve(root, input).replaceAll("\\", "/");
  if (path.includes("/node_modules/")) return true;
  return /^(src|functions\/(api|canvas|worker))\//.test(posix.relative(OWN_ROOT.replaceAll("\\", "/"), path));
}

/**
 * The files with the maps of those that hold a user's code: an error's trace then names the line of the `.ts`. Others
 * would double each bundle.
 */
function withMaps(root: string, files: ReadonlyMap<string, Uint8Array>, outputs: Outputs): Map<string, Uint8Array> {
  const all = new Map(files);
  for (const [path, { inputs }] of Object.entries(outputs.imports)) {
    if (path.endsWith(".map") || Object.keys(inputs).every((input) => isForeign(root, input))) continue;
    const held = [...files].some(([, bytes]) => bytes === outputs.contents.get(path));
    if (held) all.set(`${posix.basename(path)}.map`, contentsOf(`${path}.map`, outputs));
  }
  return all;
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
  await removeOthers(folder, files.keys());
  for (const [name, contents] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    // Beside the folder of bundles: the same file system, and in nobody's asset.
    await replaceFile(join(folder, name), contents, join(folder, "..", "..", `.draft-${process.pid}`));
  }
}

/** @param keep paths in `folder`, with `/`; what they lie in stays too. */
async function removeOthers(folder: string, keep: Iterable<string>): Promise<void> {
  const kept = new Map<string, string[]>();
  for (const path of keep) {
    const [first = "", ...rest] = path.split("/");
    kept.set(first, [...(kept.get(first) ?? []), ...(rest.length > 0 ? [rest.join("/")] : [])]);
  }
  const others = (await readdir(folder)).filter((name) => !kept.has(name));
  await Promise.all(others.map((name) => rm(join(folder, name), { recursive: true, force: true })));
  for (const [name, inside] of kept) if (inside.length > 0) await removeInside(join(folder, name), inside);
}

async function removeInside(folder: string, keep: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await removeOthers(folder, keep);
}

async function replaceFile(file: string, contents: Uint8Array, draft: string): Promise<void> {
  const present = await readFile(file).catch(() => null);
  if (present?.equals(contents)) return;
  await writeFile(draft, contents);
  await rename(draft, file);
}
