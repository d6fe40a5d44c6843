import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Beside the bundle of a deployed function, else in the package that has them. */
const folders = (): readonly string[] => {
  const beside = dirname(fileURLToPath(import.meta.url));
  try {
    return [beside, join(dirname(fileURLToPath(import.meta.resolve("pdfjs-dist/package.json"))), "cmaps")];
  } catch {
    return [beside];
  }
};

const readMap = async (name: string): Promise<Uint8Array | null> => {
  for (const folder of folders()) {
    const bytes = await readFile(join(folder, name)).catch(() => null);
    if (bytes !== null) return new Uint8Array(bytes);
  }
  return null;
};

/**
 * Gives the reader the character maps that PDF defines (`KSCms-UHC-H`): it has none of its own. Those that are not
 * there are collected.
 */
export function createMapSource() {
  const missing = new Set<string>();
  class MapSource {
    async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
      const isName = kind === "cMapUrl" && /^[\w-]+\.bcmap$/u.test(filename);
      const bytes = isName ? await readMap(filename) : null;
      if (bytes !== null) return bytes;
      if (kind === "cMapUrl") missing.add(filename.replace(/\.bcmap$/u, ""));
      throw new Error("There is no such file.");
    }
  }
  return { missing, MapSource };
}
