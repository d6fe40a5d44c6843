import * as z from "zod";
import { DescribedErrorSchema } from "../core/record/end.ts";
import { OwnerSchema } from "../core/record/caller.ts";
import { ProgressSchema } from "../core/record/record.ts";
import { EACH } from "../core/canvas/signature.ts";

/** What a task's code came to in one attempt, as its process tells it. Values cross as JSON text, written there. */
const ToldOutcomeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("result"), json: z.string() }),
  z.object({
    kind: z.literal("retry"),
    countdown: z.number(),
    error: DescribedErrorSchema.nullable(),
  }),
  /** A node is to run in the task's place; the supervisor checks it, since only it knows what is deployed. */
  z.object({ kind: z.literal("replace"), json: z.string() }),
  z.object({ kind: z.literal("error"), error: DescribedErrorSchema }),
]);

export type ToldOutcome = z.output<typeof ToldOutcomeSchema>;

/** What came of an attempt: what its process told, or that it was killed at its hard limit, stopped, or lost. */
export type Outcome =
  | ToldOutcome
  | { readonly kind: "killed" }
  | { readonly kind: "stopped" }
  | { readonly kind: "lost"; readonly how: string };

/** What a running task says of itself: PROGRESS, or a state of its own; how far it is, or null where it did not say. */
const ReportSchema = z.object({ status: z.string(), progress: ProgressSchema.nullable() });

export type Report = z.infer<typeof ReportSchema>;

/** What a running task asks its supervisor to do, which answers. */
const AskSchema = z.discriminatedUnion("kind", [
  /** Start a node, given as JSON; the answer is the id of its result. */
  z.object({ kind: z.literal("submit"), json: z.string() }),
  /** Take the right to have an effect; the answer is a {@link ClaimAnswerSchema}. */
  z.object({ kind: z.literal("claim"), key: z.string() }),
  /** Store what an effect that was claimed gave. */
  z.object({ kind: z.literal("record"), key: z.string(), json: z.string() }),
]);

export type Ask = z.infer<typeof AskSchema>;

/** What came of a claim: the result of an earlier run, or the key under which the effect is to be had. */
export const ClaimAnswerSchema = z.union([z.object({ json: z.string() }), z.object({ effect: z.string() })]);

export type ClaimAnswer = z.infer<typeof ClaimAnswerSchema>;

/** What the task process tells its supervisor. */
export const FromTaskSchema = z.discriminatedUnion("type", [
  /** The module is loaded. */
  z.object({ type: z.literal("ready") }),
  /** The module could not be loaded, or something was thrown that nobody caught: the process ends. */
  z.object({ type: z.literal("fatal"), error: z.object({ type: z.string(), message: z.string() }) }),
  z.object({
    type: z.literal("done"),
    run: z.number(),
    outcome: ToldOutcomeSchema,
    /** Whether timers or handles of the task are still there: the next task must not share a process with them. */
    leftovers: z.boolean(),
    /**
     * Resident memory of the process, MB, now and the most that it ever had: for statistics. What kills it is seen from
     * outside.
     */
    memory: z.object({ now: z.number(), peak: z.number() }),
  }),
  /**
   * Work that an earlier task left running came to light: the process is to be replaced as soon as no task runs in it.
   */
  z.object({ type: z.literal("leftover") }),
  z.object({ type: z.literal("report"), run: z.number(), report: ReportSchema }),
  z.object({ type: z.literal("ask"), run: z.number(), call: z.number(), ask: AskSchema }),
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
    /** Whose the task is: it reads no documents of others. */
    owner: OwnerSchema.nullable(),
    /** When the soft limit comes, milliseconds since 1970. */
    softDeadline: z.number().nullable(),
  }),
  z.object({
    /** What came of what the task asked. */
    type: z.literal("answer"),
    call: z.number(),
    value: z.unknown(),
    error: z.object({ type: z.string(), message: z.string() }).nullable(),
  }),
]);

export type ToTask = z.infer<typeof ToTaskSchema>;
