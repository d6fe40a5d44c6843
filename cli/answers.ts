import * as z from "zod";

/** What the commands read of the API's answers (src/core/http/answer-schemas.ts has all of them). Other keys pass, for a stage may be of another version. */

const Failure = z.looseObject({ type: z.string(), message: z.string(), task_id: z.string() });
const Progress = z.looseObject({ current: z.number(), total: z.number(), message: z.string().nullable() });

const state = {
  status: z.string(),
  error: Failure.nullable(),
  started_at: z.string().nullable(),
  done_at: z.string().nullable(),
  runtime: z.number().nullable(),
};

const task = { ...state, task_id: z.string(), progress: Progress.nullable(), retries: z.number() };

/** A task as lists have it. */
export const Row = z.looseObject({
  ...task,
  task: z.string(),
  queue: z.string(),
  created_at: z.string(),
  arguments: z.string().nullish(),
});
export type Row = z.output<typeof Row>;

const result = { result: z.unknown(), result_url: z.string().optional() };

const TaskRecord = z.looseObject({ ...Row.shape, ...result, kind: z.literal("task") });
const GroupRecord = z.looseObject({
  ...state,
  ...result,
  kind: z.literal("group"),
  task_id: z.string(),
  total: z.number(),
  completed: z.number(),
  failed: z.number(),
  created_at: z.string(),
});

/** What `GET /result/{id}` says of a task or a group. */
export const Settled = z.discriminatedUnion("kind", [TaskRecord, GroupRecord]);
export type Settled = z.output<typeof Settled>;

export const Submission = z.looseObject({ task_id: z.string(), root_id: z.string() });
export const Page = z.looseObject({ tasks: z.array(Row), cursor: z.string().nullable() });
export const Options = z.looseObject({ options: z.record(z.string(), z.unknown()) });

const QueueRow = z.looseObject({
  name: z.string(),
  waiting: z.number(),
  in_flight: z.number(),
  delayed: z.number(),
  dead: z.number(),
});
export const Queues = z.looseObject({ queues: z.array(QueueRow) });

export const Live = z.looseObject({
  now: z.string(),
  tasks: z.array(Row),
  more: z.boolean(),
  states: z.array(z.looseObject({ ...task, kind: z.string() })),
});

export const Registry = z.looseObject({
  tasks: z.array(
    z.looseObject({
      name: z.string(),
      queue: z.string(),
      time_limit: z.number(),
      soft_time_limit: z.number().nullable(),
      max_retries: z.number().nullable(),
      args: z.record(z.string(), z.unknown()),
    }),
  ),
});

export const Workflows = z.looseObject({
  workflows: z.array(z.looseObject({ name: z.string(), tasks: z.array(z.string()) })),
});

const counts = { total: z.number().nullable(), completed: z.number().nullable(), failed: z.number().nullable() };

export const GraphNode = z.looseObject({
  ...state,
  ...counts,
  id: z.string(),
  kind: z.enum(["task", "chain", "group", "chord"]),
  task: z.string().nullable(),
  in: z.string().nullable(),
  role: z.enum(["top", "step", "member", "header", "body", "link", "replacement"]),
  index: z.number(),
  result_id: z.string(),
  progress: Progress.nullable(),
  retries: z.number(),
  hidden: z.number(),
});
export type GraphNode = z.output<typeof GraphNode>;

export const Graph = z.looseObject({ task_id: z.string(), result_id: z.string(), nodes: z.array(GraphNode) });
export const Upload = z.looseObject({ id: z.string(), url: z.string(), fields: z.record(z.string(), z.string()) });
export const Output = z.looseObject({ url: z.string() });
export const Health = z.looseObject({ status: z.string() });
export const OpenApi = z.looseObject({ openapi: z.string(), info: z.looseObject({ version: z.string() }) });
export const Revoked = z.looseObject({ task_id: z.string() });
export const Redriven = z.looseObject({ redriven: z.number() });

/** Why a request was refused, by RFC 9457. API Gateway itself may say only `message`. */
export const Problem = z.looseObject({
  title: z.string().optional(),
  detail: z.string().optional(),
  message: z.string().optional(),
  errors: z.array(z.looseObject({ path: z.string(), message: z.string() })).optional(),
});

const Quantiles = z.looseObject({ p50: z.number().nullable(), p95: z.number().nullable() });

export const Insights = z.looseObject({
  tasks: z.array(
    z.looseObject({
      task: z.string(),
      runs: z.number(),
      failed: z.number(),
      runtime: Quantiles,
      queue_wait: Quantiles,
      memory: z.looseObject({ max: z.number().nullable() }),
      payload: z.looseObject({ p95: z.number().nullable() }),
      cost: z.looseObject({ total_usd: z.number() }),
      advice: z.array(z.string()),
    }),
  ),
});
