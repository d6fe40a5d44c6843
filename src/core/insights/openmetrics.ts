import { type Counters, bucketsOf } from "./histogram.ts";
import { COUNTED_OUTCOMES, RUNTIME } from "./summary.ts";

/** What `GET /metrics` answers with (OpenMetrics 1.0, "Content type"). */
export const OPENMETRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Edges of runtimes, seconds: powers of four are edges of our buckets too, so that these counts are exact. */
const EDGES = [0.015625, 0.0625, 0.25, 1, 4, 16, 64, 256, 1024];

/** A queue's messages. */
export interface QueueMetrics {
  readonly name: string;
  readonly waiting: number;
  readonly in_flight: number;
  readonly delayed: number;
  readonly dead: number;
}

/** What became of a task since midnight. */
export interface TaskMetrics {
  readonly task: string;
  readonly counters: Counters;
}

/**
 * Queues and tasks in the text that Prometheus and OpenTelemetry collectors read. Counters begin anew at midnight UTC,
 * which `_created` says and rate() takes for a reset.
 * @param since that midnight, milliseconds since 1970.
 */
export function openMetrics(queues: readonly QueueMetrics[], tasks: readonly TaskMetrics[], since: number): string {
  const created = since / 1000;
  return [
    "# TYPE celeriac_queue_messages gauge",
    "# HELP celeriac_queue_messages Messages of a queue, approximately, and its dead tasks.",
    ...queues.flatMap(({ name, ...counts }) =>
      (["waiting", "in_flight", "delayed", "dead"] as const).map((state) =>
        sample("celeriac_queue_messages", { queue: name, state }, counts[state]),
      ),
    ),
    "# TYPE celeriac_task_attempts counter",
    "# HELP celeriac_task_attempts Attempts that ended, since midnight UTC.",
    ...tasks.flatMap(({ task, counters }) =>
      COUNTED_OUTCOMES.flatMap((outcome) => [
        sample("celeriac_task_attempts_total", { task, outcome }, counters[outcome] ?? 0),
        sample("celeriac_task_attempts_created", { task, outcome }, created),
      ]),
    ),
    "# TYPE celeriac_task_runtime_seconds histogram",
    "# UNIT celeriac_task_runtime_seconds seconds",
    "# HELP celeriac_task_runtime_seconds Seconds that attempts ran, since midnight UTC.",
    ...tasks.flatMap(({ task, counters }) => histogram(task, counters, created)),
    "# EOF",
    "",
  ].join("\n");
}

function histogram(task: string, counters: Counters, created: number): string[] {
  const name = "celeriac_task_runtime_seconds";
  const buckets = bucketsOf(counters, RUNTIME);
  const upTo = (edge: number): number =>
    buckets.filter((bucket) => bucket.edge <= edge).reduce((sum, { count }) => sum + count, 0);
  return [
    ...EDGES.map((edge) => sample(`${name}_bucket`, { task, le: decimal(edge) }, upTo(edge))),
    sample(`${name}_bucket`, { task, le: "+Inf" }, upTo(Number.POSITIVE_INFINITY)),
    sample(`${name}_count`, { task }, upTo(Number.POSITIVE_INFINITY)),
    sample(`${name}_sum`, { task }, (counters["runMs"] ?? 0) / 1000),
    sample(`${name}_created`, { task }, created),
  ];
}

/** Edges are written as floats: "1.0" (OpenMetrics, "Numbers"). */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text.replaceAll(/["\\]/g, "\\$&")}"`);
  return `${name}{${pairs.join(",")}} ${value}`;
}
