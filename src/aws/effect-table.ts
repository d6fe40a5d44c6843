import { MAX_RETENTION } from "../core/limits.ts";
import * as z from "zod";
import { type Payload, PayloadSchema } from "../core/record/message.ts";
import type { StoredEffect } from "../core/record/once.ts";
import type { Table } from "./table.ts";

/** Effects that are asked for at a time. */
const PAGE = 1_000;

const ItemSchema = z.object({ fence: z.string(), turn: z.number().int(), result: z.string().optional() });

/** An attempt that wants to have an effect: its claim of the task, and the place of that among the task's claims. */
export interface Claimant {
  readonly fence: string;
  readonly turn: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Side effects of tasks in the table: an item each, kept for as long as a message of its task may come and its record
 * is kept.
 */
export class EffectTable {
  readonly #table: Table;
  readonly #retention: number;

  /** @param retention seconds for which a record outlives its task. */
  constructor(table: Table, retention: number) {
    this.#table = table;
    this.#retention = retention;
  }

  /**
   * Takes the right to have an effect, unless it has happened, or a later attempt has the right.
   * @returns whether it was had.
   */
  async claim(task: string, key: string, { fence, turn, now }: Claimant): Promise<boolean> {
    const item = await this.#table.update({
      id: effectId(task, key),
      set: { kind: "effect", root_key: effectId(task, ""), seq: key, fence, turn, ttl: this.#ttl(now) },
      when: "attribute_not_exists(id) OR (attribute_not_exists(#result) AND #turn <= :turn)",
      values: { turn },
    });
    return item !== null;
  }

  /** An effect as it stands, or null. */
  async get(task: string, key: string): Promise<StoredEffect | null> {
    const item = ItemSchema.safeParse(await this.#table.get(effectId(task, key)));
    if (!item.success) return null;
    const { result, ...claim } = item.data;
    return { ...claim, result: result === undefined ? null : PayloadSchema.parse(JSON.parse(result)) };
  }

  /** Stores what an effect gave, unless another has claimed it since. @returns whether it was stored. */
  async record(task: string, key: string, fence: string, result: Payload, now: number): Promise<boolean> {
    const item = await this.#table.update({
      id: effectId(task, key),
      set: { result: JSON.stringify(result), ttl: this.#ttl(now) },
      when: "#fence = :mine",
      values: { mine: fence },
    });
    return item !== null;
  }

  /** The names of a task's effects, by the index `root`, which lags a moment. */
  async keys(task: string): Promise<string[]> {
    const keys: string[] = [];
    for (let after: string | undefined; ; after = keys.at(-1)) {
      const page = {
        index: "root",
        attribute: "root_key",
        value: effectId(task, ""),
        after,
        limit: PAGE,
        forward: true,
      };
      const entries = await this.#table.query(page);
      keys.push(...entries.map((entry) => entry.seq));
      if (entries.length < PAGE) return keys;
    }
  }

  /** Forgets an effect. */
  async remove(task: string, key: string): Promise<void> {
    await this.#table.remove(effectId(task, key));
  }

  #ttl(now: number): number {
    return Math.ceil(now / 1000) + MAX_RETENTION + this.#retention;
  }
}

const effectId = (task: string, key: string): string => `once#${task}#${key}`;
