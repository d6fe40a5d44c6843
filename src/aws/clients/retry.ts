import {
  getRetryAfterHint,
  isServerError,
  isThrottlingError,
  isTransientError,
  StandardRetryStrategy,
} from "@smithy/core/retry";
import type { MetadataBearer, RetryErrorInfo, RetryErrorType, RetryStrategyV2, SdkError } from "@smithy/types";
import { abortError } from "./http.ts";

/** How calls of one client are repeated: the SDK's standard mode. */
export interface Retries {
  readonly strategy: RetryStrategyV2;
  readonly maxAttempts: number;
}

/**
 * The SDK's standard mode: a pause of random length, doubled each time, out of a budget that all calls of a client
 * share.
 */
export function createRetries(maxAttempts: number, baseDelay: number): Retries {
  return { strategy: new StandardRetryStrategy({ maxAttempts, baseDelay }), maxAttempts };
}

/**
 * Makes a call until it goes well, or fails of what will not change: the SDK's own strategy decides, by the SDK's own
 * lists of what is a throttle and what passes. Notes in `$metadata` how many attempts were made and how long was
 * waited, milliseconds.
 * @param attempt is told its number, from 1. @param scope of the strategy; `:longpoll` where an empty budget makes it
 *   wait, not fail at once.
 */
export async function withRetries<Output extends MetadataBearer>(
  { strategy, maxAttempts }: Retries,
  attempt: (number: number, maxAttempts: number) => Promise<Output>,
  { scope, signal }: { scope: string; signal: AbortSignal | undefined },
): Promise<Output> {
  let token = await strategy.acquireInitialRetryToken(scope);
  let totalRetryDelay = 0;
  for (;;) {
    const attempts = token.getRetryCount() + 1;
    try {
      const output = await attempt(attempts, maxAttempts);
      strategy.recordSuccess(token);
      Object.assign(output.$metadata, { attempts, totalRetryDelay });
      return output;
    } catch (thrown) {
      if (!isSdkError(thrown)) throw thrown;
      const start = Date.now();
      const next = await abortable(strategy.refreshRetryTokenForRetry(token, infoOf(thrown)), signal).catch(
        (refused: unknown) => {
          if (signal?.aborted === true) throw refused;
          return null;
        },
      );
      if (next === null) throw Object.assign(thrown, { $metadata: { ...thrown.$metadata, attempts, totalRetryDelay } });
      totalRetryDelay += Date.now() - start;
      token = next;
    }
  }
}

function isSdkError(thrown: unknown): thrown is SdkError {
  return thrown instanceof Error;
}

function infoOf(error: SdkError): RetryErrorInfo {
  const retryAfterHint = getRetryAfterHint(error.$response);
  return { error, errorType: typeOf(error), ...(retryAfterHint === undefined ? {} : { retryAfterHint }) };
}

function typeOf(error: SdkError): RetryErrorType {
  if (isThrottlingError(error)) return "THROTTLING";
  if (isTransientError(error)) return "TRANSIENT";
  return isServerError(error) ? "SERVER_ERROR" : "CLIENT_ERROR";
}

/** The strategy waits within its own promise, which knows no signal. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError());
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
