import { writeSync } from "node:fs";
import { cutToBytes } from "./core/cut.ts";
import { MAX_LOG_LINE } from "./core/limits.ts";

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

/** A line that is too long keeps what it says and whose it is, cut, without its other fields. */
function lineOf(value: Readonly<Record<string, unknown>>): string {
  const line = sayable(value);
  if (line.length <= MAX_LOG_LINE / 4 || Buffer.byteLength(line) <= MAX_LOG_LINE) return line;
  const kept = Object.entries(value).filter(([name, field]) => KEPT.has(name) && typeof field === "string");
  const whole: Record<string, unknown> = Object.fromEntries(kept);
  return sayable({ ...whole, message: cutToBytes(String(whole["message"]), MAX_LOG_LINE / 8), cut: true });
}

/** The fields of a line that is too long. */
const KEPT = new Set(["level", "time", "message", "task_id", "task", "root_id", "correlation_id"]);

/** Writes one line of JSON to the log; of more than 256 KB the beginning. */
export function writeLine(value: Readonly<Record<string, unknown>>): void {
  try {
    writeSync(1, `${lineOf(value)}\n`);
  } catch {
    // A pipe that is full refuses for a moment, and a task may have closed it: a log line is not worth the task.
  }
}
