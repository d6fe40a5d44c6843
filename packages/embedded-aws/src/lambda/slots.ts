import type { Environment } from "./environment.ts";

/**
 * Milliseconds for which an environment must have been idle before another function may have its place: between two
 * messages each is idle.
 */
const SETTLED = 2_000;

/** An environment in its pool. */
export interface Slot {
  readonly environment: Environment;
  /** Which deployment's code it has. */
  readonly generation: number;
  /** Invocations that it is lent for. */
  running: number;
  /** Since when nobody uses it, in milliseconds of `performance.now()`. */
  idleSince: number;
}

/** Slots that can take an invocation more, and the clock that ends those that nobody uses. */
export interface OpenSlots {
  /** The one that was last given back: the others get the chance to end. It stays here. */
  readonly last: () => Slot | undefined;
  readonly add: (slot: Slot) => void;
  readonly remove: (slot: Slot) => void;
  /** Those that nobody has used for a while. */
  readonly settled: () => readonly Slot[];
  /** Those that nobody uses. */
  readonly idle: () => readonly Slot[];
  /** Ends the clock. */
  readonly stop: () => void;
}

/**
 * @param idleTime milliseconds after which `expire` is called with a slot that nobody uses
 */
export function createOpenSlots(idleTime: () => number, expire: (slot: Slot) => void): OpenSlots {
  const open: Slot[] = [];
  let timer: NodeJS.Timeout | undefined;
  const idle = (): Slot[] => open.filter(({ running }) => running === 0);

  // One clock that looks when the longest idle one is due: setting a timer with every invocation costs more than the
  // rest of this file.
  function look(): void {
    timer = undefined;
    const now = performance.now();
    for (const slot of idle()) if (now - slot.idleSince >= idleTime()) expire(slot);
    const since = Math.min(...idle().map(({ idleSince }) => idleSince));
    if (since !== Infinity) arm(since + idleTime() - now);
  }

  function arm(delay: number): void {
    timer ??= setTimeout(look, Math.max(1, Math.ceil(delay))).unref();
  }

  return {
    last: () => open.at(-1),
    add: (slot) => {
      if (!open.includes(slot)) open.push(slot);
      if (slot.running === 0) arm(idleTime());
    },
    remove: (slot) => {
      const index = open.indexOf(slot);
      if (index >= 0) open.splice(index, 1);
    },
    settled: () => idle().filter(({ idleSince }) => performance.now() - idleSince >= SETTLED),
    idle,
    stop: () => clearTimeout(timer),
  };
}
