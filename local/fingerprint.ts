import { createHash, type Hash } from "node:crypto";
import { lstatSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** Folders that nothing is deployed from, or that are made of what is listed. */
const LEFT_OUT = new Set(["node_modules", ".git", ".celeriac", "dist", "cdk.out", "coverage"]);

/** The folder that this code is part of. */
const OWN_ROOT = join(import.meta.dirname, "..");

/** What npm writes whenever it changes node_modules. */
const INSTALLED = join("node_modules", ".package-lock.json");

/** Variables that differ from one start to the next of the same command, and that no task module goes by. */
const VOLATILE = /^(npm_.*|_|SHLVL|PWD|OLDPWD|INIT_CWD|COLUMNS|LINES|TERM.*|WINDOWID|SSH_.*|VSCODE_.*)$/;

/**
 * Says the same of a project that would be synthesized to the same assembly: by the names, sizes and times of all its
 * files, what is installed, Node, and the environment, which task modules may read. Some 30 ms.
 */
export function fingerprintOf(root: string, variables: NodeJS.ProcessEnv): string {
  const hash = createHash("sha256").update(process.version);
  const kept = Object.entries(variables).filter(([name]) => !VOLATILE.test(name));
  hash.update(JSON.stringify(kept.toSorted(([one], [other]) => (one < other ? -1 : 1))));
  addFile(hash, root, INSTALLED);
  addFolder(hash, root, "");
  // Where it is installed in another project, that may be a link to where it is built.
  if (OWN_ROOT !== resolve(root)) addFolder(hash, OWN_ROOT, "");
  return hash.digest("hex");
}

function addFolder(hash: Hash, root: string, folder: string): void {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    if (LEFT_OUT.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) addFolder(hash, root, path);
    else addFile(hash, root, path);
  }
}

function addFile(hash: Hash, root: string, path: string): void {
  const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
  hash.update(`${path}\n${stats?.size}\n${stats?.mtimeMs}\n`);
}
