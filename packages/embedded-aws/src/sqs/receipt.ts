import { createHash } from "node:crypto";
import type { Entry } from "./entry.ts";

/** Characters of a message's key, to the base of 36. */
export const KEY_LENGTH = 11;

/** What receipt handles of one queue begin with. */
export function receiptPrefix(arn: string): string {
  return `AQEB${createHash("sha256").update(arn).digest("base64url").slice(0, 12)}`;
}

/**
 * A handle for the latest receipt of a message. It stands for this receipt of this message in this queue, over restarts
 * too.
 */
export function receiptOf(prefix: string, { key, receipts }: Entry): string {
  return prefix + key + receipts.toString(36);
}

/** The key of the message that a handle is of; null for one that is not of this queue. */
export function keyOf(prefix: string, handle: string): string | null {
  if (!handle.startsWith(prefix) || handle.length <= prefix.length + KEY_LENGTH) return null;
  return handle.slice(prefix.length, prefix.length + KEY_LENGTH);
}

/** True if no receipt of the message came after the one that the handle stands for. */
export function isLatest(prefix: string, handle: string, entry: Entry): boolean {
  return handle === receiptOf(prefix, entry);
}

/**
 * Gives numbers that grow from call to call, and over restarts without being kept: a thousand a millisecond since 1970,
 * which doubles hold exactly until 2255.
 */
export interface Sequence {
  readonly next: () => number;
  /** Sees to it that all that come are greater. */
  readonly above: (number: number) => void;
}

/** @param now milliseconds since 1970 */
export function createSequence(now: () => number): Sequence {
  let last = 0;
  return {
    next: () => (last = Math.max(last + 1, now() * 1000)),
    above: (number) => {
      last = Math.max(last, number);
    },
  };
}

/** A message's key from its number: its order is that of the numbers. */
export function keyFrom(number: number): string {
  return number.toString(36).padStart(KEY_LENGTH, "0");
}

/** A FIFO queue's sequence number: 20 digits, as SQS has it. */
export function sequenceNumberFrom(number: number): string {
  return String(number).padStart(20, "0");
}
