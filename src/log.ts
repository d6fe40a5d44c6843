import { writeSync } from "node:fs";

export type Level = "DEBUG" | "INFO" | "WARN" | "ERROR";

/** What every line of a task carries. */
export interface LogContext {
  readonly task_id: string;
  readonly task: string;
  readonly root_id: string;
  readonly correlation_id: string;
}

/**
 * Writes one JSON line to standard output, where Lambda and the local run read it. Synchronously: a line written before
 * a busy loop or a kill must come out. Fields of the context win over those of the line.
 */
export function logLine(
  level: Level,
  message: string,
  context: Partial<LogContext> = {},
  fields: Readonly<Record<string, unknown>> = {},
): void {
  writeLine({ level, time: new Date().toISOString(), message, ...fields, ...context });
}

/**
 * A log line never fails a task: what JSON cannot say of it (a BigInt, a cycle, a `toJSON` that throws) is said by its
 * type.
 */
function sayable(value: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(value);
  } catch {
    const fields = Object.entries(value).map(([name, field]) => [name, sayableField(field)]);
    return JSON.stringify(Object.fromEntries(fields));
  }
}

function sayableField(field: unknown): unknown {
  if (typeof field === "bigint") return String(field);
  try {
    return JSON.parse(
      JSON.stringify(field ?? null, (_key, inner: unknown) => (typeof inner === "bigint" ? String(inner) : inner)),
    );
  } catch {
    return `(${typeof field} that JSON cannot say)`;
  }
}

/** Writes one line of JSON to the log. */
export function writeLine(value: Readonly<Record<string, unknown>>): void {
  const line = sayable(value);
  try {
    writeSync(1, `${line}\n`);
  } catch (error) {
    // A pipe that is full refuses for a moment; a log line is not worth the task.
    if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
  }
}
