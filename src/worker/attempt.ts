import { MAX_INLINE_PAYLOAD, MAX_RESULT } from "../core/limits.ts";
import type { RunMessage } from "../core/record/message.ts";
import type { TaskRecord } from "../core/record/record.ts";
import type { AttemptStats, CountedOutcome, Via } from "../core/insights/summary.ts";
import type { Outcome } from "./ipc.ts";

/** An attempt that has ended, and what brought it. */
export interface RunAttempt {
  readonly record: TaskRecord;
  readonly message: RunMessage;
  /** When its message was sent, milliseconds since 1970; null where the queue does not say. */
  readonly delivery: { readonly sent: number | null };
  /** `[args, kwargs]` as the task got them. */
  readonly payload: string;
  readonly outcome: Outcome;
  /** Seconds. */
  readonly runtime: number;
  /** Whether it said how far it was. */
  readonly reported: boolean;
}

/**
 * An attempt as summaries and metrics speak of it.
 * @param process its task process: the most memory it had, and its function's, MB.
 */
export function statsOf(
  { record, message, delivery, payload, outcome, runtime, reported }: RunAttempt,
  process: { readonly memory: number | null; readonly allotted: number },
  now: number,
): AttemptStats {
  const { call } = record;
  const result = outcome.kind === "result" ? Buffer.byteLength(outcome.json) : 0;
  const resultIsStored = !call.ignore_result && result > MAX_INLINE_PAYLOAD && result <= MAX_RESULT;
  return {
    task: call.task,
    at: now,
    outcome: countedAs(outcome, result),
    runtime,
    wait: waitOf(record, message, delivery),
    payload: Buffer.byteLength(payload) + result,
    stored: ("key" in call.payload ? 1 : 0) + (resultIsStored ? 1 : 0),
    timedOut: outcome.kind === "killed",
    reported,
    via: viaOf(record, message),
    softLimit: call.soft_time_limit,
    ...process,
  };
}

function countedAs(outcome: Outcome, result: number): CountedOutcome {
  switch (outcome.kind) {
    case "result":
      return result > MAX_RESULT ? "failed" : "succeeded";
    case "retry":
      return "retried";
    case "replace":
      return "replaced";
    case "stopped":
      return "revoked";
    case "error":
    case "killed":
    case "lost":
      return "failed";
  }
}

/** Seconds between when the message was there and its task due, and when it started. */
function waitOf({ call, started }: TaskRecord, message: RunMessage, { sent }: RunAttempt["delivery"]): number | null {
  if (sent === null || started === null) return null;
  const due = message.due ?? (message.attempt === 0 ? call.eta : null) ?? 0;
  return Math.max(0, started - Math.max(sent, due)) / 1000;
}

/** Members of a wide group are started by the hundred. A message with a token was sent by a state that waits for it. */
function viaOf({ call: { place } }: TaskRecord, { token }: RunMessage): Via {
  if (place?.role === "member") return place.together === 1 ? "alone" : "member";
  return token === undefined ? "plain" : "step";
}
