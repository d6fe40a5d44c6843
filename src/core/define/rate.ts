import { DefinitionError } from "../errors.ts";

const UNIT_MILLISECONDS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** One item holds a task's rate, and takes 1,000 writes a second (DynamoDB, partition throughput). */
const SHORTEST_INTERVAL = 1;

/**
 * Milliseconds between two starts at a rate in Celery's syntax: "10/s", "100/m", "1000/h", or a number of starts a
 * second.
 * @throws DefinitionError
 */
export function intervalOf(limit: string | number): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\/([smh])$/.exec(typeof limit === "number" ? `${limit}/s` : limit) ?? [];
  const interval = isUnit(unit) ? UNIT_MILLISECONDS[unit] / Number(count) : Number.NaN;
  if (!Number.isFinite(interval) || interval < SHORTEST_INTERVAL) {
    throw new DefinitionError(
      `rateLimit ${JSON.stringify(limit)} is no rate: expected starts per second, minute or hour, such as "10/s", "100/m" or "1000/h", above 0 and up to 1000/s.`,
    );
  }
  // Microseconds, rounded up: the limit holds, and sums of many stay short numbers.
  return Math.ceil(interval * 1_000) / 1_000;
}

function isUnit(unit: string | undefined): unit is keyof typeof UNIT_MILLISECONDS {
  return unit !== undefined && Object.hasOwn(UNIT_MILLISECONDS, unit);
}

/** A start that was reserved: when it may be, and from when on the next one is. Milliseconds since 1970. */
export interface Reservation {
  readonly start: number;
  readonly next: number;
}

/**
 * Reserves a start: at once, or one interval after the last that was reserved (the generic cell rate algorithm with a
 * burst of one, which is also the capacity of Celery's token bucket). Starts that nobody used are not saved up.
 * @param next from when on a start is free, null where none was ever reserved.
 */
export function reserve(next: number | null, now: number, interval: number): Reservation {
  const start = Math.max(now, next ?? now);
  return { start, next: start + interval };
}

/**
 * Milliseconds by which a reserved start may be missed: queues deliver to the second, and environments take their time
 * to start.
 */
const LATENESS = 5_000;

/**
 * Whether a reserved start still counts. One that was missed by far is given up, so that what waited through an outage
 * does not start all at once. Each that a message missed allows the next to be missed by twice as much: behind a long
 * backlog all would be.
 * @param taken starts reserved for this message, this one included.
 */
export function stillCounts(slot: { readonly at: number; readonly taken: number }, now: number): boolean {
  return now - slot.at <= LATENESS * 2 ** (slot.taken - 1);
}
