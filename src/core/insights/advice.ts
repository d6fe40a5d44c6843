import { MAX_RESULT, MAX_WIDTH, MB } from "../limits.ts";

/** How long a task runs, by the guideline for its size. */
export const SIZE_CLASSES = ["too_short", "short", "best", "long", "too_long"] as const;

export type SizeClass = (typeof SIZE_CLASSES)[number];

/** The guideline: seconds, MB, bytes and parts of all attempts. */
export const GUIDELINE = {
  /** Below this a task is too short: its message, claim and record weigh more than its work. */
  short: 10,
  /** From here to {@link GUIDELINE.long} it is of the best size. */
  best: 30,
  /** Above this it should say how far it is. */
  long: 5 * 60,
  /** Above this it is to be split; on Lambda it could not even end. */
  tooLong: 15 * 60,
  memory: 500,
  payload: 100 * MB,
  /** Retried attempts: more means that something is wrong, not that it was unlucky. */
  retries: 0.05,
  failures: 0.1,
  /** Attempts that their hard limit ended. */
  timeouts: 0.05,
  /** Seconds that most attempts may wait in their queue. */
  wait: 60,
} as const;

/** Seconds that a task of several calls is meant to take: in the middle of the best range, by factors. */
const TARGET = Math.sqrt(GUIDELINE.best * GUIDELINE.long);
/** The part of its hard limit that a task of several calls may take on average: its calls differ. */
const OF_LIMIT = 0.5;
/** Above this a payload weighs on every task that passes it on, though it is far below the guideline's 100 MB. */
const LARGE_PAYLOAD = 1 * MB;

/** What advice is given on. Seconds, MB, bytes; null where nothing was measured. */
export interface Measured {
  readonly runs: number;
  readonly succeeded: number;
  readonly runtime: { readonly p50: number | null; readonly p95: number | null; readonly mean: number | null };
  readonly wait: number | null;
  readonly memory: number | null;
  readonly payload: { readonly p95: number | null; readonly mean: number };
  readonly failureRate: number;
  readonly retryRate: number;
  /** The part of attempts that their hard limit ended. */
  readonly timeoutRate: number;
  /** The part of attempts that said how far they were. */
  readonly reportRate: number;
  /** The task's hard limit. */
  readonly timeLimit: number;
}

/**
 * The class of a task by half of its attempts. No attempt outlives its hard limit, so where limits end many long ones,
 * the task is too long for them: nobody knows how long they would have run.
 */
export function classOf({ runtime: { p50, p95 }, timeoutRate }: Measured): SizeClass {
  const half = p50 ?? 0;
  if (half > GUIDELINE.tooLong) return "too_long";
  if (timeoutRate >= GUIDELINE.timeouts && (p95 ?? 0) > GUIDELINE.long) return "too_long";
  if (half > GUIDELINE.long) return "long";
  if (half >= GUIDELINE.best) return "best";
  return half >= GUIDELINE.short ? "short" : "too_short";
}

/**
 * How many calls of a task to put into one so that it runs for some 95 s: within half of its hard limit, with results
 * that fit together, and no more than one submission takes. Null where one call is long enough.
 */
export function chunkSizeOf(measured: Measured): number | null {
  const { runtime, payload, timeLimit } = measured;
  const sizeClass = classOf(measured);
  if (runtime.mean === null || (sizeClass !== "too_short" && sizeClass !== "short")) return null;
  const mean = Math.max(0.001, runtime.mean);
  const size = Math.min(
    Math.round(TARGET / mean),
    Math.floor((timeLimit * OF_LIMIT) / mean),
    Math.floor(MAX_RESULT / 2 / Math.max(1, payload.mean)),
    MAX_WIDTH,
  );
  return size > 1 ? size : null;
}

/** Attempts, and attempts that went well, below which nobody knows what a task is like. */
const ENOUGH = 20;

/**
 * What to do about a task, in words, the size first; nothing where all is well or too little was measured. How long a
 * task takes that mostly fails says nothing of its size.
 */
export function adviceFor(measured: Measured): string[] {
  const { runs, succeeded, failureRate } = measured;
  if (runs < ENOUGH) return [];
  const hasSize = (succeeded >= ENOUGH && failureRate <= 0.5) || classOf(measured) === "too_long";
  return [hasSize ? sizeAdvice(measured) : null, ...healthAdvice(measured)].filter((advice) => advice !== null);
}

function sizeAdvice(measured: Measured): string | null {
  const { runtime, reportRate } = measured;
  const half = seconds(runtime.p50 ?? 0);
  const chunk = chunkSizeOf(measured);
  switch (classOf(measured)) {
    case "too_short":
    case "short": {
      const why = `Half of its runs take under ${half}; from ${GUIDELINE.best} s on a task is worth its message, its claim and its record.`;
      if (chunk === null) return `${why} Its hard limit leaves no room for more calls in one: raise timeLimit.`;
      const together = seconds(chunk * (runtime.mean ?? 0));
      return `${why} Put ${chunk} calls into one, some ${together} of work: chunks(task, items, ${chunk}), or task.starmap(items).`;
    }
    case "best":
      return null;
    case "long":
      if (reportRate > 0.5) return null;
      return `Half of its runs take ${half} or more: have it report with self.progress(current, total), so that one sees it live, or split it.`;
    case "too_long":
      return `It runs into its hard limit after more than ${GUIDELINE.long / 60} minutes: split it into parts of ${GUIDELINE.best} s to ${GUIDELINE.long / 60} minutes and run them as a group, or as a chain that hands on a key.`;
  }
}

function healthAdvice(measured: Measured): (string | null)[] {
  const { wait, memory, payload, failureRate, retryRate, timeoutRate, timeLimit } = measured;
  return [
    memory !== null && memory > GUIDELINE.memory
      ? `Its process has up to ${Math.round(memory)} MB of memory; the guideline is ${GUIDELINE.memory} MB: stream instead of holding all, or take smaller chunks.`
      : null,
    payloadAdvice(payload.p95 ?? 0),
    retryRate > GUIDELINE.retries
      ? `${percent(retryRate)} of its runs are retried, each at its full price: look at their errors, and let its rateLimit spare what it calls.`
      : null,
    failureRate > GUIDELINE.failures ? `${percent(failureRate)} of its runs fail: look at their errors.` : null,
    timeoutRate >= GUIDELINE.timeouts && classOf(measured) !== "too_long"
      ? `${percent(timeoutRate)} of its runs are killed at its hard limit of ${seconds(timeLimit)}: raise it, or give it less to do.`
      : null,
    wait !== null && wait > GUIDELINE.wait
      ? `One in twenty waits over ${seconds(wait)} in its queue: raise its module's maxConcurrency, or give it a module of its own.`
      : null,
  ];
}

function payloadAdvice(p95: number): string | null {
  if (p95 > GUIDELINE.payload)
    return `Its arguments and result have ${megabytes(p95)}; the guideline is 100 MB: pass keys of S3, and read what is needed.`;
  return p95 > LARGE_PAYLOAD
    ? `Its arguments and result have ${megabytes(p95)}, which every task that passes them on stores and reads anew: pass a key of S3.`
    : null;
}

function seconds(value: number): string {
  if (value >= 120) return `${Math.round(value / 60)} min`;
  return value >= 10 ? `${Math.round(value)} s` : `${Number(value.toPrecision(2))} s`;
}

function percent(part: number): string {
  return `${Math.round(part * 100)}%`;
}

function megabytes(bytes: number): string {
  return `${Number((bytes / 1024 / 1024).toPrecision(2))} MB`;
}
