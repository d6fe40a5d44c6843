import { spawn } from "node:child_process";
import { once } from "node:events";

/** Kills the process groups of a run if the run itself can no longer do it. */
export interface Reaper {
  readonly add: (group: number) => void;
  readonly remove: (group: number) => void;
  /** Lets it go. Call it when no group is left. */
  readonly stop: () => Promise<void>;
}

// Keeps the last line that it read; at the end of its input, which the kernel closes however the run dies, it kills the
// groups in that line. A busy process notices nothing by itself, and SIGKILL gives the run no chance to tell it.
const SCRIPT =
  'while read -r line; do groups=$line; done; for group in $groups; do kill -9 "-$group" 2>/dev/null; done';

/** Starts the reaper: a shell in a session of its own, waiting for the end of a pipe. */
export function startReaper(): Reaper {
  const groups = new Set<number>();
  const shell = spawn("/bin/sh", ["-c", SCRIPT], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  shell.stdin.on("error", () => {});
  shell.unref();
  const exited = once(shell, "exit");
  const write = (): void => void shell.stdin.write(`${[...groups].join(" ")}\n`);

  return {
    add: (group) => {
      groups.add(group);
      write();
    },
    remove: (group) => {
      groups.delete(group);
      write();
    },
    stop: async () => {
      shell.ref();
      shell.stdin.end("\n");
      await exited;
    },
  };
}
