/**
 * PENDING, STARTED, PROGRESS, RETRY or a final one, as Celery names them; or one that a task set itself while it runs.
 */
export type Status = string;

/** The states that a task never leaves. */
export type FinalStatus = "SUCCESS" | "FAILURE" | "REVOKED";

/** A state of a task's own: a word in capitals, as Celery's states are; as long as `GET /tasks?status=` takes one. */
const OWN_STATE = /^[A-Z][A-Z0-9_]{0,63}$/;

/**
 * Why a task may not call its state so; null where it may. STARTED and PROGRESS may be said: they are what a task is in
 * that runs. The words for a task that waits or has ended may not: a reader would start the task again, or take it for
 * ended.
 */
export function ownStateFault(state: string): string | null {
  if (!OWN_STATE.test(state))
    return "expected a word of 1 to 64 capitals, digits and underscores that begins with a capital, such as UPLOADING";
  if (isRunning(state)) return null;
  return "it says that the task waits or has ended; return, throw or call self.retry for that, or choose another word";
}

/** Every state that a task may be in whatever its code says. */
const STATES: ReadonlySet<Status> = new Set([
  "PENDING",
  "STARTED",
  "PROGRESS",
  "RETRY",
  "SUCCESS",
  "FAILURE",
  "REVOKED",
]);

/** Whether a state is one that every task may be in, and no task's own. */
export function isCommon(status: Status): boolean {
  return STATES.has(status);
}

/** Whether a state is a task's own, or may be. */
export function isOwnState(status: Status): boolean {
  return !isCommon(status) && OWN_STATE.test(status);
}

/** Whether a task in this state waits for an attempt to start. */
export function isWaiting(status: Status): boolean {
  return status === "PENDING" || status === "RETRY";
}

/** Whether a task in this state runs, whatever it calls that; or something runs in its place. */
export function isRunning(status: Status): boolean {
  return !isWaiting(status) && !isFinal(status);
}

/** Whether `status` is one that a task never leaves. */
export function isFinal(status: Status): status is FinalStatus {
  return status === "SUCCESS" || status === "FAILURE" || status === "REVOKED";
}
