import * as z from "zod";
import { type Measured, SIZE_CLASSES, adviceFor, chunkSizeOf, classOf } from "./advice.ts";
import { measuredCost } from "./cost.ts";
import { type Counters, type Scale, addCounters, quantile, significant } from "./histogram.ts";
import { MEMORY, PAYLOAD, RUNTIME, WAIT, hourStart, runsOf } from "./summary.ts";

const Count = z.int().min(0);
const Measure = z.number().min(0).nullable();

/**
 * Half of all values are not above `p50`, 95% not above `p95`. They are estimates: runtimes and memory are right to
 * 2.2%, waits and payloads to 9.1%. Null where nothing was measured.
 */
const Quantiles = z.strictObject({ p50: Measure, p95: Measure, max: Measure });
type Quantiles = z.output<typeof Quantiles>;

/** What became of one task's attempts. Seconds, MB, bytes, USD. */
export const TaskInsight = z.strictObject({
  task: z.string(),
  /** Attempts that ended: also those that were revoked, or replaced themselves. */
  runs: Count,
  succeeded: Count,
  failed: Count,
  retried: Count,
  runtime: z.strictObject({ ...Quantiles.shape, mean: Measure }),
  queue_wait: Quantiles,
  memory: z.strictObject({ max: Measure }),
  payload: z.strictObject({ p95: Measure, max: Measure }),
  /** The part of attempts that ended in another one. */
  retry_rate: z.number().min(0).max(1),
  cost: z.strictObject({ total_usd: z.number().min(0), per_task_usd: z.number().min(0) }),
  class: z.enum(SIZE_CLASSES),
  advice: z.array(z.string()),
  /** How many calls to put into one task so that it is of the best size; null where that would not help. */
  chunk_size: z.int().min(2).nullable(),
});
export type TaskInsight = z.output<typeof TaskInsight>;

/** One hour of one task. */
export const HourInsight = z.strictObject({
  /** When the hour began. */
  time: z.iso.datetime(),
  task: z.string(),
  succeeded: Count,
  failed: Count,
  retried: Count,
  runtime_p50: Measure,
  runtime_p95: Measure,
});
export type HourInsight = z.output<typeof HourInsight>;

/** One task's counters of one hour. */
export interface TaskHour {
  readonly task: string;
  readonly hour: string;
  readonly counters: Counters;
}

/** What hours say of a task. @param timeLimit its hard limit, seconds. */
export function insightOf(task: string, hours: readonly TaskHour[], timeLimit: number): TaskInsight {
  const counters = addCounters(...hours.map((hour) => hour.counters));
  const count = (name: string): number => counters[name] ?? 0;
  const runs = runsOf(counters);
  const measured = measure(counters, runs, timeLimit);
  const { mean } = measured.runtime;
  return {
    task,
    runs,
    succeeded: count("succeeded"),
    failed: count("failed"),
    retried: count("retried"),
    runtime: { ...quantiles(counters, RUNTIME), mean: mean === null ? null : significant(mean) },
    queue_wait: quantiles(counters, WAIT),
    memory: { max: measured.memory },
    payload: { p95: measured.payload.p95, max: quantile(counters, PAYLOAD, 1) },
    retry_rate: significant(measured.retryRate),
    cost: measuredCost(counters),
    class: classOf(measured),
    advice: adviceFor(measured),
    chunk_size: chunkSizeOf(measured),
  };
}

/** What one hour says of a task. */
export function hourInsightOf({ task, hour, counters }: TaskHour): HourInsight {
  return {
    time: new Date(hourStart(hour)).toISOString(),
    task,
    succeeded: counters["succeeded"] ?? 0,
    failed: counters["failed"] ?? 0,
    retried: counters["retried"] ?? 0,
    runtime_p50: quantile(counters, RUNTIME, 0.5),
    runtime_p95: quantile(counters, RUNTIME, 0.95),
  };
}

function measure(counters: Counters, runs: number, timeLimit: number): Measured {
  const part = (name: string): number => (runs === 0 ? 0 : (counters[name] ?? 0) / runs);
  return {
    runs,
    succeeded: counters["succeeded"] ?? 0,
    runtime: {
      p50: quantile(counters, RUNTIME, 0.5),
      p95: quantile(counters, RUNTIME, 0.95),
      mean: runs === 0 ? null : part("runMs") / 1000,
    },
    wait: quantile(counters, WAIT, 0.95),
    memory: quantile(counters, MEMORY, 1),
    payload: { p95: quantile(counters, PAYLOAD, 0.95), mean: part("bytes") },
    failureRate: part("failed"),
    retryRate: part("retried"),
    timeoutRate: part("timedOut"),
    reportRate: part("reported"),
    timeLimit,
  };
}

function quantiles(counters: Counters, scale: Scale): Quantiles {
  return {
    p50: quantile(counters, scale, 0.5),
    p95: quantile(counters, scale, 0.95),
    max: quantile(counters, scale, 1),
  };
}
