import * as z from "zod";

/** Answers of the HTTP contract, to the key: the OpenAPI document is made of them, and tests hold real answers against them. */

const Id = z.guid();
const Time = z.iso.datetime();

/** The answer to a submission. */
export const SubmissionAnswer = z.strictObject({
  task_id: Id,
  root_id: Id,
  status: z.literal("PENDING"),
  tasks: z.array(z.strictObject({ task_id: Id, task: z.string(), parent_id: Id.nullable(), group_id: Id.nullable() })),
});

/** The answer to a batch. */
export const BatchAnswer = z.strictObject({ tasks: z.array(z.strictObject({ task_id: Id, task: z.string() })) });

const summary = {
  task_id: Id,
  kind: z.literal("task"),
  task: z.string(),
  status: z.string(),
  error: z.strictObject({ type: z.string(), message: z.string(), task_id: Id }).nullable(),
  progress: z.strictObject({ current: z.number(), total: z.number(), message: z.string().nullable() }).nullable(),
  retries: z.int().min(0),
  queue: z.string(),
  parent_id: Id.nullable(),
  root_id: Id,
  group_id: Id.nullable(),
  group_index: z.int().min(0).nullable(),
  children: z.array(Id),
  created_at: Time,
  started_at: Time.nullable(),
  done_at: Time.nullable(),
  runtime: z.number().min(0).nullable(),
};

/** A task's record with its result; `result_url` where the result is over 1 MB. */
export const ResultAnswer = z.strictObject({ ...summary, result: z.unknown(), result_url: z.url().optional() });

/** A group's record; its result is the list of its members' results. */
export const GroupAnswer = z.strictObject({
  task_id: Id,
  kind: z.literal("group"),
  status: z.string(),
  result: z.unknown(),
  result_url: z.url().optional(),
  error: summary.error,
  parent_id: Id.nullable(),
  root_id: Id,
  group_id: Id.nullable(),
  group_index: z.int().min(0).nullable(),
  total: z.int().min(0),
  completed: z.int().min(0),
  failed: z.int().min(0),
  children: z.array(z.strictObject({ task_id: Id, status: z.string() })),
  created_at: Time,
  started_at: Time.nullable(),
  done_at: Time.nullable(),
  runtime: z.number().min(0).nullable(),
});

/** All of a task's data. */
export const TaskAnswer = z.strictObject({
  ...ResultAnswer.shape,
  args: z.array(z.unknown()),
  kwargs: z.record(z.string(), z.unknown()),
  options: z.record(z.string(), z.unknown()),
  events: z.array(z.strictObject({ status: z.string(), at: Time, attempt: z.int().min(0) })),
});

/** A page of records. */
export const ListAnswer = z.strictObject({ tasks: z.array(z.strictObject(summary)), cursor: z.string().nullable() });

/** The answer to `POST /documents/uploads`. */
export const UploadAnswer = z.strictObject({
  id: Id,
  url: z.url(),
  fields: z.record(z.string(), z.string()),
  max_bytes: z.int(),
  expires_at: Time,
});

/** The answer to a revocation. */
export const RevokeAnswer = z.strictObject({ task_id: Id });

/** The answer to a redrive: how many dead tasks went back. */
export const RedriveAnswer = z.strictObject({ name: z.string(), redriven: z.int().min(0) });

/** The answer to a purge. */
export const PurgeAnswer = z.strictObject({ name: z.string() });

/** The queues. */
export const QueuesAnswer = z.strictObject({
  queues: z.array(
    z.strictObject({ name: z.string(), waiting: z.int(), in_flight: z.int(), delayed: z.int(), dead: z.int() }),
  ),
});

/** The named workflows. */
export const WorkflowsAnswer = z.strictObject({
  workflows: z.array(
    z.strictObject({
      name: z.string(),
      /** The names of its tasks, in order, as often as they come. */
      tasks: z.array(z.string()),
      /** The canvas that it runs, as `POST /canvas` would take it. */
      node: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** Liveness. */
export const HealthAnswer = z.strictObject({ status: z.literal("ok") });

/** A redirect, for those who do not follow it. */
export const OutputAnswer = z.strictObject({ url: z.url() });

/** Why a request was refused. */
export const ProblemAnswer = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});
