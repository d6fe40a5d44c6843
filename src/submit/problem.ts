import { CeleriacError, PayloadGone } from "../core/errors.ts";
import { Problem } from "../core/http/problem.ts";
import { IdempotencyBusy, IdempotencyConflict } from "./idempotency.ts";
import { TaskIdTaken } from "./task.ts";

/** What a request is refused with that failed with this: what is not the client's fault is told without its inside. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof IdempotencyBusy) {
    return new Problem(409, error.code, error.message, { headers: { "retry-after": String(error.retryAfter) } });
  }
  if (error instanceof IdempotencyConflict || error instanceof TaskIdTaken)
    return new Problem(409, error.code, error.message);
  if (isThrottle(error))
    return new Problem(429, "throttled", "The service is busy. Repeat the request in a moment.", {
      headers: { "retry-after": "1" },
    });
  if (error instanceof PayloadGone)
    return new Problem(
      404,
      error.code,
      "The arguments or the result of this task are no longer there: their time is over.",
    );
  if (error instanceof CeleriacError) return new Problem(500, error.code, "The request could not be carried out.");
  return new Problem(500, "internal", "Something went wrong here. The correlation id finds it in the logs.");
}

const THROTTLES = new Set([
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "RequestThrottled",
  "TooManyRequestsException",
  "SlowDown",
]);

function isThrottle(error: unknown): boolean {
  return error instanceof Error && THROTTLES.has(error.name);
}
