import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Workload, estimate } from "../../../../src/core/insights/estimate.ts";

const MILLION: Workload = { tasks: 1e6, seconds: 1, memory: 512 };
const quantity = (workload: Workload, what: string): number =>
  estimate(workload).lines.find((line) => line.what.startsWith(what))?.quantity ?? 0;

const workload = fc.record({
  tasks: fc.integer({ min: 1, max: 1e9 }),
  seconds: fc.double({ min: 0, max: 880, noNaN: true }),
  memory: fc.integer({ min: 128, max: 10_240 }),
  payloadBytes: fc.integer({ min: 0, max: 5_000_000 }),
  via: fc.constantFrom("plain" as const, "batch" as const, "chain" as const, "group" as const),
});

describe("an estimate", () => {
  it("of a million plain tasks of a second is that of the cost model", () => {
    const { lines, total, per_task: perTask, prices } = estimate(MILLION);
    expect(Object.fromEntries(lines.map(({ what, usd }) => [what, usd]))).toEqual({
      "API Gateway: requests": 3.5,
      "Lambda: invocations": 0.4,
      "Lambda: GB-seconds (arm64)": 7.2,
      "SQS: requests": 1.2,
      "DynamoDB: write units": expect.closeTo(3.125, 3),
      "CloudWatch Logs: GB": 1.05,
    });
    expect(total).toBeCloseTo(16.48, 1);
    expect(perTask).toBeCloseTo(total / 1e6, 9);
    expect(prices.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it("of batches has a tenth of the invocations, receives and deletes, and each message its own writes", () => {
    const [one, ten] = [1, 10].map((batchSize) => ({ ...MILLION, via: "batch" as const, batchSize }));
    expect(quantity(one ?? MILLION, "SQS: requests")).toBe(2.1e6);
    expect(quantity(ten ?? MILLION, "SQS: requests")).toBe(0.3e6);
    expect(quantity(ten ?? MILLION, "Lambda: invocations")).toBe(0.1e6 + 100);
    expect(quantity(ten ?? MILLION, "DynamoDB: write")).toBe(quantity(one ?? MILLION, "DynamoDB: write"));
  });

  it("counts the transitions of chains, and a few of wide groups", () => {
    expect(quantity({ ...MILLION, via: "chain" }, "Step Functions")).toBe(1e6 + 1_000 * 3);
    expect(quantity({ ...MILLION, via: "group" }, "Step Functions")).toBeLessThan(10_000);
    expect(quantity(MILLION, "Step Functions")).toBe(0);
  });

  it("counts the surcharge of fair queues for the messages of batches and wide groups alone", () => {
    expect(quantity({ ...MILLION, via: "batch" }, "SQS: fair")).toBe(2.1e6);
    expect(quantity({ ...MILLION, via: "group" }, "SQS: fair")).toBe(2.1e6);
    expect(quantity({ ...MILLION, via: "chain" }, "SQS: fair")).toBe(0);
  });

  it("takes payloads above 4 KB for objects, and smaller ones for write units", () => {
    expect(quantity({ ...MILLION, payloadBytes: 10_000 }, "S3: PUT")).toBe(1e6);
    const small = quantity(MILLION, "DynamoDB: write");
    expect(quantity({ ...MILLION, payloadBytes: 4_000 }, "DynamoDB: write")).toBeGreaterThan(small * 2);
  });

  it("makes one write a second of what short tasks add to their summaries", () => {
    const short = quantity({ ...MILLION, seconds: 0 }, "DynamoDB: write");
    expect(quantity(MILLION, "DynamoDB: write") - short).toBeCloseTo(0.97e6, -4);
  });

  it("is the sum of its lines, and grows with tasks, seconds and memory", () => {
    fc.assert(
      fc.property(workload, (some) => {
        const { lines, total } = estimate(some);
        expect(lines.reduce((sum, { usd }) => sum + usd, 0) / total).toBeCloseTo(1, 2);
        for (const more of [{ tasks: some.tasks * 2 }, { seconds: some.seconds + 10 }, { memory: some.memory * 2 }])
          expect(estimate({ ...some, ...more }).total).toBeGreaterThanOrEqual(total);
      }),
    );
  });

  it("says what a stage costs that nobody uses: its pollers and alarms", () => {
    const { idle, idle_total: total } = estimate({ ...MILLION, tasks: 0, modules: 7 });
    expect(idle.map(({ what }) => what)).toEqual(["SQS: requests of pollers", "CloudWatch: metrics that alarms read"]);
    // Five pollers for each queue whose mapping has a bound, and two for the dead letters.
    expect(idle[0]?.usd).toBeCloseTo((8 * 5 + 2) * 0.05184, 2);
    expect(total).toBeLessThan(6);
    expect(estimate({ ...MILLION, tasks: 0 })).toMatchObject({ total: 0, per_task: 0 });
  });
});
