import { availableParallelism } from "node:os";

/** `queue`: functions behind event source mappings, which share one budget. `request`: those that callers wait for. */
export type Kind = "queue" | "request";

/** A function's pool as the capacity sees it. */
export interface Member {
  readonly kind: () => Kind;
  /** Environments that live, those still starting among them. */
  readonly size: () => number;
  /** Of these, the ones still starting. */
  readonly starting: () => number;
  /** Environments at the most, by the function's own limits. */
  readonly limit: () => number;
  /** True if someone waits whom no starting environment will serve. */
  readonly wants: () => boolean;
  /** Since when the first in line waits, in milliseconds of `performance.now()`. */
  readonly waitingSince: () => number;
  readonly start: () => void;
  /** Environments that nobody has used for a while. */
  readonly idle: () => number;
  /** Ends one of these. */
  readonly endIdle: () => void;
}

/** Environments that functions behind queues may have. */
export interface QueueLimits {
  /** Of one function. */
  readonly each: number;
  /** Of all together, beyond the first of each. */
  readonly total: number;
}

/**
 * Milliseconds that a function's first in line must have waited before another function gives up an environment for it:
 * a start takes as long.
 */
const HARDSHIP = 400;

/** How many environments a run may have, and who gets the next one. */
export interface Capacity {
  readonly join: (member: Member) => void;
  readonly leave: (member: Member) => void;
  /**
   * Starts what may be started now. Call it whenever somebody waits, or an environment starts, ends or becomes idle.
   */
  readonly rebalance: () => void;
  /** True if a member should give up a free environment to one that waits with clearly fewer. */
  readonly shouldYield: (member: Member) => boolean;
}

/**
 * The capacity of a run. Environments of queue functions are counted together; a function that has none always gets
 * one, so that no queue starves behind others that are busy. Processes start one a core at a time: a burst of requests
 * on a cold function is served sooner by its first environment than by thirty that load at once.
 */
export function createCapacity({ each, total }: QueueLimits): Capacity {
  const members = new Set<Member>();
  const startLimit = availableParallelism();
  const isQueue = (member: Member): boolean => member.kind() === "queue";
  const sum = (count: (member: Member) => number): number => {
    let all = 0;
    for (const member of members) all += count(member);
    return all;
  };
  const queueSize = (): number => sum((member) => (isQueue(member) ? member.size() : 0));
  const limitOf = (member: Member): number => Math.min(member.limit(), isQueue(member) ? each : Infinity);

  /** True if a member may start one more. Where the budget is used up, idle environments of others go for it. */
  function mayStart(member: Member): boolean {
    if (member.size() >= limitOf(member)) return false;
    if (member.size() === 0) return true;
    if (sum((other) => other.starting()) >= startLimit) return false;
    return !isQueue(member) || makeRoom(member);
  }

  function makeRoom(member: Member): boolean {
    const others = [...members].filter((other) => other !== member && isQueue(other));
    const idle = others.reduce((all, other) => all + other.idle(), 0);
    if (queueSize() - idle >= total) return false;
    while (queueSize() >= total) others.find((other) => other.idle() > 0)?.endIdle();
    return true;
  }

  return {
    join: (member) => void members.add(member),
    leave: (member) => void members.delete(member),
    rebalance: () => {
      let candidates = [...members].filter((member) => member.wants());
      while (candidates.length > 0) {
        // The one with the fewest environments; among equals the one that waits the longest.
        const [next] = candidates.toSorted((a, b) => a.size() - b.size() || a.waitingSince() - b.waitingSince());
        if (next === undefined) return;
        const started = mayStart(next);
        if (started) next.start();
        candidates = candidates.filter((one) => one !== next || (started && one.wants()));
      }
    },
    shouldYield: (member) => {
      if (!isQueue(member) || member.size() < 2 || queueSize() < total) return false;
      // One less here and one more there must still be an improvement, or they would take turns starting processes.
      const suffers = (other: Member): boolean =>
        other.size() + 1 < member.size() && other.wants() && performance.now() - other.waitingSince() >= HARDSHIP;
      return [...members].some((other) => isQueue(other) && suffers(other) && other.size() < limitOf(other));
    },
  };
}
