import { countQueues } from "../../../src/ask/queues.ts";
import { readSummaries } from "../../../src/ask/summaries.ts";
import { addCounters } from "../../../src/core/insights/histogram.ts";
import { MAX_SUMMARIES } from "../../../src/core/limits.ts";
import { OPENMETRICS_TYPE, openMetrics } from "../../../src/core/insights/openmetrics.ts";
import { hourStart, lastHours } from "../../../src/core/insights/summary.ts";
import type { Operation } from "../http/request.ts";

/**
 * `GET /metrics`: queues, and tasks since midnight UTC, as OpenMetrics. An environment that is asked again reads the
 * last two hours of each task only.
 */
export const getMetrics: Operation = async (_request, services) => {
  const now = services.now();
  const hours = lastHours(now, new Date(now).getUTCHours() + 1);
  const names = services.registry.tasks.map(({ name }) => name).slice(0, Math.floor(MAX_SUMMARIES / hours.length));
  const [queues, found] = await Promise.all([countQueues(services), readSummaries(services, names, hours)]);
  const tasks = [...Map.groupBy(found, ({ task }) => task)].map(([task, own]) => ({
    task,
    counters: addCounters(...own.map(({ counters }) => counters)),
  }));
  const text = openMetrics(queues, tasks, hourStart(hours[0] ?? ""));
  return { status: 200, json: text, headers: { "content-type": OPENMETRICS_TYPE } };
};
