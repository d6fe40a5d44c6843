import type { Clock } from "../../../src/clock.ts";

/** A clock that stands until it is told to go on. */
export interface TestClock extends Pick<Clock, "now" | "after"> {
  /** Goes on by so many milliseconds, and calls what is due at its time. */
  readonly advance: (millis: number) => void;
  /** Timers that are set. */
  readonly timers: () => number;
}

/** 2026-01-01. */
export const START = 1_767_225_600_000;

/** A clock that stands at `START`. */
export function createTestClock(): TestClock {
  let now = START;
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();

  function advance(millis: number): void {
    const end = now + millis;
    for (;;) {
      const next = [...timers].filter(({ due }) => due <= end).toSorted((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      timers.delete(next);
      now = Math.max(now, next.due);
      next.callback();
    }
    now = end;
  }

  return {
    now: () => now,
    after: (millis, callback) => {
      const timer = { due: now + millis, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance,
    timers: () => timers.size,
  };
}
