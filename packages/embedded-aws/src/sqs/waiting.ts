import type { Entry } from "./entry.ts";

/** Chooses which of so many messages that wait is received next, from 0: what lets them come out of order. */
export type Choose = (waiting: number) => number;

/** The messages of a queue that are visible, and the order in which they are received. */
export interface Waiting {
  /** All that are visible. */
  readonly size: () => number;
  /** Those of them that can be received now: a FIFO queue's group has one receiver at a time. */
  readonly ready: () => number;
  readonly add: (entry: Entry) => void;
  /** Takes a message out that is not received: it is deleted or too old. */
  readonly remove: (entry: Entry) => void;
  /** Takes out the message to be received next. `end` is called after the last. */
  readonly next: (now: number) => Entry | undefined;
  /** Ends a call of ReceiveMessage. */
  readonly end: () => void;
  /** A message that was taken out is in flight now. */
  readonly received: (entry: Entry, now: number) => void;
  /** A message that was received at `since` is in flight no more. It is deleted, or added next. */
  readonly left: (entry: Entry, since: number, now: number) => void;
}
