import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Cancel, Clock } from "embedded-aws";

/**
 * The machine's time, moved ahead when a test says so: of Scheduler, which is given this clock, and of every function,
 * which is given `preload`. Queues keep the real time.
 */
export class JumpClock implements Clock {
  /** A module that gives a process this clock's time. */
  readonly preload: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "celeriac-clock-"));
  readonly #waiting = new Set<{ readonly at: number; readonly run: () => void; timer: NodeJS.Timeout }>();
  #ahead = 0;

  constructor() {
    const file = join(this.#folder, "ahead");
    const module = join(this.#folder, "clock.mjs");
    writeFileSync(file, "0");
    writeFileSync(
      module,
      `import { readFileSync } from "node:fs";
      const now = Date.now;
      Date.now = () => now() + Number(readFileSync(${JSON.stringify(file)}, "utf8"));`,
    );
    this.preload = pathToFileURL(module).href;
  }

  readonly now = (): number => Date.now() + this.#ahead;
  readonly random = (): number => 0;

  readonly after = (milliseconds: number, callback: () => void): Cancel => {
    const at = this.now() + milliseconds;
    const run = (): void => {
      clearTimeout(waiting.timer);
      if (this.#waiting.delete(waiting)) callback();
    };
    const waiting = { at, run, timer: setTimeout(run, milliseconds).unref() };
    this.#waiting.add(waiting);
    return () => {
      clearTimeout(waiting.timer);
      this.#waiting.delete(waiting);
    };
  };

  /** Moves the time ahead. What has come due meanwhile runs. */
  jump(seconds: number): void {
    this.#ahead += seconds * 1000;
    writeFileSync(join(this.#folder, "ahead.new"), String(this.#ahead));
    renameSync(join(this.#folder, "ahead.new"), join(this.#folder, "ahead"));
    for (const { at, run } of this.#waiting.values()) if (at <= this.now()) run();
  }

  /** Takes its files away. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
