import { parseCron } from "./cron.ts";
import { instantOf } from "./zone.ts";

/** A schedule expression, read in its time zone. Times are milliseconds since 1970. */
export interface Timing {
  /** `at` has one occurrence, the others come again. */
  readonly kind: "at" | "rate" | "cron";
  /**
   * The first occurrence after an instant, or null if there is none.
   * @param anchor the first occurrence of a rate
   */
  readonly next: (after: number, anchor: number) => number | null;
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `at(...)`, `rate(...)` and `cron(...)`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * @throws Error that says what is wrong
 */
export function parseTiming(expression: string, zone: string): Timing {
  const [, kind, inner = ""] = /^(at|rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === "at") return at(inner, zone);
  if (kind === "rate") return rate(inner);
  if (kind !== "cron") throw new Error("It is none of at(...), rate(...) and cron(...).");
  const cron = parseCron(inner);
  return { kind, next: (after) => cron.next(after, zone) };
}

function at(text: string, zone: string): Timing {
  const local = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  // The 30th of February is parsed, as a day of March.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(text)) {
    throw new Error("at() takes a time as yyyy-mm-ddThh:mm:ss.");
  }
  const time = instantOf(local, zone);
  return { kind: "at", next: (after) => (time > after ? time : null) };
}

function rate(text: string): Timing {
  const [, count, unit = ""] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(text) ?? [];
  const interval = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (Number.isNaN(interval)) throw new Error("rate() takes a positive number and minutes, hours or days.");
  return {
    kind: "rate",
    next: (after, anchor) => anchor + Math.max(0, Math.floor((after - anchor) / interval) + 1) * interval,
  };
}
