/** What the names of the local stage's API functions have after the app's prefix, and no worker's has. */
const API_FUNCTION = /^[a-z0-9-]+-local-api-[a-z]+$/;

/**
 * Requests that one process of an API function has in flight: far more than a machine serves at a time, for those who
 * wait for a result hold one each.
 */
const REQUESTS = 100;

/**
 * How many invocations one process of a function has in flight. Functions of the API mostly wait for others, and keep
 * nothing of a request outside of its own calls; workers run one at a time, as on Lambda.
 */
export function concurrencyOf(functionName: string): number {
  return API_FUNCTION.test(functionName) ? REQUESTS : 1;
}
