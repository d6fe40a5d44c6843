import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "esbuild";

/** A file of the page, in the forms in which it is sent. */
export interface PageFile {
  readonly type: string;
  readonly plain: Uint8Array;
  readonly gzip: Uint8Array;
  readonly brotli: Uint8Array;
  /** Whether its name changes with its content, so that browsers may keep it. */
  readonly immutable: boolean;
}

/** The page's files by their paths: `/`, `/app-1a2b3c4d.js`, `/app-5e6f7a8b.css`, `/icon.svg`. */
export type Page = ReadonlyMap<string, PageFile>;

const SOURCES = join(import.meta.dirname, "..", "page");

/** Builds the page, in a tenth of a second or so. @throws Error with esbuild's first error. */
export async function buildPage(): Promise<Page> {
  const { outputFiles } = await build({
    absWorkingDir: SOURCES,
    entryPoints: { app: "main.tsx" },
    outdir: "out",
    entryNames: "[name]-[hash]",
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    legalComments: "none",
    write: false,
    logLevel: "silent",
  });
  const files = new Map<string, PageFile>();
  const names: { js: string; css: string } = { js: "", css: "" };
  for (const { path, contents } of outputFiles) {
    const name = path.slice(path.replaceAll("\\", "/").lastIndexOf("/") + 1);
    const kind = name.endsWith(".css") ? "css" : "js";
    names[kind] = name;
    files.set(`/${name}`, await pack(contents, kind === "css" ? "text/css" : "text/javascript", true));
  }
  const html = readFileSync(join(SOURCES, "index.html"), "utf8")
    .replace("app.js", names.js)
    .replace("app.css", names.css);
  files.set("/", await pack(Buffer.from(html), "text/html", false));
  files.set("/icon.svg", await pack(readFileSync(join(SOURCES, "icon.svg")), "image/svg+xml", false));
  return files;
}

/** Level 5 takes a hundredth of the time of the highest, and the page travels over the loopback interface. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

async function pack(plain: Uint8Array, type: string, immutable: boolean): Promise<PageFile> {
  const [zipped, brotli] = await Promise.all([promisify(gzip)(plain), promisify(brotliCompress)(plain, BROTLI)]);
  return { type: `${type}; charset=utf-8`, plain, gzip: zipped, brotli, immutable };
}

let built: { readonly newest: number; readonly page: Promise<Page> } | null = null;

/** The page as its sources are now: built at the first call, and again after one of them has changed. */
export function currentPage(): Promise<Page> {
  const newest = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(SOURCES, name)).mtimeMs)
    .reduce((a, b) => Math.max(a, b), 0);
  if (built?.newest !== newest) built = { newest, page: buildPage() };
  return built.page;
}
