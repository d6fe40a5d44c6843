import { describe, expect, it } from "vitest";
import { parseTiming } from "../../src/scheduler/expression.ts";
import { instantsOf, isTimeZone, localTimeOf } from "../../src/scheduler/zone.ts";

/** The first occurrences after a time, as `YYYY-MM-DDThh:mm` in UTC. */
function occurrences(expression: string, after: string, count: number, zone = "UTC"): readonly string[] {
  const timing = parseTiming(expression, zone);
  const found: string[] = [];
  let last: number | null = Date.parse(after);
  while (found.length < count) {
    last = timing.next(last, Date.parse(after));
    if (last === null) break;
    found.push(new Date(last).toISOString().slice(0, 16));
  }
  return found;
}

describe("a cron expression", () => {
  it.each([
    ["every 15 minutes", "cron(0/15 * * * ? *)", ["2026-01-01T00:15", "2026-01-01T00:30", "2026-01-01T00:45"]],
    ["a step over all values", "cron(*/20 5 * * ? *)", ["2026-01-01T05:00", "2026-01-01T05:20", "2026-01-01T05:40"]],
    ["a step within a range", "cron(10-30/10 5 * * ? *)", ["2026-01-01T05:10", "2026-01-01T05:20", "2026-01-01T05:30"]],
    ["lists and ranges", "cron(0 8,17-18 * * ? *)", ["2026-01-01T08:00", "2026-01-01T17:00", "2026-01-01T18:00"]],
    ["a range of one value", "cron(30-30 13-13 ? * 2,4 *)", ["2026-01-05T13:30", "2026-01-07T13:30"]],
    ["names of days", "cron(0 12 ? * MON-FRI *)", ["2026-01-01T12:00", "2026-01-02T12:00", "2026-01-05T12:00"]],
    ["1 for Sunday", "cron(0 0 ? * 1 *)", ["2026-01-04T00:00", "2026-01-11T00:00"]],
    ["names of months", "cron(0 0 1 JUN,DEC ? *)", ["2026-06-01T00:00", "2026-12-01T00:00", "2027-06-01T00:00"]],
    ["the last day of the month", "cron(0 0 L * ? *)", ["2026-01-31T00:00", "2026-02-28T00:00", "2026-03-31T00:00"]],
    ["the last day of the week", "cron(0 0 ? * L *)", ["2026-01-03T00:00", "2026-01-10T00:00"]],
    ["the last Friday", "cron(15 10 ? * 6L 2026-2027)", ["2026-01-30T10:15", "2026-02-27T10:15"]],
    ["the second Tuesday", "cron(0 9 ? * TUE#2 *)", ["2026-01-13T09:00", "2026-02-10T09:00"]],
    ["a fifth Monday where there is one", "cron(0 9 ? * 2#5 *)", ["2026-03-30T09:00", "2026-06-29T09:00"]],
    ["the weekday before a Saturday", "cron(0 0 3W JAN ? 2026)", ["2026-01-02T00:00"]],
    ["the weekday after a Sunday", "cron(0 0 4W JAN ? 2026)", ["2026-01-05T00:00"]],
    ["a weekday that stays in its month", "cron(0 0 1W AUG ? 2026)", ["2026-08-03T00:00"]],
    ["a weekday that stays in its month at the end", "cron(0 0 31W MAY ? 2026)", ["2026-05-29T00:00"]],
    ["leap days", "cron(0 0 29 2 ? *)", ["2028-02-29T00:00", "2032-02-29T00:00"]],
    ["years", "cron(0 0 1 1 ? 2030/2)", ["2030-01-01T00:00", "2032-01-01T00:00"]],
    ["nothing on a day that no month has", "cron(0 0 30 2 ? *)", []],
    ["nothing in years that are over", "cron(0 0 1 1 ? 2020)", []],
  ])("fits %s", (_what, expression, expected) => {
    expect(occurrences(expression, "2026-01-01T00:00:00Z", expected.length || 1)).toEqual(expected);
  });

  it("gives the same after every second of the minutes between", () => {
    const { next } = parseTiming("cron(0 12 * * ? *)", "UTC");
    const noon = Date.parse("2026-01-01T12:00:00Z");
    expect(next(noon - 1, 0)).toBe(noon);
    expect(next(noon, 0)).toBe(noon + 86_400_000);
    expect(next(noon + 59_999, 0)).toBe(noon + 86_400_000);
  });

  it("follows daylight saving in its time zone", () => {
    expect(occurrences("cron(0 9 * * ? *)", "2026-03-27T12:00:00Z", 3, "Europe/Berlin")).toEqual([
      "2026-03-28T08:00",
      "2026-03-29T07:00",
      "2026-03-30T07:00",
    ]);
  });

  it("leaves out a time that daylight saving skips", () => {
    expect(occurrences("cron(30 2 * * ? *)", "2026-03-27T12:00:00Z", 2, "Europe/Berlin")).toEqual([
      "2026-03-28T01:30",
      "2026-03-30T00:30",
    ]);
  });

  it("runs once at a time that daylight saving repeats", () => {
    expect(occurrences("cron(30 1 * * ? *)", "2026-10-31T12:00:00Z", 2, "America/New_York")).toEqual([
      "2026-11-01T05:30",
      "2026-11-02T06:30",
    ]);
    expect(occurrences("cron(0/30 1 ? * SUN *)", "2026-11-01T06:10:00Z", 1, "America/New_York")).toEqual([
      "2026-11-08T06:00",
    ]);
  });

  it.each([
    ["cron(0 12 * * ?)", "It has 5 fields instead of 6: minutes hours day-of-month month day-of-week year."],
    ["cron(60 12 * * ? *)", '"60" is no minutes from 0 to 59.'],
    ["cron(0 24 * * ? *)", '"24" is no hours from 0 to 23.'],
    ["cron(0 12 32 * ? *)", '"32" is no day-of-month from 1 to 31.'],
    ["cron(0 12 ? * 0 *)", '"0" is no day-of-week from 1 to 7.'],
    ["cron(0 12 ? * MON#6 *)", '"6" is no day-of-week from 1 to 5.'],
    ["cron(0 12 * * ? 1969)", '"1969" is no year from 1970 to 2199.'],
    ["cron(0/0 12 * * ? *)", '"0" is no minutes from 1 to 59.'],
    ["cron(30-10 12 * * ? *)", '"30-10" is no minutes from 0 to 59.'],
    ["cron(a 12 * * ? *)", '"a" is no minutes from 0 to 59.'],
    ["cron(0 12 * * * *)", 'One of day-of-month and day-of-week must be "?", and the other one must not.'],
    ["cron(0 12 ? * ? *)", 'One of day-of-month and day-of-week must be "?", and the other one must not.'],
    ["cron(0 12 1,L * ? *)", '"L" is no day-of-month from 1 to 31.'],
  ])("is refused as %s, saying what is wrong", (expression, message) => {
    expect(() => parseTiming(expression, "UTC")).toThrow(message);
  });
});

