import * as z from "zod";
import { MAX_DELAY } from "../core/limits.ts";
import { reserve } from "../core/define/rate.ts";
import type { Table } from "./table.ts";

/** Seconds for which the item of a rate is kept: starts may be reserved as far ahead as a task may wait. */
const KEPT = MAX_DELAY;

const RateItem = z.object({ next: z.number() });

/** When the tasks with a rate limit may start: an item each, which all workers share. */
export class Rates {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Reserves the next start of a task: one write where others wait, two where none does. The write that adds an
   * interval holds only while the next free start lies ahead, and the one that begins anew only where it does not, so
   * that no two get the same.
   * @param interval milliseconds between two starts. @returns when it may start, milliseconds since 1970.
   */
  async reserve(task: string, interval: number, now: number): Promise<number> {
    const ttl = Math.ceil(now / 1000) + KEPT;
    for (;;) {
      const queued = await this.#table.update({
        id: rateId(task),
        add: { next: interval },
        set: { ttl },
        when: "#next > :now",
        values: { now },
      });
      if (queued !== null) return RateItem.parse(queued).next - interval;
      const { start, next } = reserve(null, now, interval);
      const begun = await this.#table.update({
        id: rateId(task),
        set: { next, ttl },
        when: "attribute_not_exists(#next) OR #next <= :now",
        values: { now },
      });
      if (begun !== null) return start;
    }
  }
}

const rateId = (task: string): string => `rate#${task}`;
