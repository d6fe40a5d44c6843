import * as z from "zod";
import { DAY } from "../core/limits.ts";
import { inParallel } from "../core/parallel.ts";
import { AgeNote, ageId } from "./queue-ages.ts";
import type { Queues } from "./queues.ts";
import type { Table } from "./table.ts";

const MINUTE = 60_000;
/** Seconds for which a sample is kept: a day may be asked for. */
const KEPT = DAY + 3_600;

/** How full a queue was. */
const Depth = z.object({
  name: z.string(),
  waiting: z.number(),
  in_flight: z.number(),
  delayed: z.number(),
  /** Seconds; null where no worker had noted it lately. */
  age: z.number().nullable(),
});
const SampleItem = z.object({ id: z.string(), queues: z.string() });

/** The queues at one minute. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly queues: readonly z.output<typeof Depth>[];
}

/**
 * How full the queues were, an item for each minute, which the stage writes itself: so a page that is opened after a
 * bad night knows of it. CloudWatch knows the same, minutes late and at a price for each look.
 */
export class QueueSamples {
  readonly #table: Table;
  readonly #queues: Pick<Queues, "depth">;

  constructor(table: Table, queues: Pick<Queues, "depth">) {
    this.#table = table;
    this.#queues = queues;
  }

  /** Records the queues of `modules`, once a minute however often it is called. */
  async take(modules: readonly string[], now: number): Promise<void> {
    const notes = await this.#table.getMany(modules.map(ageId));
    const queues = await inParallel(modules, async (name) => {
      const note = AgeNote.safeParse(notes.get(ageId(name)));
      const age = note.success && now - note.data.at < 2 * MINUTE ? note.data.age : null;
      return { name, ...(await this.#queues.depth(name)), age };
    });
    await this.#table.putIfAbsent({
      id: sampleId(now),
      kind: "sample",
      queues: JSON.stringify(queues),
      ttl: Math.ceil(now / 1000) + KEPT,
    });
  }

  /** The samples of some minutes, oldest first. @param every minutes between two that are read */
  async since(from: number, to: number, every: number): Promise<Sample[]> {
    const step = every * MINUTE;
    const times = Array.from(
      { length: Math.max(0, Math.floor((to - from) / step) + 1) },
      (_, index) => to - index * step,
    ).toReversed();
    const items = await this.#table.getMany(times.map(sampleId));
    return times.flatMap((time) => {
      const item = SampleItem.safeParse(items.get(sampleId(time)));
      if (!item.success) return [];
      const queues = z.array(Depth).parse(JSON.parse(item.data.queues));
      return [{ time: Math.floor(time / MINUTE) * MINUTE, queues }];
    });
  }
}

function sampleId(time: number): string {
  return `sample#${new Date(time).toISOString().slice(0, 16)}`;
}
