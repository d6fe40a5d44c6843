import { MAX_LOST } from "./limits.ts";
import { type TaskRecord, replacementOf } from "./record.ts";
import { isFinal, isWaiting } from "./states.ts";

/** What a worker does whose claim was refused. */
export type Refusal =
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
): Refusal {
  if (record.fence === mine) return { action: "run" };
  if (isFinal(record.status)) return { action: "notify" };
  if (replacementOf(record) !== null) return { action: "replaced" };
  if (isWaiting(record.status)) return waitingFor(record, message, now);
  if (record.lease !== null && record.lease > now) return { action: "wait", seconds: (record.lease - now) / 1000 + 1 };
  const from = record.fence ?? "";
  const lost = record.lost + 1;
  return lost >= MAX_LOST ? { action: "giveUp", from, lost } : { action: "takeOver", from, lost };
}

/** The record waits for another attempt than the message is for. */
function waitingFor(record: TaskRecord, message: { readonly attempt: number }, now: number): Refusal {
  if (message.attempt > record.attempt) return { action: "wait", seconds: 1 };
  return { action: "resend", attempt: record.attempt, due: record.due ?? now };
}
