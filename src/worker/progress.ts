import type { Progress } from "../core/record.ts";

/** Milliseconds between writes of one task's progress: each costs a write unit, and a person sees no more. */
const INTERVAL = 1_000;

/** Takes every report of a task and writes the newest, once a second at the most. */
export interface ProgressWriter {
  readonly report: (progress: Progress) => void;
  readonly latest: () => Progress | null;
  /** Waits for a write under way; later reports are not written. */
  close(): Promise<void>;
}

/** A writer for one attempt. A write that fails is left out: the next report makes up for it. */
export function createProgressWriter(write: (status: string, progress: Progress) => Promise<void>): ProgressWriter {
  let latest: Progress | null = null;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let last = 0;

  const flush = (): void => {
    timer = null;
    const progress = latest;
    if (progress === null) return;
    last = Date.now();
    writing = write("PROGRESS", progress).catch(() => {});
  };

  return {
    report: (progress) => {
      latest = progress;
      timer ??= setTimeout(flush, Math.max(0, last + INTERVAL - Date.now()));
    },
    latest: () => latest,
    close: () => {
      if (timer !== null) clearTimeout(timer);
      return writing;
    },
  };
}
