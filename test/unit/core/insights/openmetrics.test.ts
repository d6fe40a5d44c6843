import { describe, expect, it } from "vitest";
import { bucketFor } from "../../../../src/core/insights/histogram.ts";
import { openMetrics } from "../../../../src/core/insights/openmetrics.ts";
import { RUNTIME } from "../../../../src/core/insights/summary.ts";

const MIDNIGHT = Date.parse("2026-11-22T00:00:00Z");
const QUEUE = { name: "math", waiting: 3, in_flight: 1, delayed: 0, dead: 2 };
const counters = {
  succeeded: 3,
  failed: 1,
  runMs: 71_500,
  [bucketFor(RUNTIME, 0.5)]: 1,
  [bucketFor(RUNTIME, 1)]: 2,
  [bucketFor(RUNTIME, 70)]: 1,
};
const lines = openMetrics([QUEUE], [{ task: "math.add", counters }], MIDNIGHT).split("\n");

describe("metrics as text", () => {
  it("tell the messages of each queue", () => {
    expect(lines).toContain('celeriac_queue_messages{queue="math",state="waiting"} 3');
    expect(lines).toContain('celeriac_queue_messages{queue="math",state="dead"} 2');
  });

  it("count attempts by their outcome, and say since when", () => {
    expect(lines).toContain('celeriac_task_attempts_total{task="math.add",outcome="failed"} 1');
    expect(lines).toContain('celeriac_task_attempts_total{task="math.add",outcome="retried"} 0');
    expect(lines).toContain(`celeriac_task_attempts_created{task="math.add",outcome="failed"} ${MIDNIGHT / 1000}`);
  });

  it("have runtimes as a histogram that only grows", () => {
    const bucket = (le: string): string | undefined =>
      lines
        .find((line) => line.includes(`le="${le}"`))
        ?.split(" ")
        .at(-1);
    expect(["0.25", "1.0", "64.0", "256.0", "+Inf"].map(bucket)).toEqual(["0", "3", "3", "4", "4"]);
    expect(lines).toContain('celeriac_task_runtime_seconds_count{task="math.add"} 4');
    expect(lines).toContain('celeriac_task_runtime_seconds_sum{task="math.add"} 71.5');
  });

  it("name each family once, before its samples, and end with EOF", () => {
    const families = lines.filter((line) => line.startsWith("# TYPE")).map((line) => line.split(" ")[2] ?? "");
    expect(new Set(families).size).toBe(families.length);
    for (const line of lines.filter((line) => line !== "" && !line.startsWith("#")))
      expect(families.some((family) => line.startsWith(family))).toBe(true);
    expect(lines.slice(-2)).toEqual(["# EOF", ""]);
  });
});
