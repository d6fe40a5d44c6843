import { HOUR } from "../core/limits.ts";
import type { Services } from "../aws/services.ts";
import type { Counters } from "../core/insights/histogram.ts";
import type { TaskHour } from "../core/insights/insights.ts";
import { inParallel } from "../core/parallel.ts";
import { hourStart, summaryId } from "../core/insights/summary.ts";

/** Items of one BatchGetItem. */
const PER_CALL = 100;
/**
 * Milliseconds after its end from when on an hour does not change: environments that slept through it have written by
 * then, or never will.
 */
const CLOSED_AFTER = 1.25 * HOUR * 1000;
/** Hours that an environment remembers: some 20 MB where each had attempts. */
const MAX_REMEMBERED = 10_000;

/** Hours that are over, as this environment read them; of those in which nothing ended, null. Oldest first. */
const remembered = new Map<string, Counters | null>();

/**
 * What is known of tasks in some hours; hours in which none of a task's attempts ended are left out. Half a read unit
 * for each hour of each task, once an environment for those that are over.
 */
export async function readSummaries(
  services: Services,
  tasks: readonly string[],
  hours: readonly string[],
): Promise<TaskHour[]> {
  const now = services.now();
  const wanted = tasks.flatMap((task) => hours.map((hour) => ({ task, hour, id: summaryId(task, hour) })));
  const unknown = wanted.filter(({ id }) => !remembered.has(id));
  const calls = Array.from({ length: Math.ceil(unknown.length / PER_CALL) }, (_, call) =>
    unknown.slice(call * PER_CALL, (call + 1) * PER_CALL),
  );
  const pages = await inParallel(calls, (call) => services.summaries.get(call.map(({ id }) => id)));
  const read = new Map(pages.flatMap((page) => [...page]));
  const found = wanted.flatMap(({ task, hour, id }) => {
    const counters = remembered.get(id) ?? read.get(id);
    return counters === undefined ? [] : [{ task, hour, counters }];
  });
  for (const { hour, id } of unknown)
    if (now > hourStart(hour) + CLOSED_AFTER) remembered.set(id, read.get(id) ?? null);
  forgetOldest();
  return found;
}

function forgetOldest(): void {
  for (const id of remembered.keys()) {
    if (remembered.size <= MAX_REMEMBERED) return;
    remembered.delete(id);
  }
}
