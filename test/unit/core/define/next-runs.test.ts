import { describe, expect, it } from "vitest";
import { nextRuns } from "../../../../src/core/define/next-runs.ts";
import { cron, every } from "../../../../src/core/define/schedule.ts";

const next = (schedule: { expression: string; timezone: string }, now: string, last: string | null = null): string[] =>
  nextRuns(schedule, { now: Date.parse(now), last: last === null ? null : Date.parse(last), count: 3 }).map((time) =>
    new Date(time).toISOString().slice(0, 16),
  );

describe("the next runs of a schedule", () => {
  it("count from the last one where it has a rate, and are not known before the first", () => {
    const schedule = every({ minutes: 5 });
    expect(next(schedule, "2026-11-28T10:07:00Z", "2026-11-28T10:05:00Z")).toEqual([
      "2026-11-28T10:10",
      "2026-11-28T10:15",
      "2026-11-28T10:20",
    ]);
    expect(next(schedule, "2026-11-28T12:00:30Z", "2026-11-28T10:05:00Z")[0]).toBe("2026-11-28T12:05");
    expect(next(schedule, "2026-11-28T10:07:00Z")).toEqual([]);
  });

  it("are those of the clock in its time zone, on the days that it names", () => {
    expect(next(cron("0 3 * * mon-fri", { timezone: "Asia/Seoul" }), "2026-11-27T17:00:00Z")).toEqual([
      "2026-11-27T18:00".replace("27T18", "29T18"),
      "2026-11-30T18:00",
      "2026-12-01T18:00",
    ]);
    expect(next(cron("*/20 8-9 * * *"), "2026-11-28T08:30:00Z")).toEqual([
      "2026-11-28T08:40",
      "2026-11-28T09:00",
      "2026-11-28T09:20",
    ]);
    expect(next(cron("30 12 1 jan,jul *"), "2026-11-28T00:00:00Z")).toEqual([
      "2027-01-01T12:30",
      "2027-07-01T12:30",
      "2028-01-01T12:30",
    ]);
  });

  it("keep to the clock when that is put forward or back", () => {
    expect(next(cron("0 6 * * *", { timezone: "Europe/Berlin" }), "2026-03-28T00:00:00Z")).toEqual([
      "2026-03-28T05:00",
      "2026-03-29T04:00",
      "2026-03-30T04:00",
    ]);
    expect(next(cron("0 0 * * *", { timezone: "Europe/Berlin" }), "2026-10-24T00:00:00Z")).toEqual([
      "2026-10-24T22:00",
      "2026-10-25T23:00",
      "2026-10-26T23:00",
    ]);
  });

  it("are found years ahead", () => {
    expect(next(cron("0 0 29 feb *"), "2026-11-28T00:00:00Z")[0]).toBe("2028-02-29T00:00");
  });
});
