import type { HourInsight, InsightsAnswer, TaskInsight } from "../../src/core/http/answer-schemas.ts";
import { get } from "./api.ts";

export type { HourInsight, TaskInsight };
/** How a task fits the guideline of task sizes. */
export type SizeClass = TaskInsight["class"];

/** What recorded runs tell; nothing where nothing has been recorded. */
export async function getInsights(
  signal: AbortSignal,
  hours = 24,
): Promise<Pick<InsightsAnswer, "tasks" | "series" | "failure_threshold">> {
  const answer = await get<Partial<InsightsAnswer>>(`/insights?hours=${hours}`, signal);
  // A stage of the version before does not say the threshold; this was everybody's.
  const { tasks = [], series = [], failure_threshold = 0.1 } = answer;
  return { tasks, series, failure_threshold };
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
 * The points of some tasks by time, oldest first. Counts add up; percentiles of several tasks do not, so the median is
 * weighed by runs and the 95th is the highest of any.
 */
export function spansOf(points: readonly HourInsight[]): Span[] {
  const byTime = Map.groupBy(points, (point) => point.time);
  const spans = [...byTime].map(([time, group]) => {
    const total = (of: (point: HourInsight) => number): number => group.reduce((sum, point) => sum + of(point), 0);
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
