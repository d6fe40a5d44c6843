/** The states of a task, as Celery names them. A task may also set a state of its own while it runs. */
export const STATUSES = ["PENDING", "STARTED", "PROGRESS", "RETRY", "SUCCESS", "FAILURE", "REVOKED"] as const;

/** A state of {@link STATUSES}, or one that a task set itself. */
export type Status = string;

/** The states that a task never leaves. */
export type FinalStatus = "SUCCESS" | "FAILURE" | "REVOKED";

/** Whether `status` is one that a task never leaves. */
export function isFinal(status: Status): status is FinalStatus {
  return status === "SUCCESS" || status === "FAILURE" || status === "REVOKED";
}
