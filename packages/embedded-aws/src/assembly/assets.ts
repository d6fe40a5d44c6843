import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AssetManifestSchema } from "./schema.ts";

/** The asset directories that a cloud assembly's manifests name. */
export function assetsOf(assembly: string): ReadonlySet<string> {
  const manifests = readdirSync(assembly).filter((name) => name.endsWith(".assets.json"));
  const paths = manifests.flatMap((name) => {
    const { files } = AssetManifestSchema.parse(JSON.parse(readFileSync(join(assembly, name), "utf8")));
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
