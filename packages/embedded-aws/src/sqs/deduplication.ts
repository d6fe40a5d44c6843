import * as z from "zod";
import type { Collection } from "../storage/storage.ts";

/** Milliseconds for which a FIFO queue remembers a deduplication id. */
const INTERVAL = 300_000;

const Original = z.object({ messageId: z.string(), sequenceNumber: z.string(), until: z.number() });

/** The message that was taken under a deduplication id, and until when no other is. */
export type Original = z.infer<typeof Original>;

/** Dropped ones at the front of the list before it is made anew. */
const SLACK = 1000;

/** What a FIFO queue took of late, so that a message that is sent again is not taken twice. */
export class Deduplication {
  private readonly queueName: string;
  private readonly collection: Collection;
  private readonly originals = new Map<string, Original>();
  /** Ids in the order in which they expire, from `first` on. */
  private ids: string[] = [];
  private firstId = 0;

  constructor(queueName: string, collection: Collection) {
    this.queueName = queueName;
    this.collection = collection;
  }

  /** The message that was sent with this id in the last five minutes. */
  find(id: string, now: number): Original | undefined {
    this.expire(now);
    return this.originals.get(id);
  }

  add(id: string, messageId: string, sequenceNumber: string, now: number): void {
    const original = { messageId, sequenceNumber, until: now + INTERVAL };
    this.remember(id, original);
    this.collection.put(`${this.queueName}/${id}`, JSON.stringify(original));
  }

  /** Takes back what an earlier run remembered, as it was kept. */
  restore(kept: readonly (readonly [id: string, text: string])[]): void {
    const originals = kept.map(([id, text]) => ({ id, original: Original.parse(JSON.parse(text)) }));
    for (const { id, original } of originals.toSorted((a, b) => a.original.until - b.original.until)) {
      this.remember(id, original);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.expire(Number.POSITIVE_INFINITY);
  }

  private remember(id: string, original: Original): void {
    this.originals.set(id, original);
    this.ids.push(id);
  }

  private expire(now: number): void {
    for (;;) {
      const id = this.ids[this.firstId];
      const original = id === undefined ? undefined : this.originals.get(id);
      if (id === undefined || original === undefined || original.until > now) break;
      this.originals.delete(id);
      this.collection.remove(`${this.queueName}/${id}`);
      this.firstId += 1;
    }
    if (this.firstId < SLACK || this.firstId * 2 < this.ids.length) return;
    this.ids = this.ids.slice(this.firstId);
    this.firstId = 0;
  }
}
