import { describe, expect, it } from "vitest";
import { METRIC_LEVELS, type MetricLevel, metricsLine } from "../../../../src/core/insights/emf.ts";
import type { AttemptStats } from "../../../../src/core/insights/summary.ts";
import { ATTEMPT } from "../../../fixtures/attempt-stats.ts";

const line = (attempt: Partial<AttemptStats> = {}, level: MetricLevel = "stage") =>
  metricsLine({ ...ATTEMPT, ...attempt }, { level, stage: "dev", module: "math" });

describe("the metrics of an attempt", () => {
  it("are one line of the embedded metric format, of which each metric is a value at the top", () => {
    expect(line()).toEqual({
      _aws: {
        Timestamp: 1_795_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: "Celeriac",
            Dimensions: [["Stage"]],
            Metrics: [
              { Name: "Runtime", Unit: "Seconds" },
              { Name: "QueueWait", Unit: "Seconds" },
              { Name: "Succeeded", Unit: "Count" },
              { Name: "SoftLimitUsed", Unit: "Percent" },
            ],
          },
        ],
      },
      Stage: "dev",
      Runtime: 1.5,
      QueueWait: 0.2,
      Succeeded: 1,
      SoftLimitUsed: 75,
    });
  });

  it.each([
    ["failed", "Failed"],
    ["retried", "Retried"],
  ] as const)("that has %s say so", (outcome, name) => {
    expect(line({ outcome })).toMatchObject({ [name]: 1 });
    expect(line({ outcome })).not.toHaveProperty("Succeeded");
  });

  it("leave out what there is not", () => {
    expect(Object.keys(line({ outcome: "revoked", wait: null, softLimit: null }) ?? {})).toEqual([
      "_aws",
      "Stage",
      "Runtime",
    ]);
  });

  it("have a value for each dimension that they name, and at most the 30 that CloudWatch takes", () => {
    for (const level of METRIC_LEVELS) {
      const values = line({}, level) ?? {};
      const dimensions = level === "off" ? [] : ["Stage", "Module", "Task"].slice(0, METRIC_LEVELS.indexOf(level));
      for (const name of ["Stage", "Module", "Task"]) expect(name in values).toBe(dimensions.includes(name));
      expect(JSON.stringify(values).includes(JSON.stringify(dimensions))).toBe(level !== "off");
    }
    expect(line({}, "off")).toBeNull();
  });
});
