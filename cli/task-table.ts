import type { Row } from "./answers.ts";
import type { Terminal } from "./terminal.ts";
import { age, duration } from "./view/format.ts";
import { styleOf } from "./view/status.ts";
import { table } from "./view/table.ts";
import { plain } from "./view/text.ts";

/** Prints tasks as a table; on a narrow terminal without what they were called with or failed of. */
export function printTasks(terminal: Terminal, tasks: readonly Row[], now: number): void {
  if (tasks.length === 0) return terminal.note(terminal.paintNote("dim", "No tasks."));
  terminal.print(...taskLines(terminal, tasks, now));
}

/** The same as lines. */
export function taskLines(terminal: Terminal, tasks: readonly Row[], now: number): string[] {
  return table(
    [
      { header: "ID" },
      { header: "TASK", shrinkTo: 10 },
      { header: "STATUS" },
      { header: "AGE", align: "right" },
      { header: "TOOK", align: "right" },
      { header: "ARGUMENTS / ERROR", shrinkTo: 16, optional: true },
    ],
    tasks.map((task) => [
      task.task_id,
      task.task,
      { text: task.status, style: styleOf(task.status) },
      age(task.created_at, now),
      duration(task.runtime),
      plain(task.error === null ? (task.arguments ?? "") : `${task.error.type}: ${task.error.message}`),
    ]),
    terminal,
  );
}
