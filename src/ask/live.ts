import type { Services } from "../aws/services.ts";
import type { Caller } from "../core/record/caller.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { newTasks } from "./list.ts";
import { type QueueCounts, countQueues } from "./queues.ts";
import { type State, statesOf } from "./states.ts";

/** New tasks that one look tells. */
const MAX_NEW = 50;

/** What somebody who watches wants to know. */
export interface LiveRequest {
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly ids: readonly string[];
  readonly queues: boolean;
}

/** What has changed. */
export interface Live {
  /** Milliseconds since 1970: from then on the next look has to tell. */
  readonly now: number;
  readonly tasks: readonly TaskRecord[];
  readonly more: boolean;
  readonly states: readonly { task_id: string; kind: "task" | "group"; state: State }[];
  readonly queues: readonly QueueCounts[] | null;
}

/**
 * One look for somebody who watches: 8 queries for new tasks, one read of many items for states, and where asked for the numbers of the queues.
 * It is meant to be repeated each second (docs/monitor.md has what that costs).
 */
export async function look(services: Services, { since, ids, queues }: LiveRequest, caller: Caller): Promise<Live> {
  const now = services.now();
  const [tasks, states, counts] = await Promise.all([
    since === undefined ? [] : newTasks(services, since, MAX_NEW + 1, caller),
    ids.length === 0 ? [] : statesOf(services, ids, caller),
    queues ? countQueues(services) : null,
  ]);
  // Those of the overlap were told before.
  const more = (tasks[MAX_NEW]?.call.created ?? 0) >= (since ?? now);
  return { now, tasks: tasks.slice(0, MAX_NEW), more, states, queues: counts };
}
