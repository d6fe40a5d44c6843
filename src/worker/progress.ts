import type { Progress } from "../core/record.ts";
import type { Report } from "./ipc.ts";

/** Milliseconds between writes of one task's state: each costs a write unit, and a person sees no more. */
const INTERVAL = 1_000;

/** Takes every report of a task and writes the newest, once a second at the most. */
export interface ProgressWriter {
  readonly report: (report: Report) => void;
  /** How far the task last said it was. */
  readonly latest: () => Progress | null;
  /** Waits for a write under way; later reports are not written. */
  close(): Promise<void>;
}

/** A writer for one attempt. A write that fails is left out: the next report makes up for it. */
export function createProgressWriter(write: (report: Report, isNewState: boolean) => Promise<void>): ProgressWriter {
  let latest: Report | null = null;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let last = 0;
  let written = "STARTED";

  const flush = (): void => {
    timer = null;
    if (latest === null) return;
    last = Date.now();
    writing = write(latest, latest.status !== written).catch(() => {});
    written = latest.status;
  };

  return {
    report: ({ status, progress }) => {
      latest = { status, progress: progress ?? latest?.progress ?? null };
      timer ??= setTimeout(flush, Math.max(0, last + INTERVAL - Date.now()));
    },
    latest: () => latest?.progress ?? null,
    close: () => {
      if (timer !== null) clearTimeout(timer);
      return writing;
    },
  };
}
