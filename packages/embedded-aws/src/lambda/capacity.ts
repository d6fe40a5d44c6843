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
  /** Ends an idle environment. */
  readonly endIdle: () => void;
}

/** Milliseconds that a function's first in line must have waited before another function gives up an environment for it: a start takes as long. */
const HARDSHIP = 400;

/** How many environments a run may have, and who gets the next one. */
export interface Capacity {
  readonly join: (member: Member) => void;
  readonly leave: (member: Member) => void;
  /** Starts what may be started now. Call it whenever somebody waits, or an environment starts, ends or becomes idle. */
  readonly rebalance: () => void;
  /** True if a member of this kind should give up a free environment to one that waits with clearly fewer. */
  readonly shouldYield: (member: Member) => boolean;
}

/**
 * The capacity of a run. Environments of queue functions are counted together, `queueLimit` at the most; a function that
 * has none always gets one beyond that, so that no queue starves behind others that are busy. Processes start a few at a
 * time: a burst of requests on a cold function is served sooner by its first environment than by thirty that load at once.
 */
export function createCapacity(queueLimit: number): Capacity {
  const members = new Set<Member>();
  const startLimit = availableParallelism();
  const sum = (count: (member: Member) => number): number =>
    [...members].reduce((total, member) => total + count(member), 0);
  const queueSize = (): number => sum((member) => (member.kind() === "queue" ? member.size() : 0));

  /** Makes room under the queue limit, where it is reached, by ending somebody else's idle environment. */
  function hasRoom(member: Member): boolean {
    if (member.size() === 0) return true;
    if (sum((other) => other.starting()) >= startLimit) return false;
    if (member.kind() === "request") return true;
    const others = [...members].filter((other) => other !== member && other.kind() === "queue");
    const idle = others.reduce((total, other) => total + other.idle(), 0);
    if (queueSize() - idle >= queueLimit) return false;
    while (queueSize() >= queueLimit) others.find((other) => other.idle() > 0)?.endIdle();
    return true;
  }

  return {
    join: (member) => void members.add(member),
    leave: (member) => void members.delete(member),
    rebalance: () => {
      const candidates = new Set([...members].filter((member) => member.wants()));
      while (candidates.size > 0) {
        // The one with the fewest environments; among equals the one that waits the longest.
        const [next] = [...candidates].toSorted((a, b) => a.size() - b.size() || a.waitingSince() - b.waitingSince());
        if (!next) return;
        if (next.size() < next.limit() && hasRoom(next)) next.start();
        else candidates.delete(next);
        if (!next.wants()) candidates.delete(next);
      }
    },
    shouldYield: (member) => {
      if (member.kind() !== "queue" || queueSize() < queueLimit) return false;
      // One less here and one more there must still be an improvement, or they would take turns starting processes.
      const poorer = (other: Member): boolean => other.kind() === "queue" && other.size() + 1 < member.size();
      const suffers = (other: Member): boolean => other.wants() && performance.now() - other.waitingSince() >= HARDSHIP;
      return [...members].some(
        (other) => other !== member && suffers(other) && poorer(other) && other.size() < other.limit(),
      );
    },
  };
}
