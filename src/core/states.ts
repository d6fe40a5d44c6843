/** PENDING, STARTED, PROGRESS, RETRY or a final one, as Celery names them; or one that a task set itself while it runs. */
export type Status = string;

/** The states that a task never leaves. */
export type FinalStatus = "SUCCESS" | "FAILURE" | "REVOKED";

/** Whether `status` is one that a task never leaves. */
export function isFinal(status: Status): status is FinalStatus {
  return status === "SUCCESS" || status === "FAILURE" || status === "REVOKED";
}
