/** What the names of the local stage's API functions begin with. */
const API_PREFIX = "celeriac-local-api-";

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
  return functionName.startsWith(API_PREFIX) ? REQUESTS : 1;
}
