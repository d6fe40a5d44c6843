import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** A file of the page, in the forms in which it is sent. */
export interface PageFile {
  readonly type: string;
  readonly plain: Uint8Array;
  readonly gzip: Uint8Array;
  readonly brotli: Uint8Array;
  /** Whether its name changes with its content, so that browsers may keep it. */
  readonly immutable: boolean;
}

/** The page's files by their paths: `/`, `/app-1A2B3C4D.js`, `/app-5E6F7A8B.css`, `/icon.svg`. */
export type Page = ReadonlyMap<string, PageFile>;

/** Where the package has the page, built; the repository has its sources alone. */
const BUILT = join(import.meta.dirname, "..", "built");

let current: { readonly newest: number; readonly page: Promise<Page> } | null = null;

/** The page: as it was packed, or as its sources are now, built anew after one of them has changed. */
export async function currentPage(): Promise<Page> {
  if (existsSync(BUILT)) return (current ??= { newest: 0, page: packAll(readBuilt()) }).page;
  const { buildPage, newestSource } = await import("./build.ts");
  const newest = newestSource();
  if (current?.newest !== newest) current = { newest, page: buildPage().then(packAll) };
  return current.page;
}

function readBuilt(): ReadonlyMap<string, Uint8Array> {
  return new Map(readdirSync(BUILT).map((name) => [name, readFileSync(join(BUILT, name))]));
}

/** Types by the ends of names. */
const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
};

/** All forms of all files: level 5 of Brotli takes a hundredth of the highest, and the page travels within a machine. */
export async function packAll(files: ReadonlyMap<string, Uint8Array>): Promise<Page> {
  const packed = [...files].map(async ([name, plain]) => {
    const [zipped, brotli] = await Promise.all([promisify(gzip)(plain), promisify(brotliCompress)(plain, BROTLI)]);
    const type = `${TYPES[name.slice(name.lastIndexOf(".") + 1)]}; charset=utf-8`;
    const immutable = name.startsWith("app-");
    return [name === "index.html" ? "/" : `/${name}`, { type, plain, gzip: zipped, brotli, immutable }] as const;
  });
  return new Map(await Promise.all(packed));
}

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
