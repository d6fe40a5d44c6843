import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";

const ROOT = join(import.meta.dirname, "..", "..");

/**
 * Imports, exports from and dynamic imports, by their specifiers; strings that look like one stand behind no keyword.
 */
const SPECIFIER = /(?:^|[;}\s])(?:import|from|import\()\s*\(?"([^"\s{}<>]+)"/gm;

/** What each folder may import, as AGENTS.md says it. */
const ALLOWED = new Map(
  readFileSync(join(ROOT, "AGENTS.md"), "utf8")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter((cells) => cells.length === 5 && cells[1]?.startsWith("`"))
    .map(([, folder = "", , imports = ""]) => [ticked(folder)[0] ?? "", imports] as const),
);

const FOLDERS = [...ALLOWED.keys()].toSorted((one, other) => other.length - one.length);

const FILES = execFileSync("git", ["ls-files", "-co", "--exclude-standard", ...FOLDERS], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => /\.(ts|tsx|mjs|js)$/.test(file) && !file.includes("/test/") && !file.includes("/scripts/"));

const Manifest = z.object({ devDependencies: z.record(z.string(), z.string()) });

/** What an app brings itself. */
const PEERS: ReadonlySet<string> = new Set(["aws-cdk-lib", "constructs"]);

function ticked(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

function folderOf(path: string): string {
  return FOLDERS.find((folder) => path.startsWith(`${folder}/`)) ?? path;
}

function importsOf(file: string): string[] {
  return [...readFileSync(join(ROOT, file), "utf8").matchAll(SPECIFIER)].map(([, name = ""]) =>
    name.startsWith(".") ? folderOf(normalize(join(dirname(file), name))) : name,
  );
}

function allows(imports: string, wanted: string): boolean {
  return ticked(imports).some((allowed) =>
    allowed.endsWith("/*")
      ? wanted === allowed.slice(0, -2) || wanted.startsWith(allowed.slice(0, -1))
      : wanted === allowed || wanted.startsWith(allowed.endsWith(":") ? allowed : `${allowed}/`),
  );
}

describe("the folders of the repository", () => {
  it.each(FOLDERS.filter((folder) => ALLOWED.get(folder) !== "anything"))(
    "%s imports only what AGENTS.md allows",
    (folder) => {
      const files = FILES.filter((file) => folderOf(file) === folder);
      expect(files).not.toEqual([]);
      const wrong = files.flatMap((file) =>
        importsOf(file)
          .filter((wanted) => wanted !== folder && !allows(ALLOWED.get(folder) ?? "", wanted))
          .map((wanted) => `${file} imports ${wanted}`),
      );
      expect(wrong).toEqual([]);
    },
  );

  it("ship nothing that imports a tool of this repository: an app that installs the package has none of them", () => {
    const { devDependencies } = Manifest.parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
    const tools = Object.keys(devDependencies).filter((name) => !PEERS.has(name));
    const wrong = FILES.filter((file) => !/^(bench|scripts|dashboard\/page)\//.test(file)).flatMap((file) =>
      importsOf(file)
        .filter((wanted) => tools.some((tool) => wanted === tool || wanted.startsWith(`${tool}/`)))
        .map((wanted) => `${file} imports ${wanted}`),
    );
    expect(wrong).toEqual([]);
  });

  it("write zod as one dialect: a namespace, and schemas in PascalCase", () => {
    const wrong = FILES.filter((file) =>
      /import \{[^}]*\} from "zod"|^(export )?const [a-z]\w*(: [^=\n]*)? = z\.(object|strictObject|looseObject|discriminatedUnion|union)\(/m.test(
        readFileSync(join(ROOT, file), "utf8"),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("have no comment and no prose of code above 120 characters", () => {
    const wrong = FILES.flatMap((file) =>
      readFileSync(join(ROOT, file), "utf8")
        .split("\n")
        .flatMap((line, at) =>
          /^\s*(\/\/|\*|\/\*\*)/.test(line) && line.length > 120 && !line.includes("https://")
            ? [`${file}:${at + 1}`]
            : [],
        ),
    );
    expect(wrong).toEqual([]);
  });

  it("read no clock, randomness or environment where the code is pure", () => {
    const wrong = FILES.filter(
      (file) =>
        file.startsWith("src/core/") &&
        /\bDate\.now\(|\bMath\.random\(|\bprocess\.|new Date\(\)/.test(readFileSync(join(ROOT, file), "utf8")),
    );
    expect(wrong).toEqual([]);
  });
});
