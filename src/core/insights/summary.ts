import { HOUR } from "../limits.ts";
import { type Counters, type Scale, bucketFor } from "./histogram.ts";

/** Seconds that attempts ran. */
export const RUNTIME: Scale = { prefix: "r", perDoubling: 16 };
/** Most memory of their task process, MB. */
export const MEMORY: Scale = { prefix: "m", perDoubling: 16 };
/**
 * Seconds that they waited in their queue. Waits differ by far more than runtimes do, and coarse buckets keep the item
 * small.
 */
export const WAIT: Scale = { prefix: "w", perDoubling: 4 };
/** Bytes of their arguments and result. */
export const PAYLOAD: Scale = { prefix: "p", perDoubling: 4 };

/** What attempts are counted as, by their outcome. */
export const COUNTED_OUTCOMES = ["succeeded", "failed", "retried", "revoked", "replaced"] as const;

export type CountedOutcome = (typeof COUNTED_OUTCOMES)[number];

/**
 * How a task was started: by itself, by a state of a machine, or as a member of a group, with others or by a state of
 * its own.
 */
export const VIAS = ["plain", "step", "member", "alone"] as const;

export type Via = (typeof VIAS)[number];

/** An attempt that has ended, as far as summaries and metrics speak of it. */
export interface AttemptStats {
  readonly task: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly outcome: CountedOutcome;
  /** Seconds. */
  readonly runtime: number;
  /** Seconds between when it could start and when it did; null where the queue does not say. */
  readonly wait: number | null;
  /** Most memory that its process had, MB; null where the system does not say (macOS). */
  readonly memory: number | null;
  /** Bytes of arguments and result as JSON. */
  readonly payload: number;
  /** How many of the two lie in S3. */
  readonly stored: number;
  /** Whether its hard limit ended it. */
  readonly timedOut: boolean;
  /** Whether it said how far it was. */
  readonly reported: boolean;
  readonly via: Via;
  /** Seconds of its soft limit; null for none. */
  readonly softLimit: number | null;
  /** MB of its function. */
  readonly allotted: number;
}

/**
 * The counters of one attempt. All are whole numbers, so that sums do not depend on the order in which they are added.
 */
export function countersOf(attempt: AttemptStats): Counters {
  const runMs = Math.round(attempt.runtime * 1000);
  return {
    [attempt.outcome]: 1,
    [attempt.via]: 1,
    runMs,
    mbMs: runMs * attempt.allotted,
    ...minuteCounters(attempt, runMs),
    bytes: attempt.payload,
    [bucketFor(RUNTIME, attempt.runtime)]: 1,
    [bucketFor(PAYLOAD, attempt.payload)]: 1,
    ...(attempt.wait !== null && { [bucketFor(WAIT, attempt.wait)]: 1 }),
    ...(attempt.memory !== null && { [bucketFor(MEMORY, attempt.memory)]: 1 }),
    ...(attempt.stored > 0 && { stored: attempt.stored }),
    ...(attempt.timedOut && { timedOut: 1 }),
    ...(attempt.reported && { reported: 1 }),
  };
}

/** What is counted by the minute as well, each under a letter before the minute's number: an hour has 60 of each. */
const BY_MINUTE = { succeeded: "s", failed: "f", retried: "t", runMs: "x" } as const;

function minuteCounters({ outcome, at }: AttemptStats, runMs: number): Counters {
  const minute = Math.floor(at / 60_000) % 60;
  if (outcome !== "succeeded" && outcome !== "failed" && outcome !== "retried") return {};
  return { [`${BY_MINUTE[outcome]}${minute}`]: 1, [`${BY_MINUTE.runMs}${minute}`]: runMs };
}

/** One minute of a task: attempts by their outcome, and milliseconds that they ran in all. */
export interface Minute {
  /** When it began, milliseconds since 1970. */
  readonly time: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  readonly runMs: number;
}

/** The minutes of an hour in which attempts ended, oldest first. */
export function minutesOf(hour: string, counters: Counters): Minute[] {
  const start = hourStart(hour);
  return Array.from({ length: 60 }, (_, minute) => {
    const count = (name: keyof typeof BY_MINUTE): number => counters[`${BY_MINUTE[name]}${minute}`] ?? 0;
    return {
      time: start + minute * 60_000,
      succeeded: count("succeeded"),
      failed: count("failed"),
      retried: count("retried"),
      runMs: count("runMs"),
    };
  }).filter(({ succeeded, failed, retried }) => succeeded + failed + retried > 0);
}

/** Attempts that counters speak of. */
export function runsOf(counters: Counters): number {
  return COUNTED_OUTCOMES.reduce((sum, outcome) => sum + (counters[outcome] ?? 0), 0);
}

/** The hour (`2026-11-22T15`, UTC) of a time. */
export function hourOf(time: number): string {
  return new Date(time).toISOString().slice(0, 13);
}

/** When an hour began, milliseconds since 1970. */
export function hourStart(hour: string): number {
  return Date.parse(`${hour}:00:00Z`);
}

/** The hour of `now` and those before it, `count` in all, oldest first. */
export function lastHours(now: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => hourOf(now - (count - 1 - index) * HOUR * 1000));
}

/** The id of the item that sums up a task's hour. */
export function summaryId(task: string, hour: string): string {
  return `stats#${task}#${hour}`;
}
