import { isRecord, parseJson } from "./values.ts";

/** Where whole lines of the terminal log go. */
export type Sink = (line: string) => void;

export type Level = "DEBUG" | "INFO" | "WARN" | "ERROR";

/** The terminal log of one run. */
export interface Log {
  /** A line of the local AWS itself: `12:00:01 WARN source message`. */
  readonly line: (level: Level, source: string, message: string) => void;
  /** A line that a function wrote: structured ones become readable, others get the function's name in front. */
  readonly fromFunction: (functionName: string, line: string) => void;
}

const COLORS: Readonly<Record<string, string>> = { DEBUG: "\u001B[2m", WARN: "\u001B[33m", ERROR: "\u001B[31m" };
const RESET = "\u001B[0m";

/** Fields that the readable form shows in places of their own, or that say again what others say. */
const PLACED = new Set([
  "level",
  "time",
  "timestamp",
  "message",
  "task_id",
  "task",
  "root_id",
  "correlation_id",
  "function",
]);

/** Makes the terminal log. `color` paints levels: ask for it on a terminal only, and not where NO_COLOR is set. */
export function createLog(sink: Sink, color: boolean): Log {
  const paint = (level: string): string => (color && COLORS[level] ? `${COLORS[level]}${level}${RESET}` : level);
  const line: Log["line"] = (level, source, message) =>
    sink(`${clock(new Date())} ${paint(level)} ${source} ${message}`);

  const fromFunction: Log["fromFunction"] = (functionName, text) => {
    const entry = text.startsWith("{") ? parseJson(text) : undefined;
    if (!isRecord(entry)) return sink(`${clock(new Date())} ${functionName} ${text}`);
    // Embedded metrics (CloudWatch EMF) are for CloudWatch; nothing collects them here.
    if (entry["message"] === undefined && entry["_aws"] !== undefined) return;
    sink(readable(functionName, entry, paint));
  };
  return { line, fromFunction };
}

/** `12:00:01 INFO math.add 3f2a9c1e message key=value`; without a task the function's name stands in its place. */
function readable(functionName: string, entry: Record<string, unknown>, paint: (level: string) => string): string {
  const level = typeof entry["level"] === "string" ? entry["level"].toUpperCase() : "INFO";
  const task = typeof entry["task"] === "string" ? entry["task"] : functionName;
  const id = typeof entry["task_id"] === "string" ? entry["task_id"].slice(0, 8) : "";
  const message = entry["message"] === undefined ? "" : show(entry["message"]);
  const rest = Object.keys(entry).filter((key) => !PLACED.has(key));
  const pairs = rest.map((key) => (key === "stack" ? firstFrame(show(entry[key])) : `${key}=${show(entry[key])}`));
  return [clock(timeOf(entry)), paint(level), task, id, message, ...pairs].filter((part) => part !== "").join(" ");
}

/** Where an error came from: of a stack trace, which repeats the message and fills a screen, the first place. */
function firstFrame(stack: string): string {
  return /^\s+(at .*)$/m.exec(stack)?.[1] ?? "";
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function timeOf(entry: Record<string, unknown>): Date {
  const stamp = entry["time"] ?? entry["timestamp"];
  const time = new Date(typeof stamp === "string" || typeof stamp === "number" ? stamp : Date.now());
  return Number.isNaN(time.getTime()) ? new Date() : time;
}

/** The local time of day, to the second. */
function clock(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
