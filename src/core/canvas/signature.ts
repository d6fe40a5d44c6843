import type { After, Typed } from "./flow.ts";
import type { CeleryMark } from "../celery.ts";
import { type TaskHandle, submitNode } from "./submitter.ts";

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

/**
 * A task with its arguments, not yet submitted. It gives a `Result`, and takes a `Taken` where a result is prepended.
 */
export interface Signature<Result = unknown, Taken = unknown> extends Typed<Result, Taken> {
  readonly node: TaskNode;
  /** The same signature with these options added. */
  set(options: CallOptions): Signature<Result, Taken>;
  /** The same signature with one more task that gets the result. */
  link<Link extends Signature>(link: Link & After<Result, Link>): Signature<Result, Taken>;
  /** The same signature with one more task that gets the failed task's id. */
  linkError<Link extends Signature>(link: Link & After<string, Link>): Signature<Result, Taken>;
  /** Submits it. @throws InvalidCanvas */
  delay(): Promise<TaskHandle>;
  /** Submits it with these options added. @throws InvalidCanvas */
  applyAsync(options: CallOptions): Promise<TaskHandle>;
}

/** A signature of the task node `node`. */
export function createSignature<Result, Taken>(node: TaskNode): Signature<Result, Taken> {
  const { options } = node;
  const withOptions = (added: NodeOptions): Signature<Result, Taken> =>
    createSignature({ ...node, options: mergeOptions(options, added) });
  return {
    node,
    set: (added) => withOptions(wireOptions(added)),
    link: (link) => withOptions({ link: [...(options.link ?? []), link.node] }),
    linkError: (link) => withOptions({ link_error: [...(options.link_error ?? []), link.node] }),
    delay: () => submitNode(node),
    applyAsync: (added) => withOptions(wireOptions(added)).delay(),
  };
}

/** How a task goes through items. */
export const EACH = ["map", "starmap"] as const;

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
  /**
   * Whether `args` are items that the task is run for, one after the other: each its one argument (map) or all of them
   * (starmap).
   */
  readonly each?: (typeof EACH)[number] | undefined;
  /** That of a task which a Celery client asked for. */
  readonly celery?: CeleryMark | undefined;
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

/** `options` with those of `added` that say something. */
export function mergeOptions(options: NodeOptions, added: NodeOptions): NodeOptions {
  return { ...options, ...Object.fromEntries(Object.entries(added).filter(([, value]) => value !== undefined)) };
}
