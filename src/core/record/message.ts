import * as z from "zod";
import { type CeleryMark, CeleryMarkSchema } from "../celery.ts";
import { OwnerSchema, type Owner } from "./caller.ts";
import { PlaceSchema } from "../canvas/place.ts";
import type { PlannedTask } from "../canvas/plan.ts";
import { EACH } from "../canvas/signature.ts";
import { CodeTaskNodeSchema } from "../canvas/task-schema.ts";

/** Where arguments or a result are: in place as JSON text, or in S3 under a key. */
export const PayloadSchema = z.union([
  z.object({ json: z.string() }),
  z.object({ key: z.string(), bytes: z.number().int() }),
]);

export type Payload = z.infer<typeof PayloadSchema>;

/** The arguments of a task, as a payload has them: `[args, kwargs]`. */
export const ArgumentsSchema = z.tuple([z.array(z.unknown()), z.record(z.string(), z.unknown())]);

/**
 * All that does not change about one task: what to run, as what, and under which limits.
 * Times in milliseconds since 1970, durations in seconds.
 */
export const CallSchema = z.object({
  task: z.string(),
  root: z.string(),
  parent: z.string().nullable(),
  group: z.string().nullable(),
  group_index: z.number().int().nullable(),
  correlation: z.string(),
  origin: z.string(),
  /** Whose it is; null where the stage asks nobody, and for what a schedule or a machine started. */
  owner: OwnerSchema.nullable().default(null),
  created: z.number(),
  eta: z.number().nullable(),
  expires: z.number().nullable(),
  time_limit: z.number(),
  soft_time_limit: z.number().nullable(),
  max_retries: z.number().nullable(),
  priority: z.number().nullable(),
  headers: z.record(z.string(), z.string()),
  ignore_result: z.boolean(),
  link: z.array(CodeTaskNodeSchema),
  link_error: z.array(CodeTaskNodeSchema),
  /** The task or group that comes before it in its canvas; null for none. */
  input: z.string().nullable().default(null),
  /** Whether the result of `input` is left out, not prepended to the arguments. */
  immutable: z.boolean().default(false),
  /** The canvas submission that it belongs to; null outside one. */
  submission: z.string().nullable().default(null),
  /** Where it stands in a canvas; null outside one. */
  place: PlaceSchema.nullable().default(null),
  /** Seconds that count from the end of `input`, where there is one; else they are in `eta` and `expires`. */
  countdown: z.number().nullable().default(null),
  expires_in: z.number().nullable().default(null),
  /** How many replacements led to it. */
  nesting: z.number().int().default(0),
  /** Whether its arguments are items that the task is run for, one after the other. */
  each: z.enum(EACH).nullable().default(null),
  /** What is kept where a Celery client asked for it; null elsewhere. */
  celery: CeleryMarkSchema.nullable().default(null),
  /** `[args, kwargs]`. */
  payload: PayloadSchema,
  /** The options as the client gave them, without links, for those who ask. */
  options: z.record(z.string(), z.unknown()),
});

export type Call = z.infer<typeof CallSchema>;

/**
 * What a module's queue carries: run the task `id`. A plain task's message has everything needed; a canvas step's,
 * which Step Functions sends, has the id and the token of the state that waits for it, and the record has the rest.
 */
export const RunMessageSchema = z.object({
  op: z.literal("run"),
  id: z.string(),
  /** The attempt that this message starts, from 0. */
  attempt: z.number().int().default(0),
  /** Messages that this task has gone through before this one. */
  hops: z.number().int().default(0),
  /** Before this the task must not start, milliseconds since 1970: SQS hides a message for 900 s at the most. */
  due: z.number().optional(),
  /** The start that the task's rate limit gives it, milliseconds since 1970, and how many it was given so far. */
  slot: z.object({ at: z.number(), taken: z.number().int() }).optional(),
  /** The token of the state that waits for the task, where one does. */
  token: z.string().optional(),
  call: CallSchema.optional(),
  /**
   * What the state says of the step that it starts: the submission, and the task or group before it, so that the worker
   * reads them with the record, in one call.
   */
  step: z.object({ submission: z.string().optional(), input: z.string().nullable().optional() }).optional(),
});

