import type { InvokeResult } from "../types.ts";
import type { Capacity, Kind, Member } from "./capacity.ts";
import type { FunctionConfig } from "./config.ts";
import { startEnvironment } from "./environment.ts";
import type { Environment, Host } from "./environment.ts";

/**
 * Milliseconds that a warm function's next caller waits for a busy environment before another one is started: about a third
 * of the processor time that a start takes, so that short bursts are worked off by what is there.
 */
const PATIENCE = 100;

/** Milliseconds for which an environment must have been idle before another function may have its place: between two messages each is idle. */
const SETTLED = 2_000;

/** Environments of one `request` function: they mostly wait for others, so they are many. */
const REQUEST_LIMIT = 32;

/** An environment lent to one caller. */
export interface Lease {
  readonly invoke: (payload: string) => Promise<InvokeResult>;
  /** Kills its processes. What it runs fails. */
  readonly kill: (why: string) => void;
  /** Gives it back. Call it exactly once. */
  readonly release: () => void;
}

/** The environments of one function, as many as are needed and allowed. */
export interface Pool {
  /** A free environment: at once if there is one, else in the order of asking. */
  readonly acquire: () => Promise<Lease>;
  /** Leases out and callers in line. */
  readonly load: () => number;
  /** New code or configuration: what is free ends, what is busy finishes what it runs and ends then. */
  readonly replace: (config: FunctionConfig) => void;
  readonly setKind: (kind: Kind) => void;
  /** Ends all of it, what is busy included. */
  readonly end: () => Promise<void>;
}

interface Slot {
  readonly environment: Environment;
  readonly generation: number;
  idleTimer?: NodeJS.Timeout;
  /** Since when nobody uses it, in milliseconds of `performance.now()`. */
  idleSince?: number;
}

interface Waiter {
  readonly since: number;
  readonly take: (slot: Slot) => void;
}

/** @param idleTime milliseconds after which an idle environment ends */
export function createPool(initial: FunctionConfig, host: Host, capacity: Capacity, idleTime: number): Pool {
  let config = initial;
  let kind: Kind = "request";
  let generation = 0;
  let leased = 0;
  const slots = new Set<Slot>();
  const starting = new Set<Slot>();
  // The last one given back is the first one lent: the others get the chance to end.
  const idle: Slot[] = [];
  const line: Waiter[] = [];
  const ending = new Set<Promise<void>>();
  let patience: NodeJS.Timeout | undefined;

  const settled = (): Slot[] => idle.filter((slot) => performance.now() - (slot.idleSince ?? 0) >= SETTLED);
  const current = (): Slot[] => [...slots].filter((slot) => slot.generation === generation);
  const member: Member = {
    kind: () => kind,
    size: () => slots.size,
    starting: () => starting.size,
    limit: () => Math.min(kind === "request" ? REQUEST_LIMIT : Infinity, config.reservedConcurrency ?? Infinity),
    wants: () => {
      const [first] = line;
      if (!first || line.length <= starting.size) return false;
      return current().length === 0 || performance.now() - first.since >= PATIENCE;
    },
    waitingSince: () => line[0]?.since ?? Infinity,
    start,
    idle: () => settled().length,
    endIdle: () => {
      const [slot] = settled();
      if (slot) discard(slot);
    },
  };
  capacity.join(member);

  function start(): void {
    const environment = startEnvironment(config, host, () => {
      slots.delete(slot);
      starting.delete(slot);
      remove(idle, slot);
      clearTimeout(slot.idleTimer);
      capacity.rebalance();
    });
    const slot: Slot = { environment, generation };
    slots.add(slot);
    starting.add(slot);
    void settleIn(slot);
  }

  async function settleIn(slot: Slot): Promise<void> {
    const { environment } = slot;
    await environment.ready;
    starting.delete(slot);
    // One that failed to load is lent as well: the invocation it was started for fails with its error, as on Lambda.
    if (slot.generation === generation && (environment.alive() || environment.failed())) return offer(slot);
    discard(slot);
    return capacity.rebalance();
  }

  /** Lends a free slot to the first in line, or keeps it for the next. */
  function offer(slot: Slot): void {
    const next = line.shift();
    if (next) next.take(slot);
    else if (!slot.environment.alive() || slot.generation !== generation) discard(slot);
    else {
      slot.idleTimer = setTimeout(() => discard(slot), idleTime);
      slot.idleTimer.unref();
      slot.idleSince = performance.now();
      idle.push(slot);
    }
    grow();
  }

  function discard(slot: Slot): void {
    remove(idle, slot);
    clearTimeout(slot.idleTimer);
    slots.delete(slot);
    starting.delete(slot);
    const gone = slot.environment.end().finally(() => ending.delete(gone));
    ending.add(gone);
  }

  function lend(slot: Slot): Lease {
    leased += 1;
    clearTimeout(slot.idleTimer);
    return {
      invoke: (payload) => slot.environment.invoke(payload),
      kill: (why) => slot.environment.kill(why),
      release: () => {
        leased -= 1;
        if (!slot.environment.alive() || slot.generation !== generation || capacity.shouldYield(member)) discard(slot);
        else return offer(slot);
        grow();
      },
    };
  }

  /** Asks for another environment now, and again when the first in line has been patient. */
  function grow(): void {
    capacity.rebalance();
    const [first] = line;
    const left = first ? PATIENCE - (performance.now() - first.since) : 0;
    // After that only what happens to other environments can make room, and then everybody is asked again.
    if (left <= 0 || patience !== undefined) return;
    patience = setTimeout(() => {
      patience = undefined;
      grow();
    }, left);
  }

  return {
    acquire: () => {
      const slot = idle.pop();
      if (slot) return Promise.resolve(lend(slot));
      const { promise, resolve } = Promise.withResolvers<Lease>();
      line.push({ since: performance.now(), take: (free) => resolve(lend(free)) });
      grow();
      return promise;
    },
    load: () => leased + line.length,
    replace: (next) => {
      config = next;
      generation += 1;
      while (idle[0]) discard(idle[0]);
      capacity.rebalance();
    },
    setKind: (next) => {
      kind = next;
    },
    end: async () => {
      capacity.leave(member);
      clearTimeout(patience);
      for (const slot of slots) discard(slot);
      await Promise.all(ending);
    },
  };
}

function remove<T>(items: T[], item: T): void {
  const index = items.indexOf(item);
  if (index >= 0) items.splice(index, 1);
}
