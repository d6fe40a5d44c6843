import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { parseTiming } from "../../../../packages/embedded-aws/src/scheduler/expression.ts";
import { DefinitionError } from "../../../../src/core/errors.ts";
import {
  PeriodicMessageSchema,
  cron,
  every,
  periodicInput,
  scheduleInput,
} from "../../../../src/core/define/schedule.ts";
import { defineTask } from "../../../../src/core/define/task.ts";

describe("the input of a schedule", () => {
  it("says the same as the JSON that it is made of, without Scheduler's keywords", () => {
    const value = { text: "<aws.scheduler.scheduled-time> <b>", nested: ["<aws.scheduler.<aws.scheduler."] };
    const input = scheduleInput(JSON.stringify(value));
    expect(JSON.parse(input)).toEqual(value);
    expect(input).not.toContain("<aws.");
    expect(input).toContain("<b>");
  });
});

describe("every", () => {
  it.each([
    [{ minutes: 5 }, "rate(5 minutes)"],
    [{ seconds: 60 }, "rate(1 minute)"],
    [{ hours: 1, seconds: 120 }, "rate(62 minutes)"],
    [{ days: 2 }, "rate(2880 minutes)"],
  ])("%j is %s", (interval, expression) => {
    expect(every(interval)).toEqual({ expression, timezone: "UTC", args: [], kwargs: {} });
  });

  it.each([{}, { seconds: 30 }, { seconds: 90 }, { minutes: 0.5 }, { minutes: -1 }, { hours: Number.NaN }])(
    "%j is refused, for Scheduler counts whole minutes",
    (interval) => {
      expect(() => every(interval)).toThrow(DefinitionError);
      expect(() => every(interval)).toThrow(/whole minutes, 1 or more/);
    },
  );
});

describe("cron", () => {
  it.each([
    ["* * * * *", "cron(* * * * ? *)"],
    ["0 3 * * *", "cron(0 3 * * ? *)"],
    ["*/15 * * * *", "cron(0,15,30,45 * * * ? *)"],
    ["*/1 8-18/2 * * *", "cron(* 8,10,12,14,16,18 * * ? *)"],
    ["0 0 1,15 jan,JUL *", "cron(0 0 1,15 1,7 ? *)"],
    ["30 4 * * mon-fri", "cron(30 4 ? * 2-6 *)"],
    ["30 4 * * 0", "cron(30 4 ? * 1 *)"],
    ["30 4 * * 7", "cron(30 4 ? * 1 *)"],
    ["30 4 * * 5-7", "cron(30 4 ? * 1,6,7 *)"],
    ["30 4 * * 0-6", "cron(30 4 * * ? *)"],
    ["0 0 29 2 *", "cron(0 0 29 2 ? *)"],
    ["5/20 * * * *", "cron(5,25,45 * * * ? *)"],
  ])("%s is %s", (crontab, expression) => {
    expect(cron(crontab).expression).toBe(expression);
  });

  it.each([
    ["0 3 * *", /expected five fields, got 4/],
    ["0 3 * * ? 2030", /expected five fields, got 6/],
    ["60 3 * * *", /"60" is no minute/],
    ["0 3-1 * * *", /"3-1" is no hour/],
    ["0 3 0 * *", /"0" is no day of month/],
    ["0 3 * foo *", /"foo" is no month/],
    ["0 3 * * 8", /"8" is no day of week/],
    ["*/0 * * * *", /"\*\/0" is no minute/],
    [", * * * *", /"" is no minute/],
    ["0 3 L * *", /"L" is no day of month/],
    ["0 0 30 2 *", /never comes/],
    ["0 0 31 4,6,9,11 *", /never comes/],
    ["0 0 1 * mon", /one of them. Use two schedules/],
  ])("%s is refused", (crontab, why) => {
    expect(() => cron(crontab)).toThrow(DefinitionError);
    expect(() => cron(crontab)).toThrow(why);
  });

  it("takes a time zone, which must be one", () => {
    expect(cron("0 3 * * *", { timezone: "Asia/Seoul" }).timezone).toBe("Asia/Seoul");
    expect(() => cron("0 3 * * *", { timezone: "Mars/Olympus" })).toThrow(/"Mars\/Olympus" is no time zone/);
  });

  it("gives expressions that Scheduler reads, short enough for it", () => {
    const field = (min: number, max: number) => fc.uniqueArray(fc.integer({ min, max }), { minLength: 1 });
    fc.assert(
      fc.property(field(0, 59), field(0, 23), field(1, 28), field(1, 12), (minutes, hours, days, months) => {
        const { expression } = cron([minutes, hours, days, months, "*"].join(" "));
        expect(expression.length).toBeLessThanOrEqual(256);
        expect(parseTiming(expression, "UTC").next(0, 0)).not.toBeNull();
      }),
    );
  });
});

describe("a schedule of a task", () => {
  const args = z.tuple([z.number()]);

  it("is one or a list, and calls the task with arguments that fit it", () => {
    const one = every({ minutes: 5 }, { args: [1] });
    expect(defineTask("math.one", { args, schedule: one, run: () => null }).options.schedule).toEqual([one]);
    const two = [one, cron("0 3 * * *", { args: [2] })];
    expect(defineTask("math.two", { args, schedule: two, run: () => null }).options.schedule).toEqual(two);
    const wrong = { args, schedule: every({ minutes: 5 }, { args: ["one"] }), run: () => null };
    expect(() => defineTask("math.wrong", wrong)).toThrow(
      /"math\.wrong": its schedule rate\(5 minutes\) calls it with wrong arguments: \/args\/0/,
    );
  });

  it("sends its slot, which Scheduler fills in, and nothing else of Scheduler's", () => {
    const schedule = every({ minutes: 5 }, { args: ["<aws.scheduler.execution-id>", '"slot":"SLOT"'] });
    const input = periodicInput("math.one", "name", schedule);
    const sent = input.replaceAll("<aws.scheduler.scheduled-time>", "2026-11-22T10:00:00Z");
    expect(sent).not.toContain("<aws.");
    expect(PeriodicMessageSchema.parse(JSON.parse(sent))).toEqual({
      op: "periodic",
      task: "math.one",
      schedule: "name",
      slot: "2026-11-22T10:00:00Z",
      args: schedule.args,
      kwargs: {},
    });
  });
});
