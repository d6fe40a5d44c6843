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

/** Writes one line of JSON to the log. */
export function writeLine(value: Readonly<Record<string, unknown>>): void {
  const line = JSON.stringify(value);
  try {
    writeSync(1, `${line}\n`);
  } catch (error) {
    // A pipe that is full refuses for a moment; a log line is not worth the task.
    if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
  }
}
