import { isRecord, parseJson } from "embedded-aws";

/** Lines that are kept of all tasks together: some 20 MB at the most that lines of tasks come to. */
const MAX_LINES = 50_000;
/** Lines of one task that are kept; later ones push the oldest out. */
const MAX_LINES_OF_TASK = 500;

/** A structured line that a task, or its worker about it, has logged. */
export interface TaskLine {
  /** RFC 3339. */
  readonly time: string;
  readonly level: string;
  readonly message: string;
  /** What else the line says. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What functions have logged of tasks lately, in memory: what CloudWatch Logs finds by `task_id` on AWS. */
export interface TaskLogs {
  /** Takes a line of a function; lines that name no task are dropped. */
  readonly add: (line: string) => void;
  /** The lines of a task, oldest first. */
  readonly of: (taskId: string) => readonly TaskLine[];
}

const PLACED = new Set(["time", "level", "message", "task_id"]);

/** No lines yet. */
export function createTaskLogs(): TaskLogs {
  // In the order in which tasks logged last.
  const tasks = new Map<string, TaskLine[]>();
  let lines = 0;

  return {
    add: (text) => {
      if (!text.includes('"task_id"')) return;
      const entry = parseJson(text);
      if (!isRecord(entry) || typeof entry["task_id"] !== "string") return;
      const id = entry["task_id"];
      const known = tasks.get(id) ?? [];
      tasks.delete(id);
      tasks.set(id, known);
      known.push(lineOf(entry));
      lines += 1;
      if (known.length > MAX_LINES_OF_TASK) {
        known.shift();
        lines -= 1;
      }
      for (const [oldest, dropped] of tasks) {
        if (lines <= MAX_LINES) break;
        tasks.delete(oldest);
        lines -= dropped.length;
      }
    },
    of: (taskId) => tasks.get(taskId) ?? [],
  };
}

function lineOf(entry: Record<string, unknown>): TaskLine {
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? ""));
  return {
    time: text(entry["time"]),
    level: text(entry["level"]),
    message: text(entry["message"]),
    fields: Object.fromEntries(Object.entries(entry).filter(([name]) => !PLACED.has(name))),
  };
}
