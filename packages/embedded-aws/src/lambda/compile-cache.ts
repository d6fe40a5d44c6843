import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

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

function filesIn(directory: string): readonly string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    // There is none before the first run.
    return [];
  }
}
