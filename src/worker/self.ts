import { Replace } from "../core/canvas/replace.ts";
import { nodeToJson } from "../core/canvas/write-node.ts";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { nodeOf } from "../core/define/builders.ts";
import { cutToBytes } from "../core/cut.ts";
import { MAX_PROGRESS_MESSAGE } from "../core/limits.ts";
import { Retry } from "../core/errors.ts";
import { retryFault } from "../core/define/retry.ts";
import type { Progress } from "../core/record/record.ts";
import type { Logger, Request, Self } from "../core/define/self.ts";
import { ownStateFault } from "../core/record/states.ts";
import { type Level, type LogContext, logLine } from "../log.ts";
import { createOnce } from "./once.ts";
import type { TaskRun } from "./task-run.ts";

/** The first argument of a task. */
export function createSelf(
  request: Request,
  signal: AbortSignal,
  run: Pick<TaskRun, "context" | "report" | "ask">,
): Self {
  return {
    request,
    signal,
    log: createLogger(run.context),
    sleep: (seconds) => sleep(seconds, signal),
    retry: (options = {}) => {
      const fault = retryFault(options);
      if (fault !== null) throw new TypeError(fault);
      throw new Retry(options);
    },
    replace: (by) => {
      throw new Replace(nodeToJson(nodeOf(by)));
    },
    progress: async (current, total, message) => {
      const progress = progressOf({ current, total, message });
      if (progress === null) {
        throw new TypeError(
          `progress(${current}, ${total}): expected two numbers, how far the task is and how far it goes.`,
        );
      }
      run.report({ status: "PROGRESS", progress });
    },
    updateState: async (state, meta = {}) => {
      const fault = ownStateFault(state);
      if (fault !== null) throw new TypeError(`updateState(${JSON.stringify(state)}): ${fault}.`);
      run.report({ status: state, progress: progressOf(meta) });
    },
    once: createOnce(run),
  };
}

const ProgressMeta = z.object({ current: z.number(), total: z.number(), message: z.unknown().optional() });

/** How far a task says it is; null where it does not say. */
function progressOf(meta: unknown): Progress | null {
  const parsed = ProgressMeta.safeParse(meta);
  if (!parsed.success) return null;
  const { current, total, message } = parsed.data;
  return { current, total, message: typeof message === "string" ? cutToBytes(message, MAX_PROGRESS_MESSAGE) : null };
}

/** The longest pause of a Node timer, seconds; a longer one would end at once. */
const LONGEST_PAUSE = 2_147_483;

/** Waits, or throws the signal's own reason: an AbortError would hide that it was the soft limit. */
async function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  if (typeof seconds !== "number" || Number.isNaN(seconds))
    throw new TypeError(`sleep(${String(seconds)}): expected a number of seconds.`);
  try {
    await delay((seconds % LONGEST_PAUSE) * 1000, undefined, { signal });
    for (let left = Math.floor(seconds / LONGEST_PAUSE); left > 0; left -= 1)
      await delay(LONGEST_PAUSE * 1000, undefined, { signal });
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
