import * as z from "zod";
import { EACH } from "../core/signature.ts";

/** How an attempt ended, as the task process tells it. Values cross as JSON text, written where the task ran. */
export const OutcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("result"), json: z.string() }),
  z.object({
    kind: z.literal("retry"),
    countdown: z.number(),
    error: z.object({ type: z.string(), message: z.string() }).nullable(),
  }),
  /** A node is to run in the task's place; the supervisor reads it, for only it knows what is deployed. */
  z.object({ kind: z.literal("replace"), node: z.unknown() }),
  z.object({ kind: z.literal("error"), error: z.object({ type: z.string(), message: z.string() }) }),
]);

export type Outcome = z.infer<typeof OutcomeSchema>;

/** What the task process tells its supervisor. */
export const FromTaskSchema = z.discriminatedUnion("type", [
  /** The module is loaded. */
  z.object({ type: z.literal("ready") }),
  /** The module could not be loaded, or something was thrown that nobody caught: the process ends. */
  z.object({ type: z.literal("fatal"), error: z.object({ type: z.string(), message: z.string() }) }),
  z.object({
    type: z.literal("done"),
    run: z.number(),
    outcome: OutcomeSchema,
    /** Whether timers or handles of the task are still there: the next task must not share a process with them. */
    leftovers: z.boolean(),
  }),
  z.object({
    type: z.literal("progress"),
    run: z.number(),
    progress: z.object({ current: z.number(), total: z.number(), message: z.string().nullable() }),
  }),
  z.object({ type: z.literal("submit"), run: z.number(), call: z.number(), node: z.unknown() }),
]);

export type FromTask = z.infer<typeof FromTaskSchema>;

/** What the supervisor tells the task process. */
export const ToTaskSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("run"),
    run: z.number(),
    /** `[args, kwargs]`. */
    payload: z.string(),
    /** The request, without args and kwargs. */
    request: z.record(z.string(), z.unknown()),
    /** Whether the arguments are items that the task is run for, one after the other. */
    each: z.enum(EACH).nullable(),
    /** When the soft limit comes, milliseconds since 1970. */
    softDeadline: z.number().nullable(),
  }),
  z.object({
    type: z.literal("submitted"),
    call: z.number(),
    taskId: z.string().nullable(),
    error: z.object({ type: z.string(), message: z.string() }).nullable(),
  }),
]);

export type ToTask = z.infer<typeof ToTaskSchema>;
