import type { Step } from "./builders.ts";
import type { ResultOf } from "./flow.ts";
import type { Json } from "./json.ts";

/** What a task knows of its own call: Celery's `self.request`, and where its message came from. Times in RFC 3339, durations in seconds. */
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

/** The first argument of every task. */
export interface Self<Kwargs = Readonly<Record<string, unknown>>> {
  readonly request: Request<Kwargs>;
  /** Aborts at the soft limit with SoftTimeLimitExceeded as its reason. Hand it to whatever waits. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Waits. @throws SoftTimeLimitExceeded when the soft limit comes first. */
  sleep(seconds: number): Promise<void>;
  /** Ends this attempt and asks for another. @throws Retry always; MaxRetriesExceeded or the cause where none is left. */
  retry(options?: RetryOptions): never;
  /**
   * Ends this task and runs another, or a canvas, in its place: what gives its result here is this task's result, and whatever waits for
   * this task waits for that. Return it, so that the task's type knows its result.
   * @throws Replace always.
   */
  replace<By extends Step>(by: By): ResultOf<By>;
  /** Says how far the task is; the record's status becomes PROGRESS. */
  progress(current: number, total: number, message?: string): Promise<void>;
}
