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

/** Which fields of structured lines have a place of their own in the readable form. */
export interface LogFields {
  /** The field that stands in the place of the function's name where a line has it. Default: none. */
  readonly source?: string;
  /** The field of an id, whose first 8 characters stand behind the source. Default: none. */
  readonly id?: string;
  /** Fields that are left out, since they say again what others say. Default: none. */
  readonly hidden?: readonly string[];
}

/** Fields that every line shows in places of their own. */
const PLACED = ["level", "time", "timestamp", "message"];

/** Makes the terminal log. `color` paints levels: ask for it on a terminal only, and not where NO_COLOR is set. */
export function createLog(sink: Sink, color: boolean, fields: LogFields = {}): Log {
  const paint = (level: string): string => (color && COLORS[level] ? `${COLORS[level]}${level}${RESET}` : level);
  const line: Log["line"] = (level, source, message) =>
    sink(`${clock(new Date())} ${paint(level)} ${escaped(source)} ${escaped(message, true)}`);

  const fromFunction: Log["fromFunction"] = (functionName, text) => {
    const entry = text.startsWith("{") ? parseJson(text) : undefined;
    if (!isRecord(entry)) return sink(`${clock(new Date())} ${functionName} ${escaped(text)}`);
    // EmbeddedAws metrics (CloudWatch EMF) are for CloudWatch; nothing collects them here.
    if (entry["message"] === undefined && entry["_aws"] !== undefined) return;
    sink(readable(functionName, entry, paint, fields));
  };
  return { line, fromFunction };
}

/** `12:00:01 INFO source 3f2a9c1e message key=value`; without a source the function's name stands in its place. */
function readable(
  functionName: string,
  entry: Record<string, unknown>,
  paint: (level: string) => string,
  { source = "", id = "", hidden = [] }: LogFields,
): string {
  const level = typeof entry["level"] === "string" ? entry["level"].toUpperCase() : "INFO";
  const origin = textOf(entry[source]) ?? functionName;
  const shortId = textOf(entry[id])?.slice(0, 8) ?? "";
  const message = entry["message"] === undefined ? "" : show(entry["message"]);
  const rest = Object.keys(entry).filter((key) => ![...PLACED, source, id, ...hidden].includes(key));
  const pairs = rest.map((key) => (key === "stack" ? firstFrame(show(entry[key])) : `${key}=${show(entry[key])}`));
  const parts = [origin, shortId, message, ...pairs].filter((part) => part !== "").map((part) => escaped(part));
  return [clock(timeOf(entry)), paint(escaped(level)), ...parts].join(" ");
}

// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/g;

/**
 * A text without characters that a terminal obeys, each as JSON would write it: what a client sent may be logged, and
 * must neither forge a line nor paint over others.
 */
function escaped(text: string, keepsLines = false): string {
  return text.replace(CONTROL, (character) => {
    if (character === "\t" || (keepsLines && character === "\n")) return character;
    const json = JSON.stringify(character).slice(1, -1);
    return json === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : json;
  });
}

/** Where an error came from: of a stack trace, which repeats the message and fills a screen, the first place. */
function firstFrame(stack: string): string {
  return /^\s+(at .*)$/m.exec(stack)?.[1] ?? "";
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
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
