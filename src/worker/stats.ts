import { type Counters, addCounters } from "../core/insights/histogram.ts";
import { type AttemptStats, countersOf, hourOf } from "../core/insights/summary.ts";
import { logLine } from "../log.ts";

/** Milliseconds in which one environment may write once: a stream of tasks costs one write unit a second. */
const INTERVAL = 1_000;
/**
 * Writes that a quiet environment has saved up: of the few tasks that somebody tries, each is there as soon as it has
 * ended.
 */
const SAVED_UP = 5;
/**
 * Milliseconds that an environment whose writes are refused waits at the most: one item takes 1,000 writes a second, of
 * all environments together.
 */
const LONGEST = 60_000;

/** What has ended in this environment and is not in the table yet. */
export interface Stats {
  /** Counts an attempt. It is written soon, while the environment is awake. */
  readonly count: (attempt: AttemptStats) => void;
  /** Waits for a write under way. Called before Lambda may freeze the environment. */
  readonly flush: () => Promise<void>;
}

/** Where counters go. */
export type AddCounters = (task: string, hour: string, counters: Counters) => Promise<void>;

/** Counters of a task's hour. */
interface Pending {
  readonly task: string;
  readonly hour: string;
  readonly counters: Counters;
}

/**
 * Sums up what ends, and adds it to each task's hour once a second at the most, on average. An environment that is
 * frozen before its turn writes when it wakes up; one that never does takes along what ended in its last second.
 * Statistics never fail a task: what cannot be written is kept for later.
 */
export function createStats(add: AddCounters, now: () => number = Date.now): Stats {
  let pending = new Map<string, Pending>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;
  let interval = INTERVAL;
  /** When the next write is free, were they evenly spaced: up to some that nobody used may be made up for. */
  let next = 0;

  const keep = (one: Pending): void => {
    const key = `${one.task} ${one.hour}`;
    pending.set(key, { ...one, counters: addCounters(pending.get(key)?.counters ?? {}, one.counters) });
  };

  const write = async (): Promise<void> => {
    const batch = [...pending.values()];
    pending = new Map();
    next = Math.max(next, now() - (SAVED_UP - 1) * INTERVAL) + interval;
    const results = await Promise.allSettled(batch.map(({ task, hour, counters }) => add(task, hour, counters)));
    const refused = batch.filter((_, index) => results[index]?.status === "rejected");
    if (refused.length > 0) {
      const reason = results.find((result) => result.status === "rejected")?.reason;
      logLine("WARN", "statistics are written later", {}, { error: String(reason) });
    }
    for (const one of refused) keep(one);
    if (refused.length === 0) interval = INTERVAL;
    else {
      interval = Math.min(LONGEST, interval * 2);
      next = now() + interval;
    }
    writing = null;
    plan();
  };

  /** Writes now, or as soon as it may. */
  const plan = (): void => {
    if (pending.size === 0 || writing !== null || timer !== null) return;
    const wait = next - now();
    if (wait <= 0) {
      writing = write();
      return;
    }
    timer = setTimeout(() => {
      timer = null;
      plan();
    }, wait).unref();
  };

  return {
    count: (attempt) => {
      keep({ task: attempt.task, hour: hourOf(attempt.at), counters: countersOf(attempt) });
      plan();
    },
    flush: async () => {
      plan();
      await writing;
    },
  };
}
