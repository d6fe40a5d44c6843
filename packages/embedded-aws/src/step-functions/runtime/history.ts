import type { Json } from "../language/json.ts";

/** AWS ends a standard execution at 25,000 events. */
export const MAX_EVENTS = 25_000;

/** Details as GetExecutionHistory has them, except that `input`, `output` and `parameters` are values, not yet text. */
export type EventDetails = Readonly<Record<string, Json | undefined>>;

/** An event: when (ms), what, after which one, and its details if it has any. */
export type EventRow = readonly [at: number, type: string, previous: number, details: EventDetails | null];

/** Thrown by the event that would leave no room for the execution's last one. */
export class HistoryFull extends Error {
  constructor() {
    super(`The execution reached the maximum number of history events (${MAX_EVENTS}).`);
    this.name = "HistoryFull";
  }
}

/** The events of one running execution; an event's id is its place, from 1. */
export class History {
  readonly rows: EventRow[];

  /** @param rows what an earlier run recorded */
  constructor(rows: EventRow[] = []) {
    this.rows = rows;
  }

  /** The input, output or parameters of an event. Throws for one that has none. */
  dataOf(id: number, name: "input" | "output" | "parameters"): Json {
    const [, type, , details] = this.rows[id - 1] ?? [];
    const data = details?.[name];
    if (data === undefined) throw new Error(`The event ${id} (${type}) has no ${name}.`);
    return data;
  }

  /** Appends an event and gives its id. Throws HistoryFull where only the last event still fits. */
  append(at: number, type: string, previous: number, details: EventDetails | null): number {
    if (this.rows.length >= MAX_EVENTS - 1) throw new HistoryFull();
    return this.rows.push([at, type, previous, details]);
  }

  /** Appends the event that ends the execution; it always fits. */
  appendLast(at: number, type: string, previous: number, details: EventDetails): number {
    return this.rows.push([at, type, previous, details]);
  }
}

/** An event as GetExecutionHistory answers it. */
export type RenderedEvent = Readonly<Record<string, unknown>>;

/** The event with id `id` in AWS's shape. `includeData` false leaves inputs and outputs out, as the call may ask. */
export function renderEvent([at, type, previous, details]: EventRow, id: number, includeData: boolean): RenderedEvent {
  const event = { timestamp: at / 1000, type, id, previousEventId: previous };
  return details === null ? event : { ...event, [detailsName(type)]: renderDetails(details, includeData) };
}

function detailsName(type: string): string {
  if (type.endsWith("StateEntered")) return "stateEnteredEventDetails";
  if (type.endsWith("StateExited")) return "stateExitedEventDetails";
  return `${type.slice(0, 1).toLowerCase()}${type.slice(1)}EventDetails`;
}

const DATA = new Set(["input", "output", "parameters"]);

function renderDetails(details: EventDetails, includeData: boolean): Record<string, unknown> {
  const rendered: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(details)) {
    if (value === undefined) continue;
    if (!DATA.has(name)) rendered[name] = value;
    else if (includeData) rendered[name] = JSON.stringify(value);
    if (includeData && name !== "parameters" && DATA.has(name)) rendered[`${name}Details`] = { truncated: false };
  }
  return rendered;
}
