import type * as z from "zod";
import type { Live, Row } from "./answers.ts";
import { hasEnded } from "./view/status.ts";

/** A change of a task's state, as a watcher learns of it. */
export interface TaskEvent {
  /** RFC 3339: when it started or ended, where that is what changed. */
  readonly at: string;
  readonly task_id: string;
  readonly task: string;
  readonly status: string;
  readonly retries: number;
  readonly runtime: number | null;
  readonly error: Row["error"];
}

type State = z.output<typeof Live>["states"][number];

/** Which watcher has been told what. */
export interface Watch {
  /** Up to `most` tasks that have not ended, in turn. */
  readonly next: (most: number) => string[];
  /** What of a look is news. */
  readonly take: (tasks: readonly Row[], states: readonly State[], now?: string) => TaskEvent[];
}

/** Tasks whose ends are remembered, since a look may tell of one again. */
const REMEMBERED = 10_000;

/** Watches tasks from look to look: which of them are new, have changed, have not ended. */
export function createWatch(): Watch {
  const open = new Map<string, { readonly task: string; readonly told: string }>();
  const ended = new Set<string>();

  function news(state: State | Row, task: string, now: string): TaskEvent[] {
    const { task_id: id, status, retries, runtime, error } = state;
    const told = `${status} ${retries}`;
    const before = open.get(id);
    if (ended.has(id) || before?.told === told) return [];
    open.delete(id);
    if (hasEnded(status)) ended.add(id);
    else open.set(id, { task, told });
    for (const old of ended) {
      if (ended.size <= REMEMBERED) break;
      ended.delete(old);
    }
    const at = (hasEnded(status) ? state.done_at : status === "STARTED" ? state.started_at : null) ?? now;
    return [{ at, task_id: id, task, status, retries, runtime: hasEnded(status) ? runtime : null, error }];
  }

  return {
    next: (most) => {
      const ids = [...open.keys()].slice(0, most);
      // Those that are asked for now are the last in line next time.
      for (const id of ids) {
        const entry = open.get(id);
        open.delete(id);
        if (entry !== undefined) open.set(id, entry);
      }
      return ids;
    },
    take: (tasks, states, now = new Date().toISOString()) => [
      ...tasks.toReversed().flatMap((task) => news(task, task.task, now)),
      ...states.flatMap((state) => {
        const known = open.get(state.task_id);
        return known === undefined ? [] : news(state, known.task, now);
      }),
    ],
  };
}
