import * as z from "zod";
import { Failure, FailureThreshold, Id, Time } from "./answer-parts.ts";
import { RunAnswer } from "./operator-schemas.ts";
import { HourInsight, TaskInsight } from "../insights/insights.ts";

export { HourInsight, TaskInsight };
export {
  RunAnswer,
  RunsAnswer,
  ResumeAnswer,
  BulkAnswer,
  ScheduleAnswer,
  SchedulesAnswer,
  NodeAnswer,
  HistoryAnswer,
} from "./operator-schemas.ts";

/**
 * Answers of the HTTP contract, to the key: the OpenAPI document is made of them, and tests hold real answers against
 * them.
 */

/** The answer to a submission. */
export const SubmissionAnswer = z.strictObject({
  task_id: Id,
  root_id: Id,
  status: z.literal("PENDING"),
  tasks: z.array(z.strictObject({ task_id: Id, task: z.string(), parent_id: Id.nullable(), group_id: Id.nullable() })),
});
export type SubmissionAnswer = z.output<typeof SubmissionAnswer>;

/** The answer to a batch. */
export const BatchAnswer = z.strictObject({ tasks: z.array(z.strictObject({ task_id: Id, task: z.string() })) });
export type BatchAnswer = z.output<typeof BatchAnswer>;

const Progress = z.strictObject({ current: z.number(), total: z.number(), message: z.string().nullable() });

/** A task's record, without its result. */
export const TaskSummary = z.strictObject({
  task_id: Id,
  kind: z.literal("task"),
  task: z.string(),
  status: z.string(),
  error: Failure.nullable(),
  progress: Progress.nullable(),
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
});
export type TaskSummary = z.output<typeof TaskSummary>;

/** A task's record with its result; `result_url` where the result is over 1 MB. */
export const ResultAnswer = z.strictObject({
  ...TaskSummary.shape,
  result: z.unknown(),
  result_url: z.url().optional(),
});
export type ResultAnswer = z.output<typeof ResultAnswer>;

