import { MaxRetriesExceeded, Retry } from "../errors.ts";
import { isA } from "../is-a.ts";
import { MAX_DELAY } from "../limits.ts";
import type { ErrorClass } from "./task.ts";

/** What of a task's options says whether and when it is tried again. */
export interface RetryPolicy {
  readonly retryDelay: number;
  readonly autoretryFor: readonly ErrorClass[];
  readonly dontAutoretryFor: readonly ErrorClass[];
  readonly retryBackoff: boolean | number;
  readonly retryBackoffMax: number;
  readonly retryJitter: boolean;
}

/** What an attempt that threw comes to: another after `countdown` seconds, or failure with `error`. */
export type RetryDecision =
  | { readonly retry: true; readonly countdown: number; readonly cause: unknown }
  | { readonly retry: false; readonly error: unknown };

/**
 * Decides over an attempt that threw, by Celery's rules: `self.retry` and `autoretryFor` ask for a retry; where none is
 * left the task fails with the cause, or with MaxRetriesExceeded where there is none.
 * @param retries retries so far. @param maxRetries those allowed, null for no bound. @param random from 0 to 1.
 */
export function judge(
  thrown: unknown,
  task: { readonly name: string; readonly retries: number; readonly maxRetries: number | null },
  policy: RetryPolicy,
  random: () => number,
): RetryDecision {
  if (isA(thrown, Retry)) {
    const fault = retryFault(thrown);
    if (fault !== null) return { retry: false, error: new TypeError(fault) };
    const max = thrown.maxRetries === undefined ? task.maxRetries : thrown.maxRetries;
    if (max !== null && task.retries >= max) {
      return { retry: false, error: thrown.cause ?? new MaxRetriesExceeded(task.name, task.retries) };
    }
    return { retry: true, countdown: thrown.countdown ?? policy.retryDelay, cause: thrown.cause ?? null };
  }
  const covered = isOneOf(thrown, policy.autoretryFor) && !isOneOf(thrown, policy.dontAutoretryFor);
  if (!covered || (task.maxRetries !== null && task.retries >= task.maxRetries)) return { retry: false, error: thrown };
  return { retry: true, countdown: automaticCountdown(task.retries, policy, random), cause: thrown };
}

function isOneOf(thrown: unknown, classes: readonly ErrorClass[]): boolean {
  return classes.some((errorClass) => isA(thrown, errorClass));
}

/**
 * Why no retry can be made of this; null where it can. What is no number of seconds, or lies beyond a year, would be
 * lost on the way, and the task with it.
 */
export function retryFault(asked: { readonly countdown?: unknown; readonly maxRetries?: unknown }): string | null {
  const { countdown, maxRetries } = asked;
  const isDelay = typeof countdown === "number" && countdown >= 0 && countdown <= MAX_DELAY;
  if (countdown !== undefined && countdown !== null && !isDelay)
    return `retry({ countdown: ${shown(countdown)} }): expected seconds, a number from 0 to ${MAX_DELAY}.`;
  const isCount = typeof maxRetries === "number" && Number.isInteger(maxRetries) && maxRetries >= 0;
  if (maxRetries !== undefined && maxRetries !== null && !isCount)
    return `retry({ maxRetries: ${shown(maxRetries)} }): expected a whole number from 0, or null for no bound.`;
  return null;
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : `of type ${typeof value}`;
}

/**
 * Seconds before automatic retry number `retries`: the delay, or exponential backoff; with jitter anything from 0 to
 * it.
 */
function automaticCountdown(retries: number, policy: RetryPolicy, random: () => number): number {
  if (policy.retryBackoff === false) return policy.retryDelay;
  const factor = policy.retryBackoff === true ? 1 : policy.retryBackoff;
  const full = Math.min(policy.retryBackoffMax, factor * 2 ** retries);
  return policy.retryJitter ? Math.floor(random() * (full + 1)) : full;
}
