import * as z from "zod";
import { Failure, FailureThreshold, Id, Time } from "./answer-parts.ts";

/** Answers for those who look after a stage: runs, schedules, many tasks at once, what was recorded. */

/** A run of a canvas, as a list of runs has it. */
export const RunAnswer = z.strictObject({
  /** The id that its result is asked for by. */
  task_id: Id,
  root_id: Id,
  /** Of a named workflow; null for any other canvas. */
  name: z.string().nullable(),
  kind: z.enum(["chain", "group", "chord"]),
  /** Its tasks and how they follow each other: `math.add → [probe.sleep × 300] → math.xsum`. */
  shape: z.string(),
  /** PENDING until one of its tasks has started, then STARTED until its result is there. */
  status: z.enum(["PENDING", "STARTED", "SUCCESS", "FAILURE", "REVOKED"]),
  error: Failure.nullable(),
  /** Who submitted it; null where the stage asks nobody. */
  submitted_by: z.string().nullable(),
  /** `api`, or the task that submitted it. */
  origin: z.string(),
  created_at: Time,
  done_at: Time.nullable(),
  /** Seconds from its submission to its end, or until now. */
  duration: z.number().min(0).nullable(),
  /** Its tasks; of a group of more than 10, its members. `failed`: or revoked. */
  total: z.int().min(0),
  completed: z.int().min(0),
  failed: z.int().min(0),
  running: z.int().min(0),
});
export type RunAnswer = z.output<typeof RunAnswer>;

/** A page of runs. */
export const RunsAnswer = z.strictObject({ canvases: z.array(RunAnswer), cursor: z.string().nullable() });
export type RunsAnswer = z.output<typeof RunsAnswer>;

/** The answer to a resumption. */
export const ResumeAnswer = z.strictObject({
  task_id: Id,
  /** Tasks that run again, or for the first time. */
  resumed: z.int().min(1),
  /** Tasks that had succeeded: their results are kept. */
  kept: z.int().min(0),
});
export type ResumeAnswer = z.output<typeof ResumeAnswer>;

/** The answer to what was done with many tasks. */
export const BulkAnswer = z.strictObject({
  action: z.enum(["retry", "revoke", "forget"]),
  dry_run: z.boolean(),
  /** Tasks that the action is for, among those that were looked at. */
  matched: z.int().min(0),
  done: z.int().min(0),
  /** The first 100 that could not be done, and why. */
  refused: z.array(z.strictObject({ task_id: Id, detail: z.string() })),
  searched: z.int().min(0),
  /** Where to go on; null where nothing is left. */
  cursor: z.string().nullable(),
});
export type BulkAnswer = z.output<typeof BulkAnswer>;

/** A schedule of a task. */
export const ScheduleAnswer = z.strictObject({
  name: z.string(),
  task: z.string(),
  queue: z.string(),
  /** EventBridge Scheduler's: `rate(...)` or `cron(...)`. */
  expression: z.string(),
  timezone: z.string(),
  args: z.array(z.unknown()),
  kwargs: z.record(z.string(), z.unknown()),
  /** When it was paused; null while it runs. */
  paused_at: Time.nullable(),
  /** Its last run; null where there was none, or it is gone. */
  last: z
    .strictObject({
      task_id: Id,
      status: z.string(),
      error: Failure.nullable(),
      runtime: z.number().min(0).nullable(),
      done_at: Time.nullable(),
    })
    .nullable(),
  /** What time its last run was planned for. */
  last_slot: Time.nullable(),
  /** Its next five runs; of a rate that has not run yet nobody knows. */
  next: z.array(Time),
});
export type ScheduleAnswer = z.output<typeof ScheduleAnswer>;

/** Every schedule. */
export const SchedulesAnswer = z.strictObject({ schedules: z.array(ScheduleAnswer) });
export type SchedulesAnswer = z.output<typeof SchedulesAnswer>;

/** A node that runs something again, as `POST /canvas` takes it. */
export const NodeAnswer = z.strictObject({ task_id: Id, node: z.record(z.string(), z.unknown()) });
export type NodeAnswer = z.output<typeof NodeAnswer>;

/** One minute of one task. */
const MinuteInsight = z.strictObject({
  /** When the minute began. */
  time: Time,
  task: z.string(),
  succeeded: z.int().min(0),
  failed: z.int().min(0),
  retried: z.int().min(0),
  /** Seconds that its attempts took on average. */
  runtime_mean: z.number().min(0),
});

/** The queues at one minute, as the stage recorded them. */
const QueueSample = z.strictObject({
  time: Time,
  queues: z.array(
    z.strictObject({
      name: z.string(),
      waiting: z.int().min(0),
      in_flight: z.int().min(0),
      delayed: z.int().min(0),
      /** Seconds for which messages have waited for their turn lately; null where no worker has noted it. */
      age: z.number().min(0).nullable(),
    }),
  ),
});

/** What the last minutes or hours were like. */
export const HistoryAnswer = z.strictObject({
  since: Time,
  until: Time,
  failure_threshold: FailureThreshold,
  minutes: z.array(MinuteInsight),
  samples: z.array(QueueSample),
});
export type HistoryAnswer = z.output<typeof HistoryAnswer>;