/** A group's record; its result is the list of its members' results. */
export const GroupAnswer = z.strictObject({
  task_id: Id,
  kind: z.literal("group"),
  status: z.string(),
  result: z.unknown(),
  result_url: z.url().optional(),
  error: Failure.nullable(),
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
export type GroupAnswer = z.output<typeof GroupAnswer>;

/** All of a task's data; `args_url`, of the JSON `[args, kwargs]`, where both, with the result, are over 4 MB. */
export const TaskAnswer = z.strictObject({
  ...ResultAnswer.shape,
  args: z.array(z.unknown()).nullable(),
  kwargs: z.record(z.string(), z.unknown()).nullable(),
  args_url: z.url().optional(),
  options: z.record(z.string(), z.unknown()),
  events: z.array(z.strictObject({ status: z.string(), at: Time, attempt: z.int().min(0) })),
});
export type TaskAnswer = z.output<typeof TaskAnswer>;

/** A page of records. */
export const ListAnswer = z.strictObject({ tasks: z.array(TaskSummary), cursor: z.string().nullable() });
export type ListAnswer = z.output<typeof ListAnswer>;

/** A task as the monitor lists it. */
export const TaskRow = z.strictObject({
  ...TaskSummary.shape,
  /** The beginning of its arguments as a call would have them; null where they lie in S3. */
  arguments: z.string().nullable(),
  /** When it may start, where it waits for that. */
  due_at: Time.nullable(),
});
export type TaskRow = z.output<typeof TaskRow>;

/** A page of what a search found; `searched`: how many tasks were looked at for it. */
export const SearchAnswer = z.strictObject({
  tasks: z.array(TaskRow),
  searched: z.int().min(0),
  cursor: z.string().nullable(),
});
export type SearchAnswer = z.output<typeof SearchAnswer>;

const Counts = {
  total: z.int().min(0).nullable(),
  completed: z.int().min(0).nullable(),
  failed: z.int().min(0).nullable(),
};

/** What changes about a task or group, without saying whose it is. */
export const State = z.strictObject({
  status: z.string(),
  error: Failure.nullable(),
  progress: Progress.nullable(),
  retries: z.int().min(0),
  started_at: Time.nullable(),
  done_at: Time.nullable(),
  runtime: z.number().min(0).nullable(),
  /** Of a group: its members, and how many have ended well and badly; null where that takes a look at each. */
  ...Counts,
});
export type State = z.output<typeof State>;

/** What changes about a task or group. */
export const StateAnswer = z.strictObject({ task_id: Id, kind: z.enum(["task", "group"]), ...State.shape });
export type StateAnswer = z.output<typeof StateAnswer>;

/** A queue in numbers: its messages as SQS counts them, and the tasks of its module that are dead. */
export const QueueCounts = z.strictObject({
  name: z.string(),
  waiting: z.int(),
  in_flight: z.int(),
  delayed: z.int(),
  dead: z.int(),
});
export type QueueCounts = z.output<typeof QueueCounts>;

/** What has changed since the last look. */
export const LiveAnswer = z.strictObject({
  /** What the next look gives as `since`. */
  now: Time,
  /** Tasks created since, newest first; at most 50. A task may be told in several looks, for indexes lag. */
  tasks: z.array(TaskRow),
  /** Whether there are more of them. */
  more: z.boolean(),
  states: z.array(StateAnswer),
  /** As `GET /queues` gives them; null where nobody asked. */
  queues: z.array(QueueCounts).nullable(),
});
export type LiveAnswer = z.output<typeof LiveAnswer>;

/** A node of a graph: a task, or a canvas around others. */
export const GraphNode = z.strictObject({
  id: Id,
  kind: z.enum(["task", "chain", "group", "chord"]),
  /** The name of a task; null for a canvas. */
  task: z.string().nullable(),
  /** The canvas around it, or the task that started it or that it replaces; null for the top. */
  in: Id.nullable(),
  role: z.enum(["top", "step", "member", "header", "body", "link", "replacement"]),
  /** Its place among steps or members, from 0. */
  index: z.int().min(0),
  /** The id whose record says how it ended. */
  result_id: Id,
  ...State.shape,
  /** Steps or members that are not among the nodes: of a wide group all, which `/members` lists. */
  hidden: z.int().min(0),
});
export type GraphNode = z.output<typeof GraphNode>;

/** A submission as a graph. Nodes come with the canvas around them first. */
export const GraphAnswer = z.strictObject({
  /** What it was asked for by, and what its result is asked for by. */
  task_id: Id,
  result_id: Id,
  root_id: Id,
  created_at: Time,
  /** The run as a list of runs has it; null of a lone task, and of what runs in the place of one. */
  run: RunAnswer.nullable(),
  nodes: z.array(GraphNode),
});
export type GraphAnswer = z.output<typeof GraphAnswer>;

/** A member of a group as a page lists it. */
export const Member = z.strictObject({ index: z.int().min(0), task: z.string().nullable(), ...StateAnswer.shape });
export type Member = z.output<typeof Member>;

/** A page of a group's members in their order. */
export const MembersAnswer = z.strictObject({
  task_id: Id,
  total: z.int().min(0),
  offset: z.int().min(0),
  members: z.array(Member),
});
export type MembersAnswer = z.output<typeof MembersAnswer>;

/** The answer to `POST /documents/uploads`. */
export const UploadAnswer = z.strictObject({
  id: Id,
  url: z.url(),
  fields: z.record(z.string(), z.string()),
  max_bytes: z.int(),
  expires_at: Time,
});
export type UploadAnswer = z.output<typeof UploadAnswer>;

/** The answer to a revocation. */
export const RevokeAnswer = z.strictObject({ task_id: Id });
export type RevokeAnswer = z.output<typeof RevokeAnswer>;

/** What a queue held when the request came, as SQS counts it. */
const Held = {
  name: z.string(),
  waiting: z.int().min(0),
  /** For up to 15 minutes; what is due later waits in Scheduler, which counts nothing. */
  delayed: z.int().min(0),
};

/** The answer to a redrive: how many dead tasks went back, behind what the queue held. */
export const RedriveAnswer = z.strictObject({ ...Held, redriven: z.int().min(0) });
export type RedriveAnswer = z.output<typeof RedriveAnswer>;

/** The answer to a purge: what is revoked, and with it what is due later. */
export const PurgeAnswer = z.strictObject(Held);
export type PurgeAnswer = z.output<typeof PurgeAnswer>;

/** The queues. */
export const QueuesAnswer = z.strictObject({
  queues: z.array(QueueCounts),
});
export type QueuesAnswer = z.output<typeof QueuesAnswer>;

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
export type WorkflowsAnswer = z.output<typeof WorkflowsAnswer>;

/** What became of tasks, from the summaries of hours. Seconds, MB, bytes, USD. */
export const InsightsAnswer = z.strictObject({
  since: Time,
  until: Time,
  failure_threshold: FailureThreshold,
  tasks: z.array(TaskInsight),
  series: z.array(HourInsight),
});
export type InsightsAnswer = z.output<typeof InsightsAnswer>;

/** Liveness. */
export const HealthAnswer = z.strictObject({ status: z.literal("ok") });
export type HealthAnswer = z.output<typeof HealthAnswer>;

/** A redirect, for those who do not follow it. */
export const OutputAnswer = z.strictObject({ url: z.url() });
export type OutputAnswer = z.output<typeof OutputAnswer>;

/** Why a request was refused. */
export const ProblemAnswer = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
});
export type ProblemAnswer = z.output<typeof ProblemAnswer>;
