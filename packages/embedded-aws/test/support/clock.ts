import type { Cancel, Clock } from "../../src/clock.ts";

/** Lets everything that is ready to run do so; time stands still meanwhile. */
export async function settle(rounds = 12): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Time that passes when a test says so. */
export class FakeClock implements Clock {
  #now = Date.parse("2026-11-22T11:00:00.000Z");
  readonly #timers = new Set<{ at: number; readonly callback: () => void }>();
  #chance = 0.5;

  readonly now = (): number => this.#now;
  readonly random = (): number => this.#chance;

  readonly after = (milliseconds: number, callback: () => void): Cancel => {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  };

  get pending(): number {
    return this.#timers.size;
  }

  set chance(value: number) {
    this.#chance = value;
  }

  /** Moves the time on without a timer noticing, as it is for a machine that sleeps. */
  jump(seconds: number): void {
    this.#now += seconds * 1000;
    for (const timer of this.#timers) timer.at += seconds * 1000;
  }

  /** Lets time pass, timer by timer, and what they start run. */
  async advance(seconds: number): Promise<void> {
    await settle();
    const until = this.#now + seconds * 1000;
    for (let next = this.#earliest(); next !== undefined && next.at <= until; next = this.#earliest()) {
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
      await settle();
    }
    this.#now = until;
  }

  #earliest(): { readonly at: number; readonly callback: () => void } | undefined {
    let earliest: { readonly at: number; readonly callback: () => void } | undefined;
    for (const timer of this.#timers) if (earliest === undefined || timer.at < earliest.at) earliest = timer;
    return earliest;
  }
}
