import type { DescribedError } from "./describe-error.ts";
/** Errors that end a task or a submission. `code` is stable; for a task's error, the class name is its `type`. */
export class CeleriacError extends Error {
  /** A stable name for programs. */
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** A task, workflow or module that is declared wrongly; thrown at synth. The message names what to change. */
export class DefinitionError extends CeleriacError {
  constructor(message: string) {
    super("definition", message);
  }
}

/** The soft limit came while the task ran. The task may catch it and return. */
export class SoftTimeLimitExceeded extends CeleriacError {
  constructor(seconds: number) {
    super("soft_time_limit", `The soft time limit of ${seconds} s was exceeded.`);
  }
}

/** The hard limit came: the task's process was killed. */
export class TimeLimitExceeded extends CeleriacError {
  constructor(seconds: number) {
    super("time_limit", `The hard time limit of ${seconds} s was exceeded; the task was killed.`);
  }
}

/** The task's process, or the whole environment, ended while the task ran. */
export class WorkerLost extends CeleriacError {
  constructor(how: string) {
    super("worker_lost", `The task's process ended before the task did: ${how}.`);
  }
}

/** Arguments do not fit the task's schema. */
export class InvalidArguments extends CeleriacError {
  constructor(task: string, faults: readonly { readonly path: string; readonly message: string }[]) {
    super(
      "invalid_arguments",
      `${task} does not take these arguments: ${faults.map((fault) => `${fault.path || "/"} ${fault.message}`).join("; ")}.`,
    );
  }
}

/**
 * A canvas cannot run as it is: unknown tasks, wrong arguments, too many tasks. Nothing of it was stored or started.
 */
export class InvalidCanvas extends CeleriacError {
  constructor(faults: readonly { readonly path: string; readonly message: string }[]) {
    const first = faults.slice(0, 10).map((fault) => `${fault.path || "/"} ${fault.message}`);
    const more = faults.length > first.length ? `; and ${faults.length - first.length} more` : "";
    super("invalid_canvas", `The canvas cannot run: ${first.join("; ")}${more}.`);
  }
}

/** A canvas of no steps has no result to wait for. */
export class CanvasEmpty extends CeleriacError {
  constructor(kind: string) {
    super("canvas_empty", `A ${kind} of no steps can neither be started nor replace a task. Give it at least one.`);
  }
}

/** The task returned what JSON cannot say. */
export class InvalidResult extends CeleriacError {
  constructor(message: string) {
    super("invalid_result", message);
  }
}

/** The task's result is larger than a result may be. */
export class ResultTooLarge extends CeleriacError {
  /** @param bytes null where they are too many to be counted. */
  constructor(bytes: number | null, max: number) {
    super(
      "result_too_large",
      `The result is ${bytes ?? "far more"} bytes of JSON; ${max} are allowed. Store it in S3 and return its name.`,
    );
  }
}

/** Arguments or a result that lay in S3 are no longer there: the task waited for longer than they are kept. */
export class PayloadGone extends CeleriacError {
  constructor(key: string, options?: ErrorOptions) {
    super("payload_gone", `The payload ${key} is gone from S3: the time for which it is kept was over.`, options);
  }
}

/** No task of that name is deployed in the module that received the message. */
export class NotRegistered extends CeleriacError {
  constructor(task: string) {
    super(
      "not_registered",
      `No task "${task}" is registered here. Was it renamed or removed while its message waited?`,
    );
  }
}

/** The task was asked to retry more often than it may, and gave no cause. */
export class MaxRetriesExceeded extends CeleriacError {
  constructor(task: string, retries: number) {
    super("max_retries", `${task} failed after ${retries} retries.`);
  }
}

/** The task was not started before it expired. */
export class Expired extends CeleriacError {
  constructor(at: string) {
    super("expired", `The task expired at ${at}, before it started.`);
  }
}

/** The task was revoked. */
export class Revoked extends CeleriacError {
  constructor() {
    super("revoked", "The task was revoked.");
  }
}

/** What `self.retry` throws: not a failure, but the way out of the task. */
export class Retry extends CeleriacError {
  /** Seconds until the next attempt, or null for the task's own policy. */
  readonly countdown: number | null;
  /** Retries allowed by this call, or undefined for the task's own. */
  readonly maxRetries: number | null | undefined;
  constructor(options: { countdown?: number | undefined; maxRetries?: number | null | undefined; cause?: unknown }) {
    super("retry", "The task asked to be retried.", { cause: options.cause });
    this.countdown = options.countdown ?? null;
    this.maxRetries = options.maxRetries;
  }
}

/** A task that goes through items is one task for all of them: none can have it replaced. */
export class CannotReplace extends CeleriacError {
  constructor(task: string) {
    super(
      "cannot_replace",
      `${task} cannot replace itself where it runs for each item of map, starmap or chunks. Use a group.`,
    );
  }
}

/** A task replaced itself by one that replaced itself, and so on, more often than can be meant. */
export class ReplacedTooOften extends CeleriacError {
  constructor(times: number) {
    super(
      "replaced_too_often",
      `The task comes from ${times} replacements, one of the other; no more are allowed. Start the next one with delay() instead.`,
    );
  }
}

/** What a task left running asks for something in its name. */
export class TaskEnded extends CeleriacError {
  constructor(task: string) {
    super(
      "task_ended",
      `${task} has ended: nothing more is done in its name. Await what the task starts before it returns.`,
    );
  }
}

/** Another attempt of the task runs, or it has ended: this one may have no effects any more. */
export class ClaimLost extends CeleriacError {
  constructor(key: string) {
    super(
      "claim_lost",
      `once("${key}"): the task has ended, or another attempt of it runs. This attempt counts for nothing any more.`,
    );
  }
}

/** An error as a record and an answer carry it. */
export interface TaskError extends DescribedError {
  /** The task it came from. */
  readonly task_id: string;
}

export { describeError } from "./describe-error.ts";
