import type { Services } from "../aws/services.ts";
import type { Caller } from "../core/record/caller.ts";
import type { LiveAnswer } from "../core/http/answer-schemas.ts";
import { rfc3339, rowOf } from "../core/http/answer.ts";
import { newTasks } from "./list.ts";
import { countQueues } from "./queues.ts";
import { statesOf } from "./states.ts";

/** New tasks that one look tells. */
const MAX_NEW = 50;

/** What a watcher wants to know. */
export interface LiveRequest {
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly ids: readonly string[];
  readonly queues: boolean;
}

/**
 * One look of a watcher: 8 queries for new tasks, one read of many items for states, and where asked for
 * the numbers of the queues. It is meant to be repeated each second (docs/monitor.md has what that costs).
 */
export async function look(
  services: Services,
  { since, ids, queues }: LiveRequest,
  caller: Caller,
): Promise<LiveAnswer> {
  const now = services.now();
  const [tasks, states, counts] = await Promise.all([
    since === undefined ? [] : newTasks(services, since, MAX_NEW + 1, caller),
    ids.length === 0 ? [] : statesOf(services, ids, caller),
    queues ? countQueues(services) : null,
  ]);
  // Those of the overlap were told before.
  const more = (tasks[MAX_NEW]?.call.created ?? 0) >= (since ?? now);
  return { now: rfc3339(now), tasks: tasks.slice(0, MAX_NEW).map(rowOf), more, states, queues: counts };
}
