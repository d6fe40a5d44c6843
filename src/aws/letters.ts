import * as z from "zod";
import { seqOf } from "../core/insights/buckets.ts";
import { type Payload, PayloadSchema } from "../core/record/message.ts";
import type { Table } from "./table.ts";

const LetterItem = z.object({
  payload: z.string().transform((text) => PayloadSchema.parse(JSON.parse(text))),
  reason: z.string(),
});

/** What begins the key of a letter's item. */
const PREFIX = "letter#";

/** Messages that nobody here wrote, beside the dead tasks of their queue. */
export class Letters {
  readonly #table: Table;
  readonly #retention: number;

  /** @param retention seconds for which a letter is kept. */
  constructor(table: Table, retention: number) {
    this.#table = table;
    this.#retention = retention;
  }

  /** Keeps a letter. Repeating it does no harm. */
  async keep(letter: {
    readonly messageId: string;
    readonly module: string;
    readonly payload: Payload;
    readonly reason: string;
    readonly now: number;
  }): Promise<void> {
    const { messageId, module, payload, reason, now } = letter;
    await this.#table.putIfAbsent({
      id: PREFIX + messageId,
      kind: "letter",
      dead: module,
      seq: seqOf(messageId, now),
      payload: JSON.stringify(payload),
      reason,
      ttl: Math.ceil(now / 1000) + this.#retention,
    });
  }

  /** Where the text of a letter is, as a JSON string; null where the item is no letter, or is gone. */
  async payload(id: string): Promise<Payload | null> {
    return LetterItem.safeParse(id.startsWith(PREFIX) ? await this.#table.get(id) : null).data?.payload ?? null;
  }

  /** Takes a letter out. */
  async remove(id: string): Promise<void> {
    await this.#table.remove(id);
  }
}
