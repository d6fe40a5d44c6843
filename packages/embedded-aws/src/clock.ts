/** Takes back what was asked of the clock; harmless afterwards. */
export type Cancel = () => void;

/** Time and chance for what waits; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A module that gives a process this time, where it is not the machine's: functions load it first. */
  readonly preload?: string | undefined;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Calls back once, after that many milliseconds. */
  readonly after: (milliseconds: number, callback: () => void) => Cancel;
}

/** The longest delay that a Node timer holds; a longer one would fire at once. */
const MAX_TIMER_MILLIS = 2_147_483_647;

/** The machine's own clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  after: (milliseconds, callback) => {
    let left = milliseconds;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const step = Math.min(left, MAX_TIMER_MILLIS);
      left -= step;
      timer = setTimeout(() => (left > 0 ? arm() : callback()), step).unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
};