export type RunMessage = z.infer<typeof RunMessageSchema>;

/**
 * Whether two calls under one id are one submission that was made twice: by a client that repeated its request, by an
 * SDK whose answer was lost, or by an attempt whose environment was, which starts the same at another time.
 */
export function isSameSubmission(one: Call, other: Call): boolean {
  const keys = ["task", "root", "parent", "submission", "origin"] as const;
  const isAgain = one.created === other.created && JSON.stringify(one.payload) === JSON.stringify(other.payload);
  const byTask = one.origin.includes(".");
  const isOwners = JSON.stringify(one.owner) === JSON.stringify(other.owner);
  return keys.every((key) => one[key] === other[key]) && isOwners && (byTask || isAgain);
}

/** What the tasks of one submission have in common. */
export interface CallContext {
  readonly root: string;
  /** The canvas submission. @default none */
  readonly submission?: string | null;
  /** How many replacements led to it. @default 0 */
  readonly nesting?: number;
  readonly correlation: string;
  readonly origin: string;
  /** The mark of tasks that have none of their own. @default none */
  readonly celery?: CeleryMark | null;
  /** Whose it is. @default nobody's */
  readonly owner?: Owner | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What of a registered task a call takes over where its options say nothing. */
export interface TaskDefaults {
  readonly time_limit: number;
  readonly soft_time_limit: number | null;
  readonly max_retries: number | null;
  readonly ignore_result: boolean;
}

/** The call that a planned task becomes. Countdown and expires count from `context.now`. */
export function createCall(task: PlannedTask, defaults: TaskDefaults, context: CallContext, payload: Payload): Call {
  const { node, input } = task;
  const { options } = node;
  const { link, link_error, ...shown } = options;
  const timeLimit = options.time_limit ?? defaults.time_limit;
  const soft = options.soft_time_limit ?? defaults.soft_time_limit;
  const { countdown, expires } = options;
  const later =
    input === null ? null : { countdown: countdown ?? null, expires_in: typeof expires === "number" ? expires : null };
  return {
    task: node.task,
    root: context.root,
    parent: task.parent,
    group: task.group,
    group_index: task.groupIndex,
    correlation: context.correlation,
    origin: context.origin,
    owner: context.owner ?? null,
    created: context.now,
    eta: startTime(options.eta, later === null ? countdown : undefined, context.now),
    expires: later !== null && typeof expires === "number" ? null : pointInTime(expires, context.now),
    input,
    immutable: node.immutable,
    place: task.place,
    submission: context.submission ?? null,
    countdown: later?.countdown ?? null,
    expires_in: later?.expires_in ?? null,
    nesting: context.nesting ?? 0,
    each: node.each ?? null,
    celery: node.celery ?? context.celery ?? null,
    time_limit: timeLimit,
    soft_time_limit: soft === null || soft > timeLimit ? null : soft,
    max_retries: options.max_retries === undefined ? defaults.max_retries : options.max_retries,
    priority: options.priority ?? null,
    headers: { ...options.headers },
    ignore_result: options.ignore_result ?? defaults.ignore_result,
    link: [...(link ?? [])],
    link_error: [...(link_error ?? [])],
    payload,
    options: JSON.parse(JSON.stringify(shown)),
  };
}

function startTime(eta: string | undefined, countdown: number | undefined, now: number): number | null {
  if (eta !== undefined) return Date.parse(eta);
  return countdown === undefined || countdown === 0 ? null : now + countdown * 1000;
}

function pointInTime(time: number | string | undefined, now: number): number | null {
  if (time === undefined) return null;
  return typeof time === "number" ? now + time * 1000 : Date.parse(time);
}
