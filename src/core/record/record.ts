import * as z from "zod";
import { CallSchema, PayloadSchema } from "./message.ts";
import { PartSchema } from "../canvas/place.ts";
import { TaskErrorSchema } from "./end.ts";
import { isRunning } from "./states.ts";

/** How far a task says it is. */
export const ProgressSchema = z.object({ current: z.number(), total: z.number(), message: z.string().nullable() });

/** A state that a task went through. */
export const EventSchema = z.object({
  status: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  attempt: z.number().int(),
});

/**
 * What runs in a task's place. Its ids derive from the task's id and attempt, so that it can be started again without
 * harm.
 */
export const ReplacementSchema = z.object({
  /** The node. */
  node: PayloadSchema,
  /** What is started, and the id whose result becomes the task's. */
  top: PartSchema,
  /** Its submission; null where it is one task, which belongs to the submission of the task that it replaces. */
  submission: z.string().nullable(),
  /** When the task replaced itself, milliseconds since 1970. */
  at: z.number(),
});

export type Replacement = z.output<typeof ReplacementSchema>;

/** A task as the table keeps it. Times in milliseconds since 1970, durations in seconds. */
export const TaskRecordSchema = z.object({
  id: z.string(),
  status: z.string(),
  /** The attempt that runs or will run, from 0. A message for another attempt is out of date. */
  attempt: z.number().int(),
  /** Retries by the task's own policy. */
  retries: z.number().int(),
  /** Environments that ended while they ran this attempt. */
  lost: z.number().int(),
  /** The claim that holds the task: only its holder may finish it. */
  fence: z.string().nullable(),
  /** When the claim lapses. */
  lease: z.number().nullable(),
  call: CallSchema,
  /**
   * What runs in its place since it replaced itself; the claim then has no lease, since nothing runs the task itself.
   */
  replacement: ReplacementSchema.nullable(),
  result: PayloadSchema.nullable(),
  error: TaskErrorSchema.nullable(),
  progress: ProgressSchema.nullable(),
  /** What it started: its links, what replaced it, and the first that it submitted. */
  children: z.array(z.string()),
  /** Pages of what else it submitted, beside the record. */
  child_pages: z.number().int(),
  started: z.number().nullable(),
  done: z.number().nullable(),
  /** When the next attempt is due, while the status is RETRY. */
  due: z.number().nullable(),
  runtime: z.number().nullable(),
  /** Whether what runs of it is to be stopped. */
  terminate: z.boolean(),
  /** The module among whose dead letters the task is, so that a redrive may run it again; null where it is none. */
  dead: z.string().nullable(),
  /** The states after PENDING. */
  events: z.array(EventSchema),
  /** When DynamoDB may delete the item, seconds since 1970. */
  ttl: z.number(),
});

export type TaskRecord = z.infer<typeof TaskRecordSchema>;
export type Progress = z.infer<typeof ProgressSchema>;
export type TaskEvent = z.infer<typeof EventSchema>;

/** What runs in the place of a task that has not ended; null where it runs, or waits, itself. */
export function replacementOf(record: TaskRecord): Replacement | null {
  return isRunning(record.status) ? record.replacement : null;
}

/**
 * Whether an attempt was taken over: the environment that was thought lost may have left what it had prepared, or still
 * leave it.
 */
export function wasTakenOver({ events }: Pick<TaskRecord, "events">): boolean {
  const started = events.filter(({ status }) => status === "STARTED").map(({ attempt }) => attempt);
  return new Set(started).size < started.length;
}

/** The module, and so the queue and the Lambda, of a task: what stands before the dot. */
export function moduleOf(task: string): string {
  return task.slice(0, task.indexOf("."));
}
