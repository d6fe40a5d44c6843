import type { Step } from "./builders.ts";
import type { ResultOf, Sent } from "../canvas/flow.ts";
import type { Json } from "../json.ts";

/**
 * What a task knows of its own call: Celery's `self.request`, and where its message came from. Times in RFC 3339,
 * durations in seconds.
 */
export interface Request<Kwargs = Readonly<Record<string, unknown>>> {
  readonly id: string;
  /** `module.task`. */
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Kwargs;
  /** 0 on the first attempt. */
  readonly retries: number;
  /** The id of the group that this task is a member of, and its place there from 0. */
  readonly group: string | null;
  readonly groupIndex: number | null;
  readonly rootId: string;
  readonly parentId: string | null;
  readonly correlationId: string;
  /** SQS's id of the message that this attempt came with. */
  readonly messageId: string;
  /** How often SQS has delivered it, from 1. */
  readonly receiveCount: number;
  readonly firstReceivedAt: string | null;
  readonly sentAt: string | null;
  readonly queue: string;
  /** Function and log stream. */
  readonly hostname: string;
  readonly functionName: string;
  readonly logStream: string;
  /** The Lambda invocation. */
  readonly awsRequestId: string;
  readonly eta: string | null;
  readonly expires: string | null;
  readonly timeLimit: number;
  readonly softTimeLimit: number | null;
  /** `[hard, soft]`, as Celery's header has them. */
  readonly timelimit: readonly [number, number | null];
  readonly maxRetries: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** What submitted it: `api`, or the task that did. */
  readonly origin: string;
  readonly priority: number | null;
  readonly ignoreResult: boolean;
  /** How many replacements led to this task: 0 where it was submitted as it is. */
  readonly replacedTaskNesting: number;
  readonly deliveryInfo: {
    readonly routingKey: string;
    readonly priority: number | null;
    readonly redelivered: boolean;
  };
  readonly isEager: false;
  readonly calledDirectly: false;
}

/** Writes one line with the task's id, name, root id and correlation id. Never pass payloads. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, Json | undefined>>): void;
  info(message: string, fields?: Readonly<Record<string, Json | undefined>>): void;
  warn(message: string, fields?: Readonly<Record<string, Json | undefined>>): void;
  error(message: string, fields?: Readonly<Record<string, Json | undefined>>): void;
}

/** How a task asks to be retried. */
export interface RetryOptions {
  /** Seconds until the next attempt. @default the task's `retryDelay` */
  readonly countdown?: number;
  /** Retries allowed. @default the call's, else the task's `maxRetries` */
  readonly maxRetries?: number | null;
  /** Why; what the task fails with when no retry is left. */
  readonly cause?: unknown;
}

/** What a function is given that is run by {@link Self.once}. */
export interface Effect {
  /** The same in every attempt of the task, and of no other effect; a UUID. */
  readonly key: string;
}

/** The first argument of every task. */
export interface Self<Kwargs = Readonly<Record<string, unknown>>> {
  readonly request: Request<Kwargs>;
  /** Aborts at the soft limit with SoftTimeLimitExceeded as its reason. Hand it to whatever waits. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Waits. @throws SoftTimeLimitExceeded when the soft limit comes first. */
  sleep(seconds: number): Promise<void>;
  /**
   * Ends this attempt and asks for another.
   * @throws Retry always; MaxRetriesExceeded or the cause where none is left.
   */
  retry(options?: RetryOptions): never;
  /**
   * Ends this task and runs another, or a canvas, in its place: what gives its result here is this task's result, and
   * whatever waits for this task waits for that. Return it, so that the task's type knows its result.
   * @throws Replace always.
   */
  replace<By extends Step>(by: By): ResultOf<By>;
  /** Says how far the task is; the record's status becomes PROGRESS. Of a message 1 KB is kept. */
  progress(current: number, total: number, message?: string): Promise<void>;
  /**
   * Says in which state of its own the task is, such as UPLOADING: the record's status becomes that. Of `meta` the
   * record shows `current`, `total` and `message`, as its progress, where the first two are numbers; the progress stays
   * as it was where they are not.
   * @throws TypeError for a state that is no word of 1 to 64 capitals, digits and underscores, or that says that a
   *   task waits or has ended (PENDING, RETRY, SUCCESS, FAILURE, REVOKED).
   */
  updateState(state: string, meta?: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Has a side effect once for this task, whatever becomes of its attempts: what `fn` returned is stored, and given
   * back to every later call with this key, in this or another attempt. It runs again where it threw, or where its
   * process ended before its result was stored; nobody can know then whether the effect has happened. So hand
   * `effect.key`, which is always the same, to the service that has the effect, as its idempotency key.
   * @param key names the effect within the task; 1 to 200 characters.
   * @throws TypeError for another key; InvalidResult or ResultTooLarge where what `fn` returned cannot be stored (5
   *   MB of JSON); ClaimLost where another attempt runs the task by now; what `fn` throws.
   */
  once<Result>(key: string, fn: (effect: Effect) => Result | Promise<Result>): Promise<Sent<Result>>;
}
