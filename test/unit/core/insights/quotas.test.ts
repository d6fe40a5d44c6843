import { describe, expect, it } from "vitest";
import { quotaUse } from "../../../../src/core/insights/quotas.ts";

const used = (name: string, load: Parameters<typeof quotaUse>[0]): number | undefined =>
  quotaUse(load).find(({ what }) => what === name)?.used;

describe("the quotas that a load comes to", () => {
  it("are those of its peak, three times the average where nothing is said", () => {
    const load = { tasksPerDay: 86_400, via: "plain", seconds: 1 } as const;
    expect(used("API Gateway: requests/s", load)).toBe(3);
    expect(used("API Gateway: requests/s", { ...load, peak: 10 })).toBe(10);
    // The message's function, and the request's.
    expect(used("Lambda: invocations/s", load)).toBe(6);
    expect(used("DynamoDB: write units/s of the table", load)).toBe(12);
    expect(used("Step Functions: SendTask*/s", load)).toBe(0);
  });

  it("begin with the one that is refused first", () => {
    const shares = quotaUse({ tasksPerDay: 1e8, via: "step", seconds: 2 }).map(({ share }) => share);
    expect(shares).toEqual(shares.toSorted((one, other) => other - one));
    expect(shares[0]).toBeGreaterThan(1);
  });

  it("are environments for long tasks, and answers to states for short steps", () => {
    const first = (seconds: number): string | undefined =>
      quotaUse({ tasksPerDay: 1e7, via: "step", seconds })[0]?.what;
    expect(first(60)).toBe("Lambda: environments at once");
    expect(first(0)).toBe("Step Functions: SendTask*/s");
  });

  it("of one queue are shared by modules", () => {
    const load = { tasksPerDay: 1e7, via: "plain", seconds: 10 } as const;
    const name = "Lambda: environments of one queue";
    expect(used(name, { ...load, modules: 4 })).toBeCloseTo((used(name, load) ?? 0) / 4);
  });
});
