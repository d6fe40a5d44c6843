/** PENDING, STARTED, PROGRESS, RETRY or a final one, as Celery names them; or one that a task set itself while it runs. */
export type Status = string;

/** The states that a task never leaves. */
export type FinalStatus = "SUCCESS" | "FAILURE" | "REVOKED";

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
