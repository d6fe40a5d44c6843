import { instantsOf, localTimeOf } from "./zone.ts";

/** A cron expression, read. */
export interface Cron {
  /**
   * The first time after an instant (milliseconds since 1970) at which the fields fit the wall of a time zone; null if
   * there is none until 2199. A time that daylight saving skips is left out, one that it repeats counts once.
   */
  readonly next: (after: number, zone: string) => number | null;
}

/** The days of a month on which an expression fits, in order. */
type Days = (year: number, month: number) => readonly number[];

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of the values from `min` on. */
  readonly names?: readonly string[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const MINUTES: Field = { name: "minutes", min: 0, max: 59 };
const HOURS: Field = { name: "hours", min: 0, max: 23 };
const DAY_OF_MONTH: Field = { name: "day-of-month", min: 1, max: 31 };
const MONTH: Field = {
  name: "month",
  min: 1,
  max: 12,
  names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const DAY_OF_WEEK: Field = {
  name: "day-of-week",
  min: 1,
  max: 7,
  names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};
const YEAR: Field = { name: "year", min: 1970, max: 2199 };

/**
 * Reads the fields of AWS's `cron(minutes hours day-of-month month day-of-week year)`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 * @throws Error that says which field is wrong, and why
 */
export function parseCron(expression: string): Cron {
  const fields = expression.trim().split(/\s+/);
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = "", year = ""] = fields;
  if (fields.length !== 6) {
    throw new Error(`It has ${fields.length} fields instead of 6: minutes hours day-of-month month day-of-week year.`);
  }
  const minutes = valuesOf(minute, MINUTES);
  const hours = valuesOf(hour, HOURS);
  const months = valuesOf(month, MONTH);
  const years = valuesOf(year, YEAR);
  const days = daysOf(dayOfMonth, dayOfWeek);

  function next(after: number, zone: string): number | null {
    const from = localTimeOf(after, zone);
    const isOver = (end: number): boolean => end <= from;
    for (const y of years) {
      for (const m of months) {
        if (isOver(Date.UTC(y, m, 1))) continue;
        for (const d of days(y, m)) {
          const midnight = Date.UTC(y, m - 1, d);
          for (const h of hours) {
            if (isOver(midnight + (h + 1) * HOUR)) continue;
            for (const min of minutes) {
              const local = midnight + h * HOUR + min * MINUTE;
              const instant = local < from ? undefined : instantsOf(local, zone)[0];
              if (instant !== undefined && instant > after) return instant;
            }
          }
        }
      }
    }
    return null;
  }

  return { next };
}

/** The days that one of the two day fields asks for; the other has to be `?`. */
function daysOf(dayOfMonth: string, dayOfWeek: string): Days {
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw new Error('One of day-of-month and day-of-week must be "?", and the other one must not.');
  }
  return dayOfWeek === "?" ? daysOfMonth(dayOfMonth.toUpperCase()) : daysOfWeek(dayOfWeek.toUpperCase());
}

function daysOfMonth(text: string): Days {
  if (text === "L") return (year, month) => [lengthOf(year, month)];
  if (text.endsWith("W")) {
    const day = valueOf(text.slice(0, -1), DAY_OF_MONTH);
    return (year, month) => nearestWeekday(year, month, day);
  }
  const values = valuesOf(text, DAY_OF_MONTH);
  return (year, month) => values.filter((day) => day <= lengthOf(year, month));
}

function daysOfWeek(text: string): Days {
  // The last day of the week.
  if (text === "L") return (year, month) => weekdays(year, month, new Set([DAY_OF_WEEK.max]));
  if (text.endsWith("L")) {
    const day = valueOf(text.slice(0, -1), DAY_OF_WEEK);
    return (year, month) => weekdays(year, month, new Set([day])).slice(-1);
  }
  const [name = "", ordinal] = text.split("#");
  if (ordinal !== undefined) {
    const day = valueOf(name, DAY_OF_WEEK);
    const nth = valueOf(ordinal, { name: "day-of-week", min: 1, max: 5 });
    return (year, month) => weekdays(year, month, new Set([day])).slice(nth - 1, nth);
  }
  const values = new Set(valuesOf(text, DAY_OF_WEEK));
  return (year, month) => weekdays(year, month, values);
}

function weekdays(year: number, month: number, values: ReadonlySet<number>): readonly number[] {
  const all = Array.from({ length: lengthOf(year, month) }, (_day, index) => index + 1);
  return all.filter((day) => values.has(weekdayOf(year, month, day)));
}

/**
 * The day from Monday to Friday that is nearest to a day and in the same month; nothing where the month lacks the day.
 */
function nearestWeekday(year: number, month: number, day: number): readonly number[] {
  const last = lengthOf(year, month);
  if (day > last) return [];
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return [day === 1 ? 3 : day - 1];
  if (weekday === 1) return [day === last ? day - 2 : day + 1];
  return [day];
}

/** 1 for Sunday to 7 for Saturday. */
function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function lengthOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The values of a list of `*`, values, ranges and steps, in order. */
function valuesOf(text: string, field: Field): readonly number[] {
  const values = text.split(",").flatMap((part) => {
    const [range = "", step, ...rest] = part.split("/");
    if (rest.length > 0) throw wrong(part, field);
    const [first, last] = boundsOf(range, field, step !== undefined);
    if (first > last) throw wrong(part, field);
    const increment = step === undefined ? 1 : valueOf(step, { ...field, min: 1, names: [] });
    return Array.from({ length: Math.floor((last - first) / increment) + 1 }, (_value, n) => first + n * increment);
  });
  return [...new Set(values)].toSorted((a, b) => a - b);
}

/** `5/10` goes from 5 to the end of the field, `5` only to 5. */
function boundsOf(range: string, field: Field, stepped: boolean): readonly [number, number] {
  if (range === "*") return [field.min, field.max];
  const [from = "", to, ...rest] = range.split("-");
  if (rest.length > 0) throw wrong(range, field);
  const first = valueOf(from, field);
  if (to !== undefined) return [first, valueOf(to, field)];
  return [first, stepped ? field.max : first];
}

function valueOf(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? named + field.min : Number(text);
  if ((named < 0 && !/^\d+$/.test(text)) || value < field.min || value > field.max) throw wrong(text, field);
  return value;
}

function wrong(text: string, { name, min, max }: Field): Error {
  return new Error(`"${text}" is no ${name} from ${min} to ${max}.`);
}
