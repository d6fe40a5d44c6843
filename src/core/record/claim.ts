import { MAX_LOST, MAX_SQS_DELAY } from "../limits.ts";
import { type TaskRecord, replacementOf } from "./record.ts";
import { isFinal, isWaiting } from "./states.ts";

/** Seconds between the end of a lease and the message's return: then it finds the lease over. */
const AFTER_LEASE = 5;
/** Seconds by which a queue hides messages beyond its module's longest limit: 20 of the function, 30 of the queue. */
const QUEUE_MARGIN = 50;

/**
 * Seconds after which the message of a task that was claimed is to come back if its environment is lost, where its
 * queue would hide it for much longer: a queue's visibility is made for the longest task of its module. Null where that is
 * soon enough, since to say so costs a request.
 * @param lease seconds of the claim. @param longest the longest hard limit of the module, seconds.
 */
export function shownSooner(lease: number, longest: number): number | null {
  const sooner = lease + AFTER_LEASE;
  return longest + QUEUE_MARGIN >= 4 * sooner ? sooner : null;
}

/** What a worker does whose claim was refused. */
export type ClaimDecision =
  /** The claim had succeeded; only its answer was lost. */
  | { readonly action: "run" }
  /** The task has ended: repeat what may not have arrived. */
  | { readonly action: "notify" }
  /** The task has replaced itself: see to it that what runs in its place was started. */
  | { readonly action: "replaced" }
  /** A later attempt is due, and its message may never have been sent: send it. */
  | { readonly action: "resend"; readonly attempt: number; readonly due: number }
  /** Another attempt runs: come back when its lease is over. */
  | { readonly action: "wait"; readonly seconds: number }
  /** The environment that ran it was lost: run it again. */
  | { readonly action: "takeOver"; readonly from: string; readonly lost: number }
  /** It has been lost too often. */
  | { readonly action: "giveUp"; readonly from: string; readonly lost: number };

/**
 * Decides over a claim that was refused.
 * @param mine the fence that the claim was to set. @param now milliseconds since 1970.
 */
export function onRefusedClaim(
  record: TaskRecord,
  message: { readonly attempt: number },
  mine: string,
  now: number,
): ClaimDecision {
  if (record.fence === mine) return { action: "run" };
  if (isFinal(record.status)) return { action: "notify" };
  if (replacementOf(record) !== null) return { action: "replaced" };
  if (isWaiting(record.status)) return waitingFor(record, message, now);
  if (record.lease !== null && record.lease > now) return { action: "wait", seconds: (record.lease - now) / 1000 + 1 };
  const from = record.fence ?? "";
  const lost = record.lost + 1;
  return lost >= MAX_LOST ? { action: "giveUp", from, lost } : { action: "takeOver", from, lost };
}

/**
 * Milliseconds after an attempt was due within which its own message is expected: a message of an earlier one that
 * comes sooner waits.
 */
const GRACE = 5_000;

/**
 * The record waits, and not for the attempt of the message, or not any more for something else. A message of an earlier
 * attempt is a duplicate, or the worker ended before it sent the next. That is known only when the next is overdue: a
 * duplicate that sent it at once would make one more of every attempt to come.
 */
function waitingFor(record: TaskRecord, message: { readonly attempt: number }, now: number): ClaimDecision {
  if (message.attempt >= record.attempt) return { action: "wait", seconds: 1 };
  const { attempt } = record;
  const due = record.due ?? now - GRACE;
  const seconds = (due + GRACE - now) / 1000;
  // What is due later than SQS can delay lies in a schedule, of which there is one for an attempt however often it is
  // made.
  return seconds <= 0 || seconds > MAX_SQS_DELAY ? { action: "resend", attempt, due } : { action: "wait", seconds };
}

/** What becomes of a message that SQS gave up on. */
export type DeadLetterDecision =
  /** The task has ended: repeat what may not have arrived. */
  | { readonly action: "notify" }
  /** The task has replaced itself: see to it that what runs in its place was started. */
  | { readonly action: "replaced" }
  /**
   * The task is well: the message is a duplicate of one that does its work. It is sent again, for should that fail
   * nobody else looks.
   */
  | { readonly action: "resend"; readonly attempt: number; readonly due: number }
  /** Nothing else will end the task. */
  | { readonly action: "bury" };

/** Decides over a dead letter. @param record null where the task has none. @param now milliseconds since 1970. */
export function onDeadLetter(
  record: TaskRecord | null,
  message: { readonly attempt: number },
  now: number,
): DeadLetterDecision {
  if (record === null) return { action: "bury" };
  if (isFinal(record.status)) return { action: "notify" };
  if (replacementOf(record) !== null) return { action: "replaced" };
  if (isWaiting(record.status)) {
    if (message.attempt >= record.attempt) return { action: "bury" };
    return { action: "resend", attempt: record.attempt, due: record.due ?? now };
  }
  if (record.lease === null || record.lease <= now) return { action: "bury" };
  return { action: "resend", attempt: message.attempt, due: record.lease + 1_000 };
}
