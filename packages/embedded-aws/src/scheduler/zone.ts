/** A time on the wall of some time zone: the milliseconds since 1970 at which UTC shows the same digits. */
export type LocalTime = number;

const DAY = 86_400_000;

/** Making a formatter takes a thousand times as long as using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone);
  if (!found) {
    const numbers = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
    found = new Intl.DateTimeFormat("en-US", { ...numbers, second: "numeric", hourCycle: "h23", timeZone: zone });
    formatters.set(zone, found);
  }
  return found;
}

/** True for a name of the time zone database, such as `Europe/Berlin`; offsets such as `+02:00` are no names. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatter(name);
    return true;
  } catch {
    return false;
  }
}

/** What the wall of a zone shows at an instant (milliseconds since 1970), to the second. */
export function localTimeOf(instant: number, zone: string): LocalTime {
  const second = Math.floor(instant / 1000) * 1000;
  if (zone === "UTC") return second;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatter(zone).formatToParts(second)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second: seconds = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, seconds);
}

/**
 * The instants at which the wall of a zone shows a time, in order: none where clocks skip it, two where they repeat it.
 */
export function instantsOf(local: LocalTime, zone: string): readonly number[] {
  if (zone === "UTC") return [local];
  // Offsets change at most once in two days, so that the ones around the time are all that it can have.
  const candidates = [-DAY, DAY].map((step) => local - offsetAt(local + step, zone));
  return [...new Set(candidates)].filter((instant) => localTimeOf(instant, zone) === local).toSorted((a, b) => a - b);
}

/** The instant of a local time; one that clocks skip counts on from the time before the change. */
export function instantOf(local: LocalTime, zone: string): number {
  return instantsOf(local, zone)[0] ?? local - offsetAt(local - DAY, zone);
}

function offsetAt(instant: number, zone: string): number {
  return localTimeOf(instant, zone) - instant;
}
