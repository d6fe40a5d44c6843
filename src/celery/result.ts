import * as z from "zod";
import type { TaskError } from "../core/errors.ts";
import { isFinal } from "../core/record/states.ts";
import type { TaskRecord } from "../core/record/record.ts";

/** An exception as Celery's backends keep it (celery/backends/base.py, prepare_exception). */
export interface StoredException {
  readonly exc_type: string;
  /** The arguments of the exception. */
  readonly exc_message: readonly string[];
  readonly exc_module: string;
}

/** What Celery's backends keep of a task. */
export interface Meta {
  readonly task_id: string;
  readonly status: string;
  readonly result: unknown;
  readonly traceback: string | null;
  /** Of each what AsyncResult.as_tuple gives. */
  readonly children: readonly unknown[];
  readonly date_done: string | null;
}

/** Bytes of a result that an item of 400 KB has room for beside what else is in it. */
const MAX_META = 390 * 1024;

/** Names of errors here -> those of `celery.exceptions`. */
const OF_CELERY: Readonly<Record<string, string>> = {
  ChordError: "ChordError",
  Expired: "TaskRevokedError",
  MaxRetriesExceeded: "MaxRetriesExceededError",
  NotRegistered: "NotRegistered",
  Retry: "Retry",
  Revoked: "TaskRevokedError",
  SoftTimeLimitExceeded: "SoftTimeLimitExceeded",
  TimeLimitExceeded: "TimeLimitExceeded",
  WorkerLost: "WorkerLostError",
};

/** Names of errors here -> those of Python's builtins; tasks may also throw errors that have Python's own names. */
const OF_PYTHON: Readonly<Record<string, string>> = {
  Error: "Exception",
  InvalidArguments: "TypeError",
  RangeError: "ValueError",
};
const BUILTIN =
  /^(Arithmetic|Assertion|Attribute|BrokenPipe|Buffer|Connection|EOF|FileExists|FileNotFound|Import|Index|Interrupted|IO|Key|Lookup|Memory|Name|NotImplemented|OS|Overflow|Permission|Recursion|Reference|Runtime|Syntax|System|Timeout|Type|Unicode|Value|ZeroDivision)Error$/;

/** An error as a Python client raises it again; a class that it does not have, it makes. */
export function storedException(type: string, message: string): StoredException {
  const exc_message = [message];
  const ofCelery = Object.hasOwn(OF_CELERY, type) ? OF_CELERY[type] : undefined;
  if (ofCelery !== undefined) return { exc_type: ofCelery, exc_message, exc_module: "celery.exceptions" };
  const ofPython = Object.hasOwn(OF_PYTHON, type) ? OF_PYTHON[type] : undefined;
  if (ofPython !== undefined) return { exc_type: ofPython, exc_message, exc_module: "builtins" };
  return { exc_type: type, exc_message, exc_module: BUILTIN.test(type) ? "builtins" : "celeriac" };
}

const Raised = z.object({ exc_type: z.string(), exc_message: z.unknown() });

/** The error that an exception of a Python worker is here: `exc_message` has the arguments of the exception. */
export function errorOf(exception: unknown): { readonly type: string; readonly message: string } {
  const { success, data } = Raised.safeParse(exception);
  if (!success) return { type: "Error", message: JSON.stringify(exception) };
  const own = Object.entries(OF_CELERY).find(([, theirs]) => theirs === data.exc_type);
  const message = [data.exc_message].flat().map((arg) => (typeof arg === "string" ? arg : JSON.stringify(arg)));
  return {
    type: data.exc_type === "TaskRevokedError" ? "Revoked" : (own?.[0] ?? data.exc_type),
    message: message.join(", "),
  };
}

/** The meta of a task that failed, or that will never run. @param at milliseconds since 1970 */
export function failedMeta(id: string, status: "FAILURE" | "REVOKED", exception: StoredException, at: number): Meta {
  return {
    task_id: id,
    status,
    result: exception,
    traceback: status === "FAILURE" ? `${exception.exc_type}: ${exception.exc_message.join()}` : null,
    children: [],
    date_done: pythonTime(at),
  };
}

/**
 * What a record says now, as Celery's backends keep it; null of one that waits, of which they keep nothing.
 * @param id the id under which the client knows it @param json its result
 */
export function metaOf(id: string, record: TaskRecord, json: string | null): Meta | null {
  const { status, error, done, call } = record;
  if (status === "PENDING") return null;
  const meta = { task_id: id, status, traceback: null, children: childrenOf(id, record), date_done: null };
  if (status === "SUCCESS") {
    const result: unknown = JSON.parse(json ?? "null");
    return fitting({ ...meta, result, date_done: pythonTime(done ?? call.created) }, record.id);
  }
  if (status === "RETRY" || isFinal(status)) return { ...meta, ...endOf(error, status, done) };
  const { progress } = record;
  return { ...meta, result: progress ?? { pid: null, hostname: "celeriac" } };
}

function endOf(
  error: TaskError | null,
  status: string,
  done: number | null,
): Omit<Meta, "task_id" | "status" | "children"> {
  const { type, message } = error ?? { type: status === "REVOKED" ? "Revoked" : status, message: "" };
  return {
    result: storedException(type, status === "REVOKED" && type === "Revoked" ? "revoked" : message),
    traceback: status === "REVOKED" ? null : `${type}: ${message}`,
    date_done: done === null ? null : pythonTime(done),
  };
}

function childrenOf(id: string, { children, call }: TaskRecord): unknown[] {
  return [...(call.celery?.next ?? []), ...children].map((child) => [[child, [[id, null], null]], null]);
}

/** A result that no item has room for: the client is told where it is instead of waiting for ever. */
function fitting(meta: Meta, id: string): Meta {
  const bytes = Buffer.byteLength(JSON.stringify(meta));
  if (bytes <= MAX_META) return meta;
  const message = `The result has ${bytes} bytes, and an item of DynamoDB 400 KB at the most: GET /result/${id} has it.`;
  return { ...meta, status: "FAILURE", result: storedException("ResultTooLarge", message), traceback: message };
}

/** A time as Python's isoformat() writes it. */
function pythonTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000+00:00");
}
