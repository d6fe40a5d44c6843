import * as z from "zod";
import type { DescribedError } from "../describe-error.ts";
import type { TaskError } from "../errors.ts";

/** Schema of {@link DescribedError}. */
export const DescribedErrorSchema: z.ZodType<DescribedError, DescribedError> = z.object({
  type: z.string(),
  message: z.string(),
  get cause() {
    return DescribedErrorSchema.optional();
  },
  get errors() {
    return z.array(DescribedErrorSchema).optional();
  },
});

/** An error as a record keeps it; `task_id` is the task that raised it. */
export const TaskErrorSchema = z.object({
  type: z.string(),
  message: z.string(),
  task_id: z.string(),
  cause: DescribedErrorSchema.optional(),
  errors: z.array(DescribedErrorSchema).readonly().optional(),
});

/** A bad end: why a task, a part of a canvas or a group failed, was revoked, or will never run. */
export interface BadEnd {
  readonly status: "FAILURE" | "REVOKED";
  readonly error: TaskError;
}

/** How a task, a part of a canvas or a group has ended for good, as far as those around it care. */
export type End = { readonly status: "SUCCESS" } | BadEnd;

/** The name of the error of a bad end; null of a good one. */
export function errorType(end: End): string | null {
  return end.status === "SUCCESS" ? null : end.error.type;
}

/** The {@link End} that a record tells of. An end without an error of its own is told as one. */
export function endOf(
  id: string,
  { status, error }: { readonly status: string; readonly error: TaskError | null },
): End {
  if (status === "SUCCESS") return { status };
  return {
    status: status === "REVOKED" ? "REVOKED" : "FAILURE",
    error: error ?? { type: status, message: "", task_id: id },
  };
}