describe("a rate", () => {
  it("starts at its anchor, and keeps its distance whatever the clocks do", () => {
    const { next } = parseTiming("rate(2 days)", "Europe/Berlin");
    const anchor = Date.parse("2026-03-28T12:00:00Z");
    expect(next(anchor - 1, anchor)).toBe(anchor);
    expect(next(anchor - 1_000_000_000, anchor)).toBe(anchor);
    expect(next(anchor, anchor)).toBe(anchor + 2 * 86_400_000);
    expect(next(anchor + 3 * 86_400_000, anchor)).toBe(anchor + 4 * 86_400_000);
  });

  it.each(["rate(1 minute)", "rate(1 minutes)", "rate(5 minute)", "rate(2 hours)", "rate(7 days)"])(
    "is taken as %s",
    (expression) => {
      expect(parseTiming(expression, "UTC").kind).toBe("rate");
    },
  );

  it.each(["rate(0 minutes)", "rate(1.5 hours)", "rate(1 second)", "rate(1 week)", "rate(1  minute)"])(
    "is refused as %s",
    (expression) => {
      expect(() => parseTiming(expression, "UTC")).toThrow(
        "rate() takes a positive number and minutes, hours or days.",
      );
    },
  );
});

describe("a one-time expression", () => {
  it("is a time in its zone, once", () => {
    expect(occurrences("at(2026-07-01T10:00:30)", "2026-01-01T00:00:00Z", 2, "Asia/Kolkata")).toEqual([
      "2026-07-01T04:30",
    ]);
  });

  it("counts on from before the change where clocks skip its time", () => {
    expect(occurrences("at(2026-03-29T02:30:00)", "2026-01-01T00:00:00Z", 1, "Europe/Berlin")).toEqual([
      "2026-03-29T01:30",
    ]);
  });

  it.each(["at(2026-02-30T00:00:00)", "at(2026-01-01)", "at(2026-01-01T00:00:00Z)", "at(2026-01-01T00:00:00.5)"])(
    "is refused as %s",
    (expression) => {
      expect(() => parseTiming(expression, "UTC")).toThrow("at() takes a time as yyyy-mm-ddThh:mm:ss.");
    },
  );

  it("is refused in any other form", () => {
    expect(() => parseTiming("every(5 minutes)", "UTC")).toThrow("It is none of at(...), rate(...) and cron(...).");
  });
});

describe("a time zone", () => {
  it("is a name of the database", () => {
    const names = ["UTC", "Europe/Berlin", "Asia/Kolkata", "+02:00", "Mars/Phobos", ""];
    expect(names.filter(isTimeZone)).toEqual(["UTC", "Europe/Berlin", "Asia/Kolkata"]);
  });

  it("has no instant for a local time that it skips, and two for one that it repeats", () => {
    const skipped = Date.parse("2026-03-29T02:30:00Z");
    const repeated = Date.parse("2026-10-25T02:30:00Z");
    expect(instantsOf(skipped, "Europe/Berlin")).toEqual([]);
    const instants = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"].map((time) => Date.parse(time));
    expect(instantsOf(repeated, "Europe/Berlin")).toEqual(instants);
    expect(instants.map((instant) => localTimeOf(instant, "Europe/Berlin"))).toEqual([repeated, repeated]);
  });
});
