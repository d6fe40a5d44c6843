import * as z from "zod";
import {
  BulkAnswer,
  GraphAnswer,
  GraphNode as AnyGraphNode,
  GroupAnswer,
  HealthAnswer,
  LiveAnswer,
  OutputAnswer,
  PurgeAnswer,
  QueueCounts,
  RedriveAnswer,
  ResultAnswer,
  ResumeAnswer,
  RevokeAnswer,
  RunAnswer,
  ScheduleAnswer,
  StateAnswer,
  SubmissionAnswer,
  TaskAnswer,
  TaskInsight,
  TaskRow,
  UploadAnswer,
  WorkflowsAnswer,
} from "../src/core/http/answer-schemas.ts";
import { RegisteredTaskSchema } from "../src/core/define/registry.ts";

/**
 * What the commands read of the API's answers: some keys of the contract's schemas. Other keys pass and may be missing,
 * since a stage may be of another version.
 */

const state = { status: true, error: true, started_at: true, done_at: true, runtime: true } as const;
const result = { result: true, result_url: true } as const;
const row = {
  ...state,
  task_id: true,
  progress: true,
  retries: true,
  task: true,
  queue: true,
  created_at: true,
} as const;
const counts = { total: true, completed: true, failed: true } as const;

/** A task as lists have it. */
export const Row = TaskRow.pick({ ...row, arguments: true })
  .partial({ arguments: true })
  .loose();
export type Row = z.output<typeof Row>;

/** What `GET /result/{id}` says of a task or a group. */
export const TaskOrGroup = z.discriminatedUnion("kind", [
  ResultAnswer.pick({ ...row, ...result, kind: true }).loose(),
  GroupAnswer.pick({ ...state, ...result, ...counts, kind: true, task_id: true, created_at: true }).loose(),
]);
export type TaskOrGroup = z.output<typeof TaskOrGroup>;

/** The answer to a submission. */
export const Submission = SubmissionAnswer.pick({ task_id: true, root_id: true }).loose();
/** A page of tasks. */
export const Page = z.looseObject({ tasks: z.array(Row), cursor: z.string().nullable() });
/** The options that a task was called with. */
export const Options = TaskAnswer.pick({ options: true }).loose();
/** The queues in numbers. */
export const Queues = z.looseObject({ queues: z.array(QueueCounts.loose()) });

/** What has changed since the last look. */
export const Live = LiveAnswer.pick({ now: true, more: true })
  .extend({
    tasks: z.array(Row),
    states: z.array(StateAnswer.pick({ ...state, task_id: true, progress: true, retries: true, kind: true }).loose()),
  })
  .loose();

/** The tasks that are deployed. */
export const Registry = z.looseObject({
  tasks: z.array(
    RegisteredTaskSchema.pick({
      name: true,
      queue: true,
      time_limit: true,
      soft_time_limit: true,
      max_retries: true,
      args: true,
    }).loose(),
  ),
});

/** The named workflows. */
export const Workflows = z.looseObject({
  workflows: z.array(WorkflowsAnswer.shape.workflows.element.pick({ name: true, tasks: true }).loose()),
});

/** A node of a graph. */
export const GraphNode = AnyGraphNode.loose();
export type GraphNode = z.output<typeof GraphNode>;

/** A submission as a graph. */
export const Graph = GraphAnswer.pick({ task_id: true, result_id: true })
  .extend({ nodes: z.array(GraphNode) })
  .loose();
/** Where a document is to be sent. */
export const Upload = UploadAnswer.pick({ id: true, url: true, fields: true }).loose();
/** Where an output lies. */
export const Output = OutputAnswer.loose();
/** Liveness; a stage that is not well may say so in another word. */
export const Health = HealthAnswer.extend({ status: z.string() }).loose();
/** The contract itself. */
export const OpenApi = z.looseObject({ openapi: z.string(), info: z.looseObject({ version: z.string() }) });
/** What was revoked. */
export const Revoked = RevokeAnswer.loose();
const held = PurgeAnswer.pick({ waiting: true, delayed: true }).partial().shape;
/** How many dead tasks went back, and what the queue held. */
export const Redriven = RedriveAnswer.pick({ redriven: true }).extend(held).loose();
/** What a purge revokes. */
export const Purged = PurgeAnswer.pick({ name: true }).extend(held).loose();

/** What became of tasks. */
export const Insights = z.looseObject({
  tasks: z.array(
    TaskInsight.pick({
      task: true,
      runs: true,
      failed: true,
      runtime: true,
      queue_wait: true,
      memory: true,
      payload: true,
      cost: true,
      advice: true,
    }).loose(),
  ),
});

/** Runs of canvases. */
export const Runs = z.looseObject({ canvases: z.array(RunAnswer.loose()) });
/** What was resumed. */
export const Resumed = ResumeAnswer.loose();
/** What was done with many tasks. */
export const Bulk = BulkAnswer.loose();
/** A schedule. */
export const Schedule = ScheduleAnswer.loose();
/** What runs by itself. */
export const Schedules = z.looseObject({ schedules: z.array(Schedule) });

/** What a dashboard knows of a task's log. */
export const Logs = z.looseObject({
  lines: z
    .array(
      z.object({
        time: z.string(),
        level: z.string(),
        message: z.string(),
        fields: z.record(z.string(), z.unknown()),
      }),
    )
    .nullable(),
});
