import { CeleryMarkSchema } from "../celery.ts";
import * as z from "zod";
import { MAX_DELAY, MAX_HEADERS, MAX_HEADER_LENGTH, MAX_LINKS } from "../limits.ts";
import { EACH, type TaskNode } from "./signature.ts";

const Seconds = z.number().positive().max(MAX_DELAY);
const Time = z.iso.datetime({ offset: true });

/** The options of a task node, as the HTTP contract has them. @param link the schema of its links. */
function optionsSchema(link: () => z.ZodType<TaskNode>) {
  return z
    .strictObject({
      countdown: z.number().min(0).max(MAX_DELAY).optional(),
      eta: Time.optional(),
      expires: z.union([Seconds, Time]).optional(),
      time_limit: Seconds.optional(),
      soft_time_limit: Seconds.optional(),
      max_retries: z.number().int().min(0).nullable().optional(),
      priority: z.number().int().min(0).max(9).optional(),
      headers: z
        .record(z.string().min(1).max(MAX_HEADER_LENGTH), z.string().max(MAX_HEADER_LENGTH))
        .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, `has more than ${MAX_HEADERS} entries`)
        .optional(),
      ignore_result: z.boolean().optional(),
      get link() {
        return z.array(link()).max(MAX_LINKS).optional();
      },
      get link_error() {
        return z.array(link()).max(MAX_LINKS).optional();
      },
      task_id: z.guid().toLowerCase().optional(),
    })
    .superRefine((options, context) => {
      if (options.countdown !== undefined && options.eta !== undefined) {
        context.addIssue({ code: "custom", path: ["eta"], message: "cannot be given together with countdown" });
      }
      if (
        options.soft_time_limit !== undefined &&
        options.time_limit !== undefined &&
        options.soft_time_limit > options.time_limit
      ) {
        context.addIssue({ code: "custom", path: ["soft_time_limit"], message: "is above time_limit" });
      }
    });
}

/** What every task node has. */
function taskNodeShape(link: () => z.ZodType<TaskNode>) {
  return {
    task: z.string(),
    args: z.array(z.unknown()).default([]),
    kwargs: z.record(z.string(), z.unknown()).default({}),
    options: optionsSchema(link).default({}),
    immutable: z.boolean().default(false),
  };
}

/** A task node: one task with its arguments and options. */
export const TaskNodeSchema: z.ZodType<TaskNode> = z.strictObject(taskNodeShape(() => TaskNodeSchema));

/** A task node as code makes it: over HTTP there are no `each` and no `celery`. */
export const CodeTaskNodeSchema: z.ZodType<TaskNode> = z.strictObject({
  ...taskNodeShape(() => CodeTaskNodeSchema),
  each: z.enum(EACH).optional(),
  celery: CeleryMarkSchema.optional(),
});
