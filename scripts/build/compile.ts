import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./manifest.ts";

/**
 * Copies sources of the repository to `folder`/source and compiles them to `folder`/dist: JavaScript, declarations, and
 * maps of both, which lead to the sources.
 * @param folder The package's.
 * @param files Relative to the repository. Declarations and JavaScript are taken as they are.
 * @param base What of their paths is left out.
 * @param paths Where packages of this repository have their declarations.
 */
export function compile(
  folder: string,
  files: readonly string[],
  base: string,
  paths: Readonly<Record<string, string>>,
): void {
  const inside = files.map((file) => file.slice(base === "" ? 0 : base.length + 1));
  for (const [at, file] of files.entries()) copy(join(ROOT, file), join(folder, "source", inside[at] ?? ""));
  for (const [at, file] of files.entries()) {
    if (!file.endsWith(".ts")) copy(join(ROOT, file), join(folder, "dist", inside[at] ?? ""));
  }
  const config = join(folder, "tsconfig.json");
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: {
        noEmit: false,
        allowImportingTsExtensions: true,
        rewriteRelativeImportExtensions: true,
        declaration: true,
        declarationMap: true,
        stripInternal: true,
        sourceMap: true,
        rootDir: "source",
        outDir: "dist",
        paths: Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, [path]])),
      },
      include: ["source"],
      exclude: [],
    }),
  );
  execFileSync("tsc", ["-p", config], { stdio: "inherit", cwd: ROOT });
}

export function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

/** The files of folders that git knows, or would take. */
export function listFiles(folders: readonly string[]): string[] {
  const output = execFileSync("git", ["ls-files", "-co", "--exclude-standard", ...folders], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return output.split("\n").filter((file) => file !== "");
}
