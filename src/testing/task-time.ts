import type { Request } from "../core/define/self.ts";
import { SoftTimeLimitExceeded, TimeLimitExceeded } from "../core/errors.ts";

/** What `self.sleep` waits by, where a test brings its own. */
export interface TestClock {
  /** Waits. @throws the signal's reason where it aborts */
  readonly sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
}

/** The time of one attempt: its limits come as it sleeps. */
interface AttemptTime {
  /** Aborts at the soft limit. */
  readonly signal: AbortSignal;
  /** Rejects at the hard limit. */
  readonly killed: Promise<never>;
  readonly sleep: (seconds: number) => Promise<void>;
}

/** Time that passes where a task sleeps, and nowhere else; or by a clock that is given, which then knows no limits. */
export function createTaskTime(clock: TestClock | null): {
  readonly start: (request: Request) => AttemptTime;
  readonly slept: () => number;
} {
  let slept = 0;
  return {
    slept: () => slept,
    start: ({ softTimeLimit: soft, timeLimit: hard }) => {
      const controller = new AbortController();
      const { signal } = controller;
      const killed = Promise.withResolvers<never>();
      killed.promise.catch(() => {});
      let now = 0;
      const sleep = async (seconds: number): Promise<void> => {
        if (typeof seconds !== "number" || Number.isNaN(seconds))
          throw new TypeError(`sleep(${String(seconds)}): expected a number of seconds.`);
        signal.throwIfAborted();
        if (clock !== null) return clock.sleep(seconds, signal);
        const end = now + Math.max(0, seconds);
        const limit = soft !== null && soft <= end ? soft : null;
        now = Math.min(limit ?? end, hard);
        slept += Math.max(0, seconds);
        await Promise.resolve();
        if (limit === null && end < hard) return;
        if (limit === null) {
          killed.reject(new TimeLimitExceeded(hard));
          return killed.promise;
        }
        controller.abort(new SoftTimeLimitExceeded(limit));
        signal.throwIfAborted();
      };
      return { signal, killed: killed.promise, sleep };
    },
  };
}
