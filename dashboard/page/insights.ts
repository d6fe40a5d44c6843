import { get } from "./api.ts";

/** How a task fits the guideline of task sizes. */
export type SizeClass = "too_short" | "short" | "best" | "long" | "too_long";

/** What recorded runs tell of one task. Times in seconds, sizes in bytes, money in US dollars. */
export interface TaskInsight {
  readonly task: string;
  readonly runs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  readonly runtime: { readonly p50: number; readonly p95: number; readonly max: number; readonly mean: number };
  readonly queue_wait: { readonly p50: number; readonly p95: number; readonly max: number };
  readonly memory: { readonly max: number };
  readonly payload: { readonly p95: number; readonly max: number };
  readonly retry_rate: number;
  readonly cost: { readonly total_usd: number; readonly per_task_usd: number };
  readonly class: SizeClass;
  readonly advice: readonly string[];
  readonly chunk_size: number | null;
}

/** What recorded runs tell of one task in one span of time. */
export interface InsightPoint {
  readonly time: string;
  readonly task: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  readonly runtime_p50: number | null;
  readonly runtime_p95: number | null;
}

/** The answer of `GET /insights`. */
export interface Insights {
  readonly tasks: readonly TaskInsight[];
  readonly series: readonly InsightPoint[];
}

/** What recorded runs tell; nothing where nothing has been recorded. */
export async function getInsights(signal: AbortSignal): Promise<Insights> {
  const { tasks = [], series = [] } = await get<Partial<Insights>>("/insights", signal);
  return { tasks, series };
}

/** One span of time, all tasks together. */
export interface Span {
  /** Seconds since 1970. */
  readonly time: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/**
 * The points of some tasks by time, oldest first. Counts add up; percentiles of several tasks do not, so the median is weighed by runs
 * and the 95th is the highest of any.
 */
export function spansOf(points: readonly InsightPoint[]): Span[] {
  const byTime = Map.groupBy(points, (point) => point.time);
  const spans = [...byTime].map(([time, group]) => {
    const total = (of: (point: InsightPoint) => number): number => group.reduce((sum, point) => sum + of(point), 0);
    const timed = group.filter((point) => point.runtime_p50 !== null);
    const runs = timed.reduce((sum, point) => sum + point.succeeded + point.failed, 0);
    const weighed = timed.reduce((sum, point) => sum + (point.runtime_p50 ?? 0) * (point.succeeded + point.failed), 0);
    const highest = timed.map((point) => point.runtime_p95 ?? 0);
    return {
      time: Date.parse(time) / 1000,
      succeeded: total((point) => point.succeeded),
      failed: total((point) => point.failed),
      retried: total((point) => point.retried),
      p50: runs === 0 ? null : weighed / runs,
      p95: highest.length === 0 ? null : Math.max(...highest),
    };
  });
  return spans.toSorted((a, b) => a.time - b.time);
}
