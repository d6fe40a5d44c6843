import type { InvokeResult } from "../types.ts";
import type { Capacity, Kind, Member } from "./capacity.ts";
import type { FunctionConfig } from "./config.ts";
import { Environment } from "./environment.ts";
import type { Host } from "./process.ts";
import { createOpenSlots } from "./slots.ts";
import type { OpenSlots, Slot } from "./slots.ts";

/**
 * Milliseconds that a warm function's next caller waits for a busy environment before another one is started: about a
 * third of the processor time that a start takes, so that short bursts are worked off by what is there.
 */
const PATIENCE = 100;

/** Environments of one `request` function: they mostly wait for others, so they are many. */
const REQUEST_LIMIT = 32;

/** An environment lent for one invocation. */
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

/** What a pool goes by. */
export interface PoolOptions {
  readonly host: Host;
  readonly capacity: Capacity;
  /** Milliseconds after which an idle environment ends. */
  readonly idleTime: (kind: Kind) => number;
  /** Invocations that one environment may have in flight, from 1. */
  readonly concurrency: number;
}

interface Waiter {
  /** In milliseconds of `performance.now()`. */
  readonly since: number;
  readonly take: (lease: Lease) => void;
}

/** A pool that starts its first environment when the first caller asks. */
export function createPool(config: FunctionConfig, options: PoolOptions): Pool {
  return new FunctionPool(config, options);
}

class FunctionPool implements Pool, Member {
  readonly #options: PoolOptions;
  readonly #open: OpenSlots;
  readonly #slots = new Set<Slot>();
  readonly #starting = new Set<Slot>();
  readonly #line: Waiter[] = [];
  readonly #ending = new Set<Promise<void>>();
  #config: FunctionConfig;
  #kind: Kind = "request";
  #generation = 0;
  #leased = 0;
  #patience: NodeJS.Timeout | undefined;

  constructor(config: FunctionConfig, options: PoolOptions) {
    this.#config = config;
    this.#options = options;
    this.#open = createOpenSlots(
      () => options.idleTime(this.#kind),
      (slot) => this.#discard(slot),
    );
    options.capacity.join(this);
  }

  readonly acquire = (): Promise<Lease> => {
    for (let slot = this.#open.last(); slot !== undefined; slot = this.#open.last()) {
      if (this.#isUsable(slot)) return Promise.resolve(this.#lend(slot));
      // It has crashed just now, and its exit is on its way.
      this.#open.remove(slot);
    }
    const { promise, resolve } = Promise.withResolvers<Lease>();
    this.#line.push({ since: performance.now(), take: resolve });
    this.#grow();
    return promise;
  };

  readonly load = (): number => this.#leased + this.#line.length;

  readonly replace = (config: FunctionConfig): void => {
    this.#config = config;
    this.#generation += 1;
    for (const slot of this.#slots) {
      this.#open.remove(slot);
      if (slot.running === 0 && !this.#starting.has(slot)) this.#discard(slot);
    }
    this.#options.capacity.rebalance();
  };

  readonly setKind = (kind: Kind): void => {
    this.#kind = kind;
  };

  readonly end = async (): Promise<void> => {
    this.#options.capacity.leave(this);
    clearTimeout(this.#patience);
    this.#open.stop();
    for (const slot of this.#slots) this.#discard(slot);
    await Promise.all(this.#ending);
  };

  readonly kind = (): Kind => this.#kind;
  readonly size = (): number => this.#slots.size;
  readonly starting = (): number => this.#starting.size;
  readonly idle = (): number => this.#open.settled().length;
  readonly waitingSince = (): number => this.#line[0]?.since ?? Infinity;
  readonly limit = (): number =>
    Math.min(this.#kind === "request" ? REQUEST_LIMIT : Infinity, this.#config.reservedConcurrency ?? Infinity);

  readonly wants = (): boolean => {
    const [first] = this.#line;
    if (first === undefined || this.#line.length <= this.#starting.size * this.#options.concurrency) return false;
    const isCold = ![...this.#slots].some(({ generation }) => generation === this.#generation);
    return isCold || performance.now() - first.since >= PATIENCE;
  };

  readonly start = (): void => {
    const { host, capacity, concurrency } = this.#options;
    const environment = new Environment(this.#config, host, concurrency, () => {
      this.#forget(slot);
      capacity.rebalance();
    });
    const slot: Slot = { environment, generation: this.#generation, running: 0, idleSince: performance.now() };
    this.#slots.add(slot);
    this.#starting.add(slot);
    void this.#settleIn(slot);
  };

  readonly endIdle = (): void => {
    const [slot] = this.#open.settled();
    if (slot) this.#discard(slot);
  };

  async #settleIn(slot: Slot): Promise<void> {
    const { environment } = slot;
    await environment.ready;
    this.#starting.delete(slot);
    // One that failed to load is lent as well: the invocations it was started for fail with its error, as on Lambda.
    if (slot.generation === this.#generation && (environment.alive || environment.failed)) return this.#offer(slot);
    this.#discard(slot);
    return this.#options.capacity.rebalance();
  }

  /** Lends a slot to those in line, as many as it takes, and keeps what is left of it for the next. */
  #offer(slot: Slot): void {
    while (this.#line.length > 0 && slot.running < this.#options.concurrency)
      this.#line.shift()?.take(this.#lend(slot));
    if (!this.#isUsable(slot)) {
      if (slot.running === 0) this.#discard(slot);
    } else if (slot.running < this.#options.concurrency) {
      if (slot.running === 0) slot.idleSince = performance.now();
      this.#open.add(slot);
    }
    this.#grow();
  }

  #isUsable({ environment, generation }: Slot): boolean {
    return environment.alive && generation === this.#generation;
  }

  #lend(slot: Slot): Lease {
    this.#leased += 1;
    slot.running += 1;
    if (slot.running >= this.#options.concurrency) this.#open.remove(slot);
    return {
      invoke: (payload) => slot.environment.invoke(payload),
      kill: (why) => slot.environment.kill(why),
      release: () => this.#release(slot),
    };
  }

  #release(slot: Slot): void {
    this.#leased -= 1;
    slot.running -= 1;
    if (this.#isUsable(slot) && !this.#options.capacity.shouldYield(this)) return this.#offer(slot);
    this.#open.remove(slot);
    // What it still runs for others ends first.
    if (slot.running === 0) this.#discard(slot);
    this.#grow();
  }

  #discard(slot: Slot): void {
    this.#forget(slot);
    const gone = slot.environment.end().finally(() => this.#ending.delete(gone));
    this.#ending.add(gone);
  }

  #forget(slot: Slot): void {
    this.#open.remove(slot);
    this.#slots.delete(slot);
    this.#starting.delete(slot);
  }

  /** Asks for another environment now, and again when the first in line has been patient. */
  #grow(): void {
    const [first] = this.#line;
    if (first === undefined && this.#kind === "request") return;
    this.#options.capacity.rebalance();
    const left = first === undefined ? 0 : PATIENCE - (performance.now() - first.since);
    // After that only what happens to other environments can make room, and then everybody is asked again.
    if (left <= 0 || this.#patience !== undefined) return;
    this.#patience = setTimeout(() => {
      this.#patience = undefined;
      this.#grow();
    }, left);
  }
}
