import type { Services } from "../aws/services.ts";
import { Problem } from "../core/http/problem.ts";
import { moduleOf } from "../core/record/record.ts";

/** Seconds after which a refused submission may be tried again: some looks at the queue's age later. */
const RETRY_AFTER = 30;

/**
 * Refuses a submission while messages of a module that it needs wait for longer than the stage allows. What tasks start
 * themselves is taken: a canvas that is on its way would be lost.
 * @param tasks their names. @throws Problem 429
 */
export async function refuseBacklog(services: Services, tasks: Iterable<string>): Promise<void> {
  const modules = [...new Set(Array.from(tasks, moduleOf))];
  const now = services.now();
  const past = await Promise.all(modules.map((module) => services.ages.isPast(module, now)));
  const busy = modules.filter((_module, index) => past[index]);
  if (busy.length === 0) return;
  const detail = `Tasks of ${busy.join(", ")} wait for longer than this stage allows. Submit them again later.`;
  throw new Problem(429, "backlog", detail, { headers: { "retry-after": String(RETRY_AFTER) } });
}
