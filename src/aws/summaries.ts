import { DAY } from "../core/limits.ts";
import * as z from "zod";
import type { Counters } from "../core/insights/histogram.ts";
import { hourStart, summaryId } from "../core/insights/summary.ts";
import type { Table } from "./table.ts";

/** Seconds for which an hour is kept: as long as one may ask for, and a day. */
const KEPT = 8 * DAY;

/**
 * Counters that one update adds: an expression has 4 KB and 300 operators at the most (DynamoDB, "Constraints"), and
 * each takes some 13 characters.
 */
const PER_UPDATE = 200;

/** Before each counter's name: "failed" and others are keys of indexes, whose values are text. */
const PREFIX = "_";

const Numbers = z.record(z.string(), z.unknown()).transform((item): Counters => {
  const counters = Object.entries(item).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(
    counters.filter(([name]) => name.startsWith(PREFIX)).map(([name, count]) => [name.slice(PREFIX.length), count]),
  );
});

/** What became of each task in each hour: an item each, to which workers add. */
export class Summaries {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Adds counters to a task's hour, atomically. An addition whose reply is lost may be made twice by the SDK: these are
   * statistics.
   */
  async add(task: string, hour: string, counters: Counters): Promise<void> {
    const entries = Object.entries(counters).filter(([, count]) => count !== 0);
    for (let first = 0; first < entries.length; first += PER_UPDATE) {
      await this.#table.update({
        id: summaryId(task, hour),
        set: { kind: "stats", ttl: hourStart(hour) / 1000 + KEPT },
        add: Object.fromEntries(
          entries.slice(first, first + PER_UPDATE).map(([name, count]) => [PREFIX + name, count]),
        ),
      });
    }
  }

  /** The counters of items that are there, by their ids. */
  async get(ids: readonly string[]): Promise<Map<string, Counters>> {
    const items = await this.#table.getMany(ids);
    return new Map([...items].map(([id, item]) => [id, Numbers.parse(item)]));
  }
}
