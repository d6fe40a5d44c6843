import type { AttemptStats } from "./summary.ts";

/** Where the metrics of tasks are in CloudWatch. */
export const METRICS_NAMESPACE = "Celeriac";

/**
 * How finely a stage's metrics are told apart. Each further level has the dimensions of those before as well.
 * CloudWatch bills $0.30 a month for each name with its dimensions, by the hours in which it has data: six names for
 * the stage, and six more for each module, or each module and task.
 */
export const METRIC_LEVELS = ["off", "stage", "module", "task"] as const;

export type MetricLevel = (typeof METRIC_LEVELS)[number];

const DIMENSIONS: Readonly<Record<MetricLevel, readonly (readonly string[])[]>> = {
  off: [],
  stage: [["Stage"]],
  module: [["Stage"], ["Stage", "Module"]],
  task: [["Stage"], ["Stage", "Module"], ["Stage", "Module", "Task"]],
};

const OUTCOME_METRIC = { succeeded: "Succeeded", failed: "Failed", retried: "Retried" } as const;

/**
 * The line by which CloudWatch Logs makes metrics of an attempt (embedded metric format: one JSON object with `_aws`,
 * values at its top level). What did not happen is left out, so that nothing is billed for it. @returns null where the
 * stage has no metrics.
 */
export function metricsLine(
  attempt: AttemptStats,
  { level, stage, module }: { readonly level: MetricLevel; readonly stage: string; readonly module: string },
): Readonly<Record<string, unknown>> | null {
  if (level === "off") return null;
  const { outcome, runtime, wait, softLimit } = attempt;
  const values = [
    { name: "Runtime", unit: "Seconds", value: runtime },
    ...(wait === null ? [] : [{ name: "QueueWait", unit: "Seconds", value: wait }]),
    ...(outcome === "revoked" || outcome === "replaced"
      ? []
      : [{ name: OUTCOME_METRIC[outcome], unit: "Count", value: 1 }]),
    ...(softLimit === null
      ? []
      : [{ name: "SoftLimitUsed", unit: "Percent", value: Math.round((100 * runtime) / softLimit) }]),
  ];
  return {
    _aws: {
      Timestamp: attempt.at,
      CloudWatchMetrics: [
        {
          Namespace: METRICS_NAMESPACE,
          Dimensions: DIMENSIONS[level],
          Metrics: values.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    Stage: stage,
    ...(level !== "stage" && { Module: module }),
    ...(level === "task" && { Task: attempt.task }),
    ...Object.fromEntries(values.map(({ name, value }) => [name, value])),
  };
}
