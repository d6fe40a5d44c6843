import * as z from "zod";
import type { Queues } from "./queues.ts";
import type { Table } from "./table.ts";

/** Milliseconds between two notes of one environment, and between two looks of one at the same module. */
const NOTE_INTERVAL = 1_000;
const LOOK_INTERVAL = 5_000;
/**
 * Milliseconds for which a note says something at the least: tasks may run for minutes before the next message is
 * taken.
 */
const SHORTEST_VALIDITY = 60_000;

/** What a worker notes of a module. */
export const AgeNote = z.object({ age: z.number(), at: z.number() });

/**
 * How long the messages of modules have waited, as far as anybody knows: SQS tells the age of a queue's oldest message
 * to CloudWatch alone, minutes late and at a price. So workers note the age of the message in hand, and only while it
 * is above half the bound (and once when it has fallen): a stage that keeps up writes nothing. A submission reads a
 * note of each module every 5 s at the most, half a read unit.
 */
export class QueueAges {
  readonly #table: Pick<Table, "get" | "update">;
  readonly #queues: Pick<Queues, "depth">;
  readonly #bound: number | null;
  #noted = { at: 0, high: false };
  readonly #looks = new Map<string, { readonly at: number; readonly past: Promise<boolean> }>();

  /** @param bound seconds; null: nothing is noted, and everything is taken. */
  constructor(table: Pick<Table, "get" | "update">, queues: Pick<Queues, "depth">, bound: number | null) {
    this.#table = table;
    this.#queues = queues;
    this.#bound = bound;
  }

  /** Notes that a message of `module` came to its turn after `age` seconds. @param now milliseconds since 1970. */
  async note(module: string, age: number, now: number): Promise<void> {
    if (this.#bound === null) return;
    const high = age > this.#bound / 2;
    if ((!high && !this.#noted.high) || now - this.#noted.at < NOTE_INTERVAL) return;
    this.#noted = { at: now, high };
    const ttl = Math.ceil((now + this.#validity(this.#bound)) / 1000);
    await this.#table.update({ id: ageId(module), set: { age, at: now, ttl } });
  }

  /** Whether messages of `module` wait for longer than the bound. @param now milliseconds since 1970. */
  isPast(module: string, now: number): Promise<boolean> {
    if (this.#bound === null) return Promise.resolve(false);
    const last = this.#looks.get(module);
    if (last !== undefined && now - last.at < LOOK_INTERVAL) return last.past;
    const past = this.#look(module, now, this.#bound);
    this.#looks.set(module, { at: now, past });
    // A look that failed is not one to go by for seconds.
    past.catch(() => this.#looks.delete(module));
    return past;
  }

  /**
   * A note may be the last of a backlog that is worked off: so long as submissions are refused, nobody would write
   * another.
   */
  async #look(module: string, now: number, bound: number): Promise<boolean> {
    const note = AgeNote.safeParse(await this.#table.get(ageId(module), { consistent: false }));
    if (!note.success || note.data.age <= bound || now - note.data.at > this.#validity(bound)) return false;
    return (await this.#queues.depth(module)).waiting > 0;
  }

  #validity(bound: number): number {
    return Math.max(SHORTEST_VALIDITY, bound * 1000);
  }
}

/** The item that has a module's note. */
export function ageId(module: string): string {
  return `age#${module}`;
}
