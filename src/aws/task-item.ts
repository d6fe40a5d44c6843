import * as z from "zod";
import { MAX_EVENTS } from "../core/limits.ts";
import { type Call, CallSchema, type Payload, PayloadSchema } from "../core/record/message.ts";
import {
  type Progress,
  ReplacementSchema,
  type TaskEvent,
  type TaskRecord,
  TaskRecordSchema,
} from "../core/record/record.ts";
import type { TaskError } from "../core/errors.ts";
import type { FinalStatus } from "../core/record/states.ts";
import type { Item } from "./table.ts";

const ItemSchema = z.object({
  id: z.string(),
  kind: z.literal("task"),
  status: z.string(),
  attempt: z.number(),
  retries: z.number().default(0),
  lost: z.number().default(0),
  fence: z.string().nullable().default(null),
  lease: z.number().nullable().default(null),
  call: z.string(),
  replacement: z.string().optional(),
  result: z.string().optional(),
  error: z.string().optional(),
  progress: z.string().optional(),
  children: z.set(z.string()).optional(),
  child_pages: z.number().default(0),
  started: z.number().nullable().default(null),
  done: z.number().nullable().default(null),
  due: z.number().nullable().default(null),
  runtime: z.number().nullable().default(null),
  terminate: z.boolean().default(false),
  dead: z.string().nullable().default(null),
  events: z.array(z.string()).default([]),
  ttl: z.number(),
});

/** How a task ended for good, as its record keeps it. */
export interface StoredEnd {
  readonly status: FinalStatus;
  readonly result: Payload | null;
  readonly error: TaskError | null;
  /** Seconds that the last attempt ran, or null where none did. */
  readonly runtime: number | null;
  /** Ids of the links that it starts. */
  readonly children: readonly string[];
  /** How far the task said it was. */
  readonly progress?: Progress | null;
  /** The module among whose dead letters the task is, where its message was one. */
  readonly dead?: string;
}

/** The attributes that go when a task is forgotten: all but its key, kind and time to live. */
export const FORGETTABLE: readonly string[] = [
  ...Object.keys(ItemSchema.shape),
  "task",
  "recent",
  "failed",
  "seq",
  "root_key",
].filter((name) => !["id", "kind", "ttl"].includes(name));

const parsed = <Schema extends z.ZodType>(schema: Schema, text: string | undefined): z.output<Schema> | null =>
  text === undefined ? null : schema.parse(JSON.parse(text));

/** The record that an item is, or null where it is none or its time is over. */
export function toRecord(item: Item | null, now: number): TaskRecord | null {
  if (item === null || item["kind"] !== "task") return null;
  const { call, replacement, result, error, progress, children, events, ...plain } = ItemSchema.parse(item);
  if (plain.ttl * 1000 < now) return null;
  return {
    ...plain,
    call: callOf(call),
    replacement: parsed(ReplacementSchema, replacement),
    result: parsed(PayloadSchema, result),
    error: parsed(TaskRecordSchema.shape.error, error),
    progress: parsed(TaskRecordSchema.shape.progress, progress),
    children: [...(children ?? [])],
    events: events.slice(-MAX_EVENTS).map(eventOf),
  };
}

/** The call that was read last: a worker reads one task's twice, by its claim and by its end. */
let last: { readonly text: string; readonly call: Call } | null = null;

function callOf(text: string): Call {
  if (last?.text !== text) last = { text, call: CallSchema.parse(JSON.parse(text)) };
  return last.call;
}

/** An event as the item keeps it, some 30 bytes. */
export function eventText(event: TaskEvent): string {
  return `${event.at} ${event.attempt} ${event.status}`;
}

/** A task that retries without bound must not outgrow its item: later attempts leave no events but the last. */
export function eventOn(attempt: number, event: string): { events?: readonly string[] } {
  return attempt < MAX_EVENTS / 2 - 1 ? { events: [event] } : {};
}

function eventOf(text: string): TaskEvent {
  const [at, attempt, ...status] = text.split(" ");
  return { at: Number(at), attempt: Number(attempt), status: status.join(" ") };
}
