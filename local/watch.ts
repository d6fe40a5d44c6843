import { existsSync, watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { join } from "node:path";
import type { Log } from "./log.ts";
import { messageOf } from "./values.ts";

/** What a deployment is made of. */
const DIRECTORIES = ["bin", "functions", "lib", "src", "statemachines"];

/** Milliseconds of quiet after the last change: editors write a file in several steps. */
const QUIET = 150;

export interface Watcher {
  readonly stop: () => void;
}

/**
 * Redeploys whenever a source file changes, one deployment at a time. A line tells what took effect, or why nothing did:
 * then what ran before keeps running.
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
    const files = [...changed].toSorted().join(", ");
    changed.clear();
    const start = performance.now();
    try {
      const effects = await redeploy();
      const took = `${((performance.now() - start) / 1000).toFixed(1)} s`;
      const what = effects.length === 0 ? "nothing to deploy" : `${effects.join(", ")} took effect`;
      log.line("INFO", "watch", `${files}: ${what} (${took})`);
    } catch (error) {
      if (!stopped) log.line("ERROR", "watch", `${files}: ${messageOf(error)} What was deployed keeps running.`);
    }
    busy = false;
    return run();
  }

  const watchers: FSWatcher[] = DIRECTORIES.filter((directory) => existsSync(join(root, directory))).map((directory) =>
    watch(join(root, directory), { recursive: true }, (_event, name) => {
      // Editors' own files: swap, backup, lock.
      if (name === null || /(^|\/)[.#]|~$/.test(name)) return;
      changed.add(`${directory}/${name}`);
      clearTimeout(timer);
      timer = setTimeout(() => void run(), QUIET);
    }),
  );

  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
