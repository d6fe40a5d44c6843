import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Manifest, completeManifest, emptyManifest } from "./manifest.ts";

/** What {@link createApp} did, file by file. */
export interface Created {
  readonly made: readonly string[];
  /** Files that were there, and stay as they were. */
  readonly kept: readonly string[];
}

const TEMPLATE = fileURLToPath(new URL("../template", import.meta.url));

/** npm leaves files of these names out of packages. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: ".gitignore", nvmrc: ".nvmrc", npmrc: ".npmrc" };

/** Characters that all names of an app may begin with (`context.prefix` of cdk.json). */
const LONGEST_PREFIX = 16;

/**
 * Makes an app in a folder: files that are there stay as they are, and package.json gets what it lacks.
 * @param options.name Of the package; what names in AWS begin with is made of it.
 * @param options.version Of Celeriac.
 * @throws Error for a name that no prefix can be made of, and a package.json that is no JSON.
 */
export function createApp(options: {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
}): Created {
  const { folder, name, version } = options;
  const prefix = prefixOf(name);
  const files = readdirSync(TEMPLATE, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const made: string[] = [];
  const kept: string[] = [];
  for (const file of files) {
    const inside = file.parentPath.slice(TEMPLATE.length + 1).replaceAll("\\", "/");
    const path = [inside, RENAMED[file.name] ?? file.name].filter(Boolean).join("/");
    const target = join(folder, path);
    if (existsSync(target)) {
      kept.push(path);
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    const text = readFileSync(join(file.parentPath, file.name), "utf8");
    writeFileSync(target, text.replaceAll("APP_PREFIX", prefix).replaceAll("APP_NAME", name));
    made.push(path);
  }
  const there = existsSync(join(folder, "package.json"));
  writeManifest(join(folder, "package.json"), there ? null : emptyManifest(packageName(name)), version);
  return { made: [...made, there ? "package.json (scripts and dependencies that it lacked)" : "package.json"], kept };
}

function writeManifest(file: string, empty: Manifest | null, version: string): void {
  const manifest: Manifest = empty ?? JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, `${JSON.stringify(completeManifest(manifest, version, process.version), null, 2)}\n`);
}

/** What npm takes for a name: lower case, and no characters that a URL would encode. */
function packageName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-");
}

/** 2 to 16 lower-case letters, digits and `-`, the first a letter, the last no `-`. */
function prefixOf(name: string): string {
  const prefix = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, LONGEST_PREFIX)
    .replace(/-+$/, "");
  if (prefix.length >= 2) return prefix;
  throw new Error(`"${name}" is no name for an app: expected letters, digits and -, two letters at least.`);
}
