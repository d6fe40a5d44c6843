import { CeleriacError } from "../core/errors.ts";
import type { DescribedError } from "../core/describe-error.ts";
import type { Fault } from "../core/faults.ts";

/** What a problem (RFC 9457) says. */
export interface ProblemDetails {
  readonly status: number;
  /** The last word of its type: `invalid_input`, `unknown_task`, `backlog`. */
  readonly code: string;
  readonly detail: string;
  /** Every fault of the input, each with its place; empty where input is not at fault. */
  readonly errors: readonly Fault[];
  /** Seconds after which to ask again; null where the API does not say. */
  readonly retryAfter: number | null;
}

/** The API refused a request. `code` is the problem's. */
export class RequestRefused extends CeleriacError implements ProblemDetails {
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly Fault[];
  readonly retryAfter: number | null;

  constructor({ status, code, detail, errors, retryAfter }: ProblemDetails) {
    const faults = errors.map(({ path, message }) => `${path || "/"} ${message}`).join("; ");
    super(code, `${detail} (${status})${faults === "" ? "" : ` ${faults}`}`);
    this.status = status;
    this.detail = detail;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

/** Nobody answered, or not in time; `cause` is what the network said. */
export class Unreachable extends CeleriacError {
  readonly url: string;

  constructor(url: string, cause: unknown) {
    const said = cause instanceof Error ? (cause.cause instanceof Error ? cause.cause : cause).message : String(cause);
    super("unreachable", `${url} does not answer: ${said}. Is the URL right, and the stage deployed?`, { cause });
    this.url = url;
  }
}

/** What answered is not what the contract says: most likely it is not Celeriac's API. */
export class UnexpectedAnswer extends CeleriacError {
  constructor(what: string) {
    super("unexpected_answer", `${what} is not what Celeriac's API answers. Is this its URL?`);
  }
}

/** How a task or a group ended badly. */
export interface BadEnd {
  /** What was asked for. */
  readonly taskId: string;
  /** Where the error came from: that task, or one before it or in it. */
  readonly failedId: string;
  readonly error: DescribedError;
}

/**
 * A task failed. `type` is the class name of what it threw, `cause` (where it had one) an Error with that name and
 * message, and so on down; the members of an AggregateError are in `errors`.
 */
export class TaskFailed extends CeleriacError implements BadEnd {
  readonly taskId: string;
  readonly failedId: string;
  readonly error: DescribedError;
  /** The class name of what was thrown: `TypeError`, `TimeLimitExceeded`, a class of your own. */
  readonly type: string;
  readonly errors: readonly Error[];

  constructor({ taskId, failedId, error }: BadEnd, code = "task_failed") {
    const from = failedId === taskId ? "" : ` (from ${failedId})`;
    const cause = error.cause === undefined ? undefined : errorOf(error.cause);
    super(code, `${error.type}: ${error.message}${from}`, cause === undefined ? {} : { cause });
    this.taskId = taskId;
    this.failedId = failedId;
    this.error = error;
    this.type = error.type;
    this.errors = (error.errors ?? []).map(errorOf);
  }
}

/** A task was revoked, or expired before it started (`type` says which). */
export class TaskRevoked extends TaskFailed {
  constructor(end: BadEnd) {
    super(end, "task_revoked");
  }
}

/** The time for which a result was waited for is over. The task goes on. */
export class ResultTimeout extends CeleriacError {
  readonly taskId: string;
  /** What it is by now: PENDING, STARTED, RETRY. */
  readonly status: string;

  constructor(taskId: string, status: string, seconds: number) {
    super("result_timeout", `${taskId} is still ${status} after ${seconds} s. It goes on: ask for it again.`);
    this.taskId = taskId;
    this.status = status;
  }
}

function errorOf({ type, message, cause, errors }: DescribedError): Error {
  const inner = cause === undefined ? {} : { cause: errorOf(cause) };
  const error =
    errors === undefined ? new Error(message, inner) : new AggregateError(errors.map(errorOf), message, inner);
  error.name = type;
  return error;
}
