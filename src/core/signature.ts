import * as z from "zod";
import { MAX_DELAY, MAX_HEADERS, MAX_HEADER_LENGTH, MAX_LINKS } from "./limits.ts";

/** How one call differs from what the task declares. Seconds count from submission. */
export interface CallOptions {
  /** Seconds to wait before the task may start. Not together with `eta`. */
  readonly countdown?: number;
  /** The time from which the task may start. */
  readonly eta?: Date;
  /** Seconds, or the time, after which a task that has not started is revoked. */
  readonly expires?: number | Date;
  /** Seconds; at most the task module's longest. */
  readonly timeLimit?: number;
  /** Seconds; at most the hard limit. */
  readonly softTimeLimit?: number;
  /** Retries before the task fails; null for no bound. */
  readonly maxRetries?: number | null;
  /** 0 to 9; carried, not honoured by SQS. */
  readonly priority?: number;
  /** Strings that reach the task in `self.request.headers`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly ignoreResult?: boolean;
  /** Tasks that get the result. */
  readonly link?: readonly Signature[];
  /** Tasks that get the failed task's id. */
  readonly linkError?: readonly Signature[];
  /** A UUID of the caller's choice. */
  readonly taskId?: string;
}

/** A task with its arguments, not yet submitted. `Result` is what the task returns, for the type checker alone. */
export interface Signature<Result = unknown> {
  readonly node: TaskNode;
  /** The same signature with these options added. */
  set(options: CallOptions): Signature<Result>;
}

/** A signature of the task `name`. */
export function createSignature<Result>(name: string, args: readonly unknown[], immutable: boolean): Signature<Result> {
  return signatureOf({ task: name, args: [...args], kwargs: {}, options: {}, immutable });
}

function signatureOf<Result>(node: TaskNode): Signature<Result> {
  return {
    node,
    set: (options) => signatureOf({ ...node, options: { ...node.options, ...wireOptions(options) } }),
  };
}

const Seconds = z.number().positive().max(MAX_DELAY);
const Time = z.iso.datetime({ offset: true });

/** The options of a task node, as the HTTP contract has them. */
const OptionsSchema = z
  .strictObject({
    countdown: z.number().min(0).max(MAX_DELAY).optional(),
    eta: Time.optional(),
    expires: z.union([Seconds, Time]).optional(),
    time_limit: Seconds.optional(),
    soft_time_limit: Seconds.optional(),
    max_retries: z.number().int().min(0).nullable().optional(),
    priority: z.number().int().min(0).max(9).optional(),
    headers: z
      .record(z.string().min(1).max(MAX_HEADER_LENGTH), z.string().max(MAX_HEADER_LENGTH))
      .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `has more than ${MAX_HEADERS} entries`)
      .optional(),
    ignore_result: z.boolean().optional(),
    get link() {
      return z.array(TaskNodeSchema).max(MAX_LINKS).optional();
    },
    get link_error() {
      return z.array(TaskNodeSchema).max(MAX_LINKS).optional();
    },
    task_id: z.guid().toLowerCase().optional(),
  })
  .superRefine((options, context) => {
    if (options.countdown !== undefined && options.eta !== undefined) {
      context.addIssue({ code: "custom", path: ["eta"], message: "cannot be given together with countdown" });
    }
    if (
      options.soft_time_limit !== undefined &&
      options.time_limit !== undefined &&
      options.soft_time_limit > options.time_limit
    ) {
      context.addIssue({ code: "custom", path: ["soft_time_limit"], message: "is above time_limit" });
    }
  });

/** A task node: one task with its arguments and options. */
export const TaskNodeSchema: z.ZodType<TaskNode> = z.strictObject({
  task: z.string(),
  args: z.array(z.unknown()).default([]),
  kwargs: z.record(z.string(), z.unknown()).default({}),
  get options() {
    return OptionsSchema.default({});
  },
  immutable: z.boolean().default(false),
});

/** The options of a node, checked. */
export interface NodeOptions {
  readonly countdown?: number | undefined;
  readonly eta?: string | undefined;
  readonly expires?: number | string | undefined;
  readonly time_limit?: number | undefined;
  readonly soft_time_limit?: number | undefined;
  readonly max_retries?: number | null | undefined;
  readonly priority?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly ignore_result?: boolean | undefined;
  readonly link?: readonly TaskNode[] | undefined;
  readonly link_error?: readonly TaskNode[] | undefined;
  readonly task_id?: string | undefined;
}

/** A task node, checked and with its defaults. */
export interface TaskNode {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly options: NodeOptions;
  readonly immutable: boolean;
}

/** {@link CallOptions} in the spelling of the HTTP contract. */
export function wireOptions(options: CallOptions): NodeOptions {
  const { expires } = options;
  return {
    countdown: options.countdown,
    eta: options.eta?.toISOString(),
    expires: expires instanceof Date ? expires.toISOString() : expires,
    time_limit: options.timeLimit,
    soft_time_limit: options.softTimeLimit,
    max_retries: options.maxRetries,
    priority: options.priority,
    headers: options.headers,
    ignore_result: options.ignoreResult,
    link: options.link?.map((link) => link.node),
    link_error: options.linkError?.map((link) => link.node),
    task_id: options.taskId,
  };
}
