import * as z from "zod";
import type { Item, Table } from "./table.ts";

const ScheduleItem = z.object({
  paused: z.number().nullable().default(null),
  slot: z.string().nullable().default(null),
  last: z.string().nullable().default(null),
});

/** What is kept of a schedule besides its definition. */
export interface ScheduleState {
  /** When it was paused, milliseconds since 1970; null while it runs. */
  readonly paused: number | null;
  /** The slot of its last run, RFC 3339, and the task that ran. */
  readonly slot: string | null;
  readonly last: string | null;
}

const NEVER_RUN: ScheduleState = { paused: null, slot: null, last: null };

/**
 * Schedules in the table: whether they are paused, and what ran last. A deployment makes Scheduler's own schedules as
 * their definitions say, so what a person paused is kept here, where no deployment writes.
 */
export class ScheduleTable {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Notes that a schedule's slot has come. @returns false where it is paused; then nothing was noted. */
  async fired(name: string, slot: string, task: string): Promise<boolean> {
    const when = "attribute_not_exists(#paused)";
    return (await this.#table.update({ id: scheduleId(name), set: { slot, last: task }, when })) !== null;
  }

  /** Pauses a schedule: what Scheduler sends of it is dropped. Pausing it again changes nothing. */
  async pause(name: string, now: number): Promise<void> {
    const when = "attribute_not_exists(#paused)";
    await this.#table.update({ id: scheduleId(name), set: { paused: now }, when });
  }

  /** Has a schedule run again from its next slot on. */
  async resume(name: string): Promise<void> {
    await this.#table.update({ id: scheduleId(name), remove: ["paused"] });
  }

  /** The states of schedules, in their order. */
  async states(names: readonly string[]): Promise<ScheduleState[]> {
    const items = await this.#table.getMany(names.map(scheduleId), { consistent: true });
    return names.map((name) => stateOf(items.get(scheduleId(name))));
  }
}

function stateOf(item: Item | undefined): ScheduleState {
  return item === undefined ? NEVER_RUN : ScheduleItem.parse(item);
}

function scheduleId(name: string): string {
  return `schedule#${name}`;
}
