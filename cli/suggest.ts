import { Registry } from "./answers.ts";
import { nearest } from "./nearest.ts";
import type { Session } from "./session.ts";

/** A line for each name that no task has, with the tasks that may have been meant; none where none is near. */
export async function suggestionsFor({ api }: Session, tasks: readonly string[]): Promise<string[]> {
  const { tasks: registered } = await api.call("GET", "/registry", Registry).catch(() => ({ tasks: [] }));
  const names = registered.map(({ name }) => name);
  const unknown = [...new Set(tasks)].filter((task) => !names.includes(task));
  return unknown.flatMap((task) => {
    const meant = nearest(task, names);
    if (meant.length === 0) return [];
    return [`Did you mean ${meant.join(" or ")}${unknown.length > 1 ? ` by ${task}` : ""}?`];
  });
}

/** Tells somebody who looked for the tasks of one name, and found none, of a name that may have been meant. */
export async function noteUnknown(session: Session, task: string | undefined): Promise<void> {
  if (task === undefined) return;
  for (const line of await suggestionsFor(session, [task])) session.terminal.note(line);
}
