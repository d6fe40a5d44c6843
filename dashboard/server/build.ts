import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const SOURCES = join(import.meta.dirname, "..", "page");

/**
 * Builds the page, in a tenth of a second or so.
 * @returns its files by their names: `index.html`, `app-1A2B3C4D.js`, `app-5E6F7A8B.css`, `icon.svg`.
 * @throws Error with esbuild's first error.
 */
export async function buildPage(): Promise<ReadonlyMap<string, Uint8Array>> {
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
  const files = new Map<string, Uint8Array>();
  const names: { js: string; css: string } = { js: "", css: "" };
  for (const { path, contents } of outputFiles) {
    const name = path.slice(path.replaceAll("\\", "/").lastIndexOf("/") + 1);
    names[name.endsWith(".css") ? "css" : "js"] = name;
    files.set(name, contents);
  }
  const html = readFileSync(join(SOURCES, "index.html"), "utf8")
    .replace("app.js", names.js)
    .replace("app.css", names.css);
  files.set("index.html", Buffer.from(html));
  files.set("icon.svg", readFileSync(join(SOURCES, "icon.svg")));
  return files;
}

/** When the newest of the page's sources changed, milliseconds since 1970. */
export function newestSource(): number {
  return readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(SOURCES, name)).mtimeMs)
    .reduce((a, b) => Math.max(a, b), 0);
}
