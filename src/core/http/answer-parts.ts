import * as z from "zod";
import { DescribedErrorSchema } from "../record/end.ts";

/** An id of a task, a group or a submission. */
export const Id = z.guid();

/** A point in time, RFC 3339 in UTC. */
export const Time = z.iso.datetime();

/** Why a task, a group or a run has no result. */
export const Failure = z.strictObject({
  type: z.string(),
  message: z.string(),
  task_id: Id,
  cause: DescribedErrorSchema.optional(),
  errors: z.array(DescribedErrorSchema).readonly().optional(),
});
