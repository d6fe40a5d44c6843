import type { Services } from "../aws/services.ts";
import type { Caller } from "../core/record/caller.ts";
import { type Found, find, hasEnded } from "./ask.ts";

/** Milliseconds between two looks, at the least and at the most. */
const SHORTEST_PAUSE = 5;
const LONGEST_PAUSE = 2_000;

/** What the item of a task or group has once it has ended. */
const END_ATTRIBUTES = ["done", "end"];

/**
 * Milliseconds until the next look: a third of what was waited so far, so that an answer is late by a third at the
 * most, whatever the task takes. A wait of 20 s reads some 30 times, 15 read units: $0.000004.
 */
function pauseAfter(waited: number): number {
  return Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, waited / 3));
}

/**
 * The task or group `id` once it has ended, or as it is when the wait is over.
 * @param wait seconds. @param signal ends the wait with its reason. @throws Problem 404 as {@link find} does
 */
export async function untilEnded(
  services: Services,
  id: string,
  caller: Caller,
  { wait, signal }: { readonly wait: number; readonly signal?: AbortSignal | undefined },
): Promise<Found> {
  const started = performance.now();
  const waited = (): number => performance.now() - started;
  let found = await find(services, id, caller);
  while (!hasEnded(found) && waited() < wait * 1000) {
    signal?.throwIfAborted();
    await services.table.untilAny(id.toLowerCase(), END_ATTRIBUTES, pauseAfter(waited()), wait * 1000 - waited());
    found = await find(services, id, caller);
  }
  return found;
}
