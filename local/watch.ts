import { existsSync, readdirSync, watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { join } from "node:path";
import { messageOf } from "embedded-aws";
import type { Log } from "embedded-aws";

/** What a deployment is made of. */
const FOLDERS = ["bin", "functions", "lib", "src", "statemachines", "test/tasks"];

/** Milliseconds of quiet after the last change: editors write a file in several steps. */
const QUIET = 150;

/** Names that the line about a deployment tells; of more it tells how many. */
const NAMES = 4;

/** Sources, and not the temporary and backup files that editors put beside them. */
const SOURCE = /^[^.#].*\.(ts|js|mjs|json|py)$/;

export interface Watcher {
  readonly stop: () => void;
}

/**
 * Redeploys whenever a source file changes, one deployment at a time. A line tells what took effect, or why nothing
 * did: then what ran before keeps running.
 * @param redeploy returns the names of what changed
 */
export function watchSources(root: string, redeploy: () => Promise<readonly string[]>, log: Log): Watcher {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let busy = false;
  let stopped = false;

  async function run(): Promise<void> {
    if (busy || stopped || changed.size === 0) return;
    busy = true;
    const files = summary([...changed].toSorted());
    changed.clear();
    log.line("INFO", "watch", `${files} changed: rebuilding. Until it has taken effect calls run what was deployed.`);
    const start = performance.now();
    try {
      const effects = await redeploy();
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const what = effects.length === 0 ? "changed nothing that is deployed" : `${summary(effects)} took effect`;
      log.line("INFO", "watch", `${files}: ${what} (${seconds} s)`);
    } catch (error) {
      if (!stopped) log.line("ERROR", "watch", `${files}: ${messageOf(error)} What was deployed keeps running.`);
    }
    busy = false;
    await run();
  }

  const folders = watchFolders(root, (file) => {
    changed.add(file);
    clearTimeout(timer);
    timer = setTimeout(() => void run(), QUIET);
  });
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      folders.stop();
    },
  };
}

/**
 * Watches every folder on its own. Node's recursive watch on Linux watches files as well, by inode, and so loses sight
 * of a file that an editor saves by renaming a new one over it.
 */
function watchFolders(root: string, onChange: (file: string) => void): Watcher {
  const watchers = new Map<string, FSWatcher>();

  function add(folder: string): void {
    if (!existsSync(join(root, folder))) return;
    if (!watchers.has(folder)) {
      const watcher = watch(join(root, folder), (_event, name) => {
        if (name === null) return;
        if (SOURCE.test(name)) onChange(`${folder}/${name}`);
        else add(folder);
      });
      // A folder that goes away ends its watcher.
      watcher.on("error", () => watcher.close()).on("close", () => watchers.delete(folder));
      watchers.set(folder, watcher);
    }
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      if (entry.isDirectory()) add(`${folder}/${entry.name}`);
    }
  }

  for (const folder of FOLDERS) add(folder);
  return {
    stop: () => {
      for (const watcher of watchers.values()) watcher.close();
    },
  };
}

function summary(names: readonly string[]): string {
  const more = names.length - NAMES;
  return more > 0 ? `${names.slice(0, NAMES).join(", ")} and ${more} more` : names.join(", ");
}
