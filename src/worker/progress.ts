import type { Progress } from "../core/record/record.ts";
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

/** A writer for one attempt, one write after the other. One that fails is left out: the next report makes up for it. */
export function createProgressWriter(write: (report: Report, isNewState: boolean) => Promise<void>): ProgressWriter {
  let latest: Report | null = null;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;
  let closed = false;
  let last = 0;
  let written = "STARTED";

  const put = async (report: Report): Promise<void> => {
    last = Date.now();
    try {
      await write(report, report.status !== written);
      written = report.status;
    } catch {
      // A task is not to fail for what it says of itself.
    }
    writing = null;
    if (report !== latest) writeSoon();
  };

  const writeSoon = (): void => {
    if (closed || timer !== null || writing !== null) return;
    timer = setTimeout(
      () => {
        timer = null;
        if (latest !== null) writing = put(latest);
      },
      Math.max(0, last + INTERVAL - Date.now()),
    );
  };

  return {
    report: ({ status, progress }) => {
      latest = { status, progress: progress ?? latest?.progress ?? null };
      writeSoon();
    },
    latest: () => latest?.progress ?? null,
    close: async () => {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await writing;
    },
  };
}
