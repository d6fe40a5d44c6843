import * as z from "zod";
import { METRIC_LEVELS, metricsLine } from "../../src/core/insights/emf.ts";
import type { AttemptStats } from "../../src/core/insights/summary.ts";
import { ATTEMPT } from "../../test/fixtures/attempt-stats.ts";

const UNITS = ["Seconds", "Microseconds", "Milliseconds", "Bytes", "Megabytes", "Percent", "Count", "None"] as const;
const Name = z.string().min(1).max(1_024);
const Directive = z.strictObject({
  // A colon at the beginning is AWS's own (PutMetricData).
  Namespace: Name.max(255).regex(/^[^:]/),
  Dimensions: z.array(z.array(z.string().min(1).max(250)).min(1).max(30)).min(1),
  Metrics: z.array(z.strictObject({ Name, Unit: z.enum(UNITS) })).max(100),
});
/** A line as CloudWatch Logs takes it ("Specification: Embedded metric format", CloudWatch's user guide). */
const Line = z.looseObject({
  _aws: z.strictObject({ Timestamp: z.int().nonnegative(), CloudWatchMetrics: z.array(Directive).min(1) }),
});
/** Bytes of one event of CloudWatch Logs. */
const LARGEST = 1_048_576;

const ATTEMPTS: readonly Partial<AttemptStats>[] = [
  {},
  { outcome: "failed", wait: null },
  { outcome: "retried", softLimit: null },
  { outcome: "revoked" },
  { outcome: "replaced", wait: null, softLimit: null },
  { task: `${"m".repeat(60)}.${"t".repeat(120)}` },
];

/** What CloudWatch would not take of a line of metrics: it says nothing by itself, and makes no metric of it. */
export function faultsOf(line: Readonly<Record<string, unknown>>): string[] {
  const parsed = Line.safeParse(line);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.map(String).join(".")}: ${message}`);
  const { data } = parsed;
  const targets = data._aws.CloudWatchMetrics;
  const dimensions = targets.flatMap(({ Dimensions }) => Dimensions.flat());
  const metrics = targets.flatMap(({ Metrics }) => Metrics.map((metric) => metric.Name));
  return [
    ...dimensions
      .filter((name) => !z.string().min(1).max(1_024).safeParse(data[name]).success)
      .map((name) => `the dimension ${name} has no text of 1 to 1,024 characters`),
    ...metrics
      .filter((name) => !z.number().safeParse(data[name]).success)
      .map((name) => `the metric ${name} has no number`),
    ...(new Set(metrics).size < metrics.length ? ["a metric is named twice"] : []),
    ...(Buffer.byteLength(JSON.stringify(line)) > LARGEST ? [`it is larger than ${LARGEST} bytes`] : []),
  ];
}

/** Holds the metrics of attempts that end in each way, at every level, against the specification. */
export function emfFaults(): string[] {
  return METRIC_LEVELS.flatMap((level) =>
    ATTEMPTS.flatMap((attempt) => {
      const line = metricsLine({ ...ATTEMPT, ...attempt }, { level, stage: "celeriac-dev", module: "math" });
      return line === null
        ? []
        : faultsOf(line).map((fault) => `${level}, ${attempt.outcome ?? "succeeded"}: ${fault}`);
    }),
  );
}
