/** How long executions may hold the event loop before requests and timers get a turn. */
const SLICE_MILLIS = 8;

/**
 * Runs jobs one after the other, first come first served, off the caller's stack: a transition posts the next one, so
 * that neither long machines nor wide maps recurse, and executions take turns. Jobs must not throw.
 */
export class RunQueue {
  readonly #afterSlice: () => void;
  #jobs: (() => void)[] = [];
  #head = 0;
  #scheduled = false;
  #held = false;
  #stopped = false;

  /** @param afterSlice is called after some jobs have run, in the same turn of the event loop */
  constructor(afterSlice: () => void = () => {}) {
    this.#afterSlice = afterSlice;
  }

  push(job: () => void): void {
    if (this.#stopped) return;
    this.#jobs.push(job);
    this.#schedule();
  }

  /** Takes jobs and runs none until `release`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    if (this.#jobs.length > 0) this.#schedule();
  }

  /** Drops what waits and takes nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#jobs = [];
    this.#head = 0;
  }

  #schedule(): void {
    if (this.#scheduled || this.#held) return;
    this.#scheduled = true;
    setImmediate(() => this.#drain());
  }

  #drain(): void {
    if (this.#stopped) return;
    const until = performance.now() + SLICE_MILLIS;
    while (this.#head < this.#jobs.length) {
      const job = this.#jobs[this.#head];
      this.#head += 1;
      job?.();
      // Looking at the clock for each job would cost as much as the job.
      if (this.#head % 32 === 0 && performance.now() > until) break;
    }
    this.#scheduled = false;
    this.#jobs = this.#head < this.#jobs.length ? this.#jobs.slice(this.#head) : [];
    this.#head = 0;
    this.#afterSlice();
    if (this.#jobs.length > 0) this.#schedule();
  }
}
