import { type Look, type SearchPage, type TaskRow, get, queryOf } from "./api.ts";

/** Requests that one search makes at the most: each looks at some 1,000 tasks. */
const SEARCHES = 5;

/** Asks until there are `limit` tasks, the tasks are at their end, or there were enough requests. */
export async function search(
  request: Readonly<Record<string, string | undefined>>,
  limit: number,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<SearchPage> {
  const tasks: TaskRow[] = [];
  let searched = 0;
  let next: string | null = cursor ?? null;
  for (let round = 0; round < SEARCHES; round += 1) {
    const query = queryOf({ ...request, limit: limit - tasks.length, cursor: next ?? undefined });
    const page: SearchPage = await get<SearchPage>(`/search${query}`, signal);
    tasks.push(...page.tasks);
    searched += page.searched;
    next = page.cursor;
    if (next === null || tasks.length >= limit) break;
  }
  return { tasks, searched, cursor: next };
}

/**
 * The tasks with what a look told of them, and before them the new ones that are wanted. The same list where nothing
 * changed.
 */
export function mergeLook(tasks: TaskRow[], look: Look, wanted: (task: TaskRow) => boolean): TaskRow[] {
  const states = new Map(look.states.map((state) => [state.task_id, state]));
  const told = new Map(look.tasks.map((task) => [task.task_id, task]));
  let changed = false;
  const known = tasks.map((task) => {
    const now = states.get(task.task_id) ?? told.get(task.task_id);
    if (now === undefined || !differs(task, now)) return task;
    changed = true;
    const { status, error, progress, retries, started_at, done_at, runtime } = now;
    return { ...task, status, error, progress, retries, started_at, done_at, runtime };
  });
  const ids = new Set(tasks.map((task) => task.task_id));
  const added = look.tasks.filter((task) => !ids.has(task.task_id) && wanted(task));
  return changed || added.length > 0 ? [...added, ...known] : tasks;
}

function differs(
  a: Pick<TaskRow, "status" | "retries" | "progress">,
  b: Pick<TaskRow, "status" | "retries" | "progress">,
): boolean {
  return a.status !== b.status || a.retries !== b.retries || a.progress?.current !== b.progress?.current;
}
