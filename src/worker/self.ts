import { setTimeout as delay } from "node:timers/promises";
import { nodeOf } from "../core/builders.ts";
import { Replace, Retry } from "../core/errors.ts";
import type { Logger, Request, Self } from "../core/self.ts";
import { type Level, type LogContext, logLine } from "./log.ts";

/** The first argument of a task. */
export function createSelf(
  request: Request,
  signal: AbortSignal,
  context: LogContext,
  report: (current: number, total: number, message: string | null) => void,
): Self {
  return {
    request,
    signal,
    log: createLogger(context),
    sleep: (seconds) => sleep(seconds, signal),
    retry: (options = {}) => {
      throw new Retry(options);
    },
    replace: (by) => {
      throw new Replace(nodeOf(by));
    },
    progress: async (current, total, message) => {
      if (!Number.isFinite(current) || !Number.isFinite(total)) {
        throw new TypeError(
          `progress(${current}, ${total}): expected two numbers, how far the task is and how far it goes.`,
        );
      }
      report(current, total, message ?? null);
    },
  };
}

/** Waits, or throws the signal's own reason: an AbortError would hide that it was the soft limit. */
async function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(seconds * 1000, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

function createLogger(context: LogContext): Logger {
  const write =
    (level: Level): Logger["info"] =>
    (message, fields) =>
      logLine(level, message, context, fields);
  return { debug: write("DEBUG"), info: write("INFO"), warn: write("WARN"), error: write("ERROR") };
}
