/** Seconds of the first wait, and of the longest. */
const FIRST = 2;
const LONGEST = 300;

/**
 * Seconds for which a message stays hidden whose handling met an error, by the times that it was delivered. Doubling
 * spreads its ten deliveries over 13 minutes, so that a throttled or failing service takes nothing to the dead letters.
 */
export function backoff(receiveCount: number): number {
  return Math.min(LONGEST, FIRST * 2 ** (receiveCount - 1));
}
