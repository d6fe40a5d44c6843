import { DefinitionError } from "../errors.ts";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/** Days of each month, in a leap year. */
const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A field of a crontab: its bounds, and the names that stand for its numbers, from `min` on. */
interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MINUTE: Field = { name: "minute", min: 0, max: 59, names: [] };
const HOUR: Field = { name: "hour", min: 0, max: 23, names: [] };
const DAY: Field = { name: "day of month", min: 1, max: 31, names: [] };
const MONTH: Field = { name: "month", min: 1, max: 12, names: MONTHS };
/** Sunday is 0, and 7. */
const WEEKDAY: Field = { name: "day of week", min: 0, max: 7, names: DAYS };

/**
 * Scheduler's `cron(...)` of a crontab: minute, hour, day of month, month, day of week, each a star, a number, a name,
 * a range (`1-5`), a step (star/15, `8-18/2`) or a list of these, as Celery's crontab takes them. Scheduler counts days
 * of the week from 1, Sunday, and takes only one of the two fields of days (Scheduler User Guide, "Cron-based
 * schedules").
 * @throws DefinitionError that says what is wrong with it
 */
export function cronExpression(crontab: string): string {
  const fields = crontab.trim().split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  const fail = (why: string): never => {
    throw new DefinitionError(`cron(${JSON.stringify(crontab)}): ${why}`);
  };
  if (fields.length !== 5)
    return fail(`expected five fields, got ${fields.length}: minute, hour, day of month, month, day of week.`);
  const read = (text: string, field: Field): number[] | null => valuesOf(text, field, fail);
  const minutes = read(minute, MINUTE);
  const hours = read(hour, HOUR);
  const days = read(day, DAY);
  const months = read(month, MONTH);
  const weekdays = read(weekday, WEEKDAY);
  if (days !== null && weekdays !== null)
    return fail(
      "it names days of the month and of the week; EventBridge Scheduler takes one of them. Use two schedules.",
    );
  const longest = Math.max(...(months ?? [2]).map((number) => LENGTHS[number - 1] ?? 0));
  if (days !== null && months !== null && Math.min(...days) > longest)
    return fail("it never comes: none of these months has such a day.");
  const dates = weekdays === null ? write(days) : "?";
  const week =
    weekdays === null ? "?" : write([...new Set(weekdays.map((number) => (number % 7) + 1))].toSorted(upward));
  return `cron(${write(minutes)} ${write(hours)} ${dates} ${write(months)} ${week} *)`;
}

/** The values of a field, upward; null for all of them. */
function valuesOf(text: string, field: Field, fail: (why: string) => never): number[] | null {
  const values = text.split(",").flatMap((part) => partOf(part, field) ?? fail(`"${part}" is no ${field.name}.`));
  const distinct = [...new Set(values)].toSorted(upward);
  return distinct.length > field.max - field.min - (field === WEEKDAY ? 1 : 0) ? null : distinct;
}

function partOf(part: string, field: Field): number[] | null {
  const [, from = "", to, step = "1"] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
  if (from === "" || (from === "*" && to !== undefined) || Number(step) < 1) return null;
  const first = from === "*" ? field.min : numberOf(from, field);
  const isOne = from !== "*" && to === undefined && !part.includes("/");
  const last = to === undefined ? (isOne ? first : lastOf(field)) : numberOf(to, field);
  if (first === null || last === null || first > last) return null;
  return Array.from(
    { length: Math.floor((last - first) / Number(step)) + 1 },
    (_, index) => first + index * Number(step),
  );
}

/** Sunday as 7 is for ranges that end with it. */
function lastOf(field: Field): number {
  return field === WEEKDAY ? 6 : field.max;
}

function numberOf(text: string, { min, max, names }: Field): number | null {
  const named = names.indexOf(text.toLowerCase());
  const number = named < 0 ? (/^\d+$/.test(text) ? Number(text) : Number.NaN) : named + min;
  return number >= min && number <= max ? number : null;
}

/** A list of numbers, a run of them as a range: an expression has 256 characters. */
function write(values: readonly number[] | null): string {
  if (values === null) return "*";
  const runs: number[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(","))).join(",");
}

const upward = (a: number, b: number): number => a - b;
