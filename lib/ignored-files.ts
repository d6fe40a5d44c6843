import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { PYTHON_ENTRY } from "./discover.ts";

/** Sources that are no TypeScript modules of the folder itself. */
const OTHER_SOURCE = /\.([mc]ts|[mc]?js|tsx|jsx)$/;

/**
 * A line for each file among the task folders that looks like a module and is none, with what to do: sources of another
 * kind, and folders. What begins with "_" is meant so.
 * @param folders Relative to `root`.
 */
export async function ignoredFiles(root: string, folders: readonly string[]): Promise<string[]> {
  const lines = await Promise.all(folders.map((folder) => ignoredIn(root, folder)));
  return lines.flat();
}

async function ignoredIn(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const seen = entries.filter(({ name }) => !/^[_.]|\.(test|d)\.[mc]?ts$/.test(name) && name !== "node_modules");
  const lines: string[] = [];
  for (const entry of seen.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory() && OTHER_SOURCE.test(entry.name))
      lines.push(`${path} is ignored: a task module is a file "name.ts". Rename it, or begin its name with "_".`);
    if (entry.isDirectory() && !existsSync(join(root, path, PYTHON_ENTRY)) && (await hasSources(join(root, path))))
      lines.push(`${path}/ is ignored: task modules lie in ${folder} itself. Move them, or begin its name with "_".`);
  }
  return lines;
}

async function hasSources(folder: string): Promise<boolean> {
  const names = await readdir(folder, { recursive: true });
  return names.some((name) => name.endsWith(".ts") || OTHER_SOURCE.test(name));
}
