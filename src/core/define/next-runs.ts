/** Minutes of an hour and a day, in milliseconds. */
const MINUTE = 60_000;
/** Steps after which a search gives up: a day each where nothing matches, so that 29 February is found. */
const MAX_STEPS = 20_000;

/** A moment as a clock in some time zone shows it. */
interface Clock {
  readonly month: number;
  readonly day: number;
  /** Sunday is 1. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

/**
 * The next times, milliseconds since 1970, at which a schedule of Scheduler's runs.
 * @param expression `rate(N minutes)` or `cron(...)` as this project writes them.
 * @param last when it ran last; a rate counts from there, and without it nobody knows.
 */
export function nextRuns(
  { expression, timezone }: { readonly expression: string; readonly timezone: string },
  { now, last, count }: { readonly now: number; readonly last: number | null; readonly count: number },
): number[] {
  const rate = /^rate\((\d+) minutes?\)$/.exec(expression);
  if (rate !== null) return last === null ? [] : everyFrom(last, Number(rate[1]) * MINUTE, now, count);
  const fields = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) \*\)$/.exec(expression);
  return fields === null ? [] : byClock(fields.slice(1), timezone, now, count);
}

function everyFrom(last: number, interval: number, now: number, count: number): number[] {
  const first = last + Math.max(1, Math.floor((now - last) / interval) + 1) * interval;
  return Array.from({ length: count }, (_, index) => first + index * interval);
}

function byClock(fields: readonly string[], timezone: string, now: number, count: number): number[] {
  const [minutes, hours, days, months, weekdays] = fields.map(valuesOf);
  const read = clockIn(timezone);
  const found: number[] = [];
  let at = Math.floor(now / MINUTE) * MINUTE + MINUTE;
  for (let step = 0; step < MAX_STEPS && found.length < count; step += 1) {
    const clock = read(at);
    const isDay = has(months, clock.month) && has(days, clock.day) && has(weekdays, clock.weekday);
    if (!isDay) at = nextMidnight(at, clock, read);
    else if (!has(hours, clock.hour)) at += (60 - clock.minute) * MINUTE;
    else {
      if (has(minutes, clock.minute)) found.push(at);
      at += MINUTE;
    }
  }
  return found;
}

/** Clocks may be put forward or back on the way, by an hour at the most. */
function nextMidnight(at: number, { hour, minute }: Clock, read: (at: number) => Clock): number {
  const next = at + (24 * 60 - hour * 60 - minute) * MINUTE;
  const there = read(next);
  if (there.hour === 23) return next + (60 - there.minute) * MINUTE;
  return there.hour <= 1 ? next - (there.hour * 60 + there.minute) * MINUTE : next;
}

/** Null stands for all values. */
type Values = ReadonlySet<number> | null;

function has(values: Values | undefined, value: number): boolean {
  return values === null || values === undefined || values.has(value);
}

/** `*`, `?`, or numbers and ranges of them with commas between. */
function valuesOf(field: string): Values {
  if (field === "*" || field === "?") return null;
  return new Set(
    field.split(",").flatMap((part) => {
      const [from = 0, to = from] = part.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    }),
  );
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function clockIn(timeZone: string): (at: number) => Clock {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    month: "numeric",
    day: "numeric",
    weekday: "short",
    hour: "numeric",
    minute: "numeric",
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const number = (name: Intl.DateTimeFormatPartTypes): number => Number(parts.get(name));
    const weekday = WEEKDAYS.indexOf(parts.get("weekday") ?? "") + 1;
    return { month: number("month"), day: number("day"), weekday, hour: number("hour"), minute: number("minute") };
  };
}
