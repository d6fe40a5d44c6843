import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { assetManifestSchema } from "./assembly/schema.ts";

/** Milliseconds after which a file of the compile cache goes: by then its asset directory has most likely gone, too. */
const CACHE_LIFE = 24 * 3_600_000;

/** Drops what is old from V8's compile cache, which has an entry for every file of every bundle that ever ran. */
export function pruneCompileCache(directory: string, now: number): void {
  for (const file of filesIn(directory)) {
    // Another run may be pruning as well.
    const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: now };
    if (now - mtimeMs > CACHE_LIFE) rmSync(file, { force: true });
  }
}

/** The asset directories that a cloud assembly's manifests name. */
export function assetsOf(assembly: string): ReadonlySet<string> {
  const manifests = readdirSync(assembly).filter((name) => name.endsWith(".assets.json"));
  const paths = manifests.flatMap((name) => {
    const { files } = assetManifestSchema.parse(JSON.parse(readFileSync(join(assembly, name), "utf8")));
    return Object.values(files).map(({ source }) => source.path ?? "");
  });
  return new Set(paths);
}

/** Removes asset directories of earlier syntheses from a cloud assembly, but for the ones to keep. */
export function pruneAssets(assembly: string, keep: ReadonlySet<string>): void {
  for (const name of readdirSync(assembly)) {
    if (name.startsWith("asset.") && !keep.has(name)) rmSync(join(assembly, name), { recursive: true, force: true });
  }
}

function filesIn(directory: string): readonly string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    // There is none before the first run.
    return [];
  }
}
