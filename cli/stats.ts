import { isFinal, isWaiting } from "../src/core/record/states.ts";
import type { Row } from "./answers.ts";
import { count, duration } from "./view/format.ts";
import type { Cell, Column } from "./view/table.ts";

/** What became of one task's calls. Seconds; null where none has ended. */
interface TaskStats {
  readonly task: string;
  readonly total: number;
  readonly waiting: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly revoked: number;
  readonly retries: number;
  readonly median: number | null;
  readonly longest: number | null;
}

/** What became of tasks, by their names, and as a table. */
export function statsTable(tasks: readonly Row[]): { tasks: TaskStats[]; columns: Column[]; rows: Cell[][] } {
  const names = [...new Set(tasks.map(({ task }) => task))].toSorted();
  const stats = names.map((name) =>
    statsOf(
      name,
      tasks.filter(({ task }) => task === name),
    ),
  );
  const right = (header: string, optional = false): Column => ({ header, align: "right", optional });
  const columns = [
    { header: "TASK", shrinkTo: 10 },
    right("ALL"),
    right("WAIT"),
    right("RUN"),
    right("OK"),
    right("FAILED"),
    right("REVOKED", true),
    right("RETRIES", true),
    right("MEDIAN"),
    right("LONGEST"),
  ];
  const rows = stats.map((one): Cell[] => [
    one.task,
    count(one.total),
    count(one.waiting),
    count(one.running),
    { text: count(one.succeeded), style: one.succeeded > 0 ? "green" : "dim" },
    { text: count(one.failed), style: one.failed > 0 ? "red" : "dim" },
    count(one.revoked),
    count(one.retries),
    duration(one.median),
    duration(one.longest),
  ]);
  return { tasks: stats, columns, rows };
}

function statsOf(task: string, calls: readonly Row[]): TaskStats {
  const having = (wanted: (status: string) => boolean): number => calls.filter(({ status }) => wanted(status)).length;
  const runtimes = calls.flatMap(({ runtime }) => runtime ?? []).toSorted((a, b) => a - b);
  const waiting = having(isWaiting);
  return {
    task,
    total: calls.length,
    waiting,
    running: calls.length - waiting - having(isFinal),
    succeeded: having((status) => status === "SUCCESS"),
    failed: having((status) => status === "FAILURE"),
    revoked: having((status) => status === "REVOKED"),
    retries: calls.reduce((sum, { retries }) => sum + retries, 0),
    median: runtimes[Math.floor((runtimes.length - 1) / 2)] ?? null,
    longest: runtimes.at(-1) ?? null,
  };
}
