import * as z from "zod";
import { DescribedErrorSchema } from "../record/end.ts";

/** An id of a task, a group or a submission. */
export const Id = z.guid();

/** A point in time, RFC 3339 in UTC. */
export const Time = z.iso.datetime();

/** The part of tasks that may fail, as the stage's configuration has it: above it a rate is worth a look. */
export const FailureThreshold = z.number().min(0).max(1);

/** Why a task, a group or a run has no result. */
export const Failure = z.strictObject({
  type: z.string(),
  message: z.string(),
  task_id: Id,
  cause: DescribedErrorSchema.optional(),
  errors: z.array(DescribedErrorSchema).readonly().optional(),
});
