import type { Lease } from "./pool.ts";

/** Pollers that a mapping begins with, the least that it keeps, and what it adds a second (300 a minute). */
const FIRST = 5;
const LEAST = 2;
const PER_SECOND = 5;

/** Milliseconds between the tries of a batch that is throttled: the first and the longest. */
const PATIENCE = 100;
const LONGEST = 2_000;

/**
 * How a mapping's batches get into an account that is full. Lambda receives first, and tries again with what it has
 * received until the queue's visibility timeout is over; the message then comes back, one delivery older (Lambda
 * developer guide, "Backoff strategy for failed invocations"). Throttles halve the batches at once, and time adds some.
 */
export interface Pollers {
  /** Batches that the mapping may have in flight now. */
  readonly most: () => number;
  /**
   * An environment for what was received; null where the account had no room until the messages came back.
   * @param deadline when they do, milliseconds since 1970.
   */
  readonly acquire: (deadline: number) => Promise<Lease | null>;
  readonly stop: () => void;
}

/**
 * @param enter takes a place of the account's concurrency, or null
 * @param acquire an environment, once there is a place
 */
export function createPollers(enter: () => (() => void) | null, acquire: () => Promise<Lease>): Pollers {
  let most = FIRST;
  let changed = performance.now();
  let stopped = false;

  const grow = (): number => {
    const seconds = (performance.now() - changed) / 1_000;
    return Math.floor(most + seconds * PER_SECOND);
  };

  function shrink(): void {
    most = Math.max(LEAST, Math.floor(grow() / 2));
    changed = performance.now();
  }

  return {
    most: grow,
    acquire: async (deadline) => {
      for (let wait = PATIENCE; ; wait = Math.min(LONGEST, 2 * wait)) {
        if (stopped) return null;
        const leave = enter();
        if (leave !== null) return leasing(await acquire(), leave);
        if (wait === PATIENCE) shrink();
        if (Date.now() + wait >= deadline) return null;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    },
    stop: () => {
      stopped = true;
    },
  };
}

function leasing(lease: Lease, leave: () => void): Lease {
  const release = (): void => {
    lease.release();
    leave();
  };
  return { ...lease, release };
}
