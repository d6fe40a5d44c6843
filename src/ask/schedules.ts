import type { Services } from "../aws/services.ts";
import type { ScheduleAnswer } from "../core/http/answer-schemas.ts";
import { rfc3339 } from "../core/http/answer.ts";
import { nextRuns } from "../core/define/next-runs.ts";
import type { RegisteredSchedule, RegisteredTask } from "../core/define/registry.ts";
import { Problem } from "../core/http/problem.ts";
import { type Caller, mayAccess } from "../core/record/caller.ts";
import type { TaskRecord } from "../core/record/record.ts";

/** Runs to come that are told of each schedule. */
const NEXT = 5;

/** A schedule with the task that it runs. */
export interface FoundSchedule {
  readonly task: RegisteredTask;
  readonly schedule: RegisteredSchedule;
}

/** Every schedule that is deployed: what ran last, as far as it is the caller's to see, and what comes next. */
export async function describeSchedules(services: Services, caller: Caller): Promise<ScheduleAnswer[]> {
  const all = schedulesOf(services);
  const states = await services.schedules.states(all.map(({ schedule }) => schedule.name));
  const now = services.now();
  const last = await services.tasks.getMany(
    states.flatMap((state) => state.last ?? []),
    now,
  );
  const records = new Map(last.map((record) => [record.id, record]));
  return all.map(({ task, schedule }, at): ScheduleAnswer => {
    const state = states[at] ?? { paused: null, slot: null, last: null };
    const record = records.get(state.last ?? "");
    const slot = state.slot === null ? null : Date.parse(state.slot);
    const next = nextRuns(schedule, { now, last: slot, count: NEXT });
    return {
      name: schedule.name,
      task: task.name,
      queue: task.queue,
      expression: schedule.expression,
      timezone: schedule.timezone,
      args: [...schedule.args],
      kwargs: { ...schedule.kwargs },
      paused_at: rfc3339(state.paused),
      last: record !== undefined && mayAccess(caller, record.call.owner) ? lastRun(record) : null,
      last_slot: rfc3339(slot),
      next: next.map((time) => rfc3339(time)),
    };
  });
}

function lastRun({ id, status, error, runtime, done }: TaskRecord): ScheduleAnswer["last"] {
  return { task_id: id, status, error, runtime, done_at: rfc3339(done) };
}

/** The schedule `name`. @throws Problem 404 where none is deployed under it. */
export function findSchedule(services: Services, name: string): FoundSchedule {
  const found = schedulesOf(services).find(({ schedule }) => schedule.name === name);
  if (found !== undefined) return found;
  throw new Problem(404, "unknown_schedule", "There is no schedule of this name. GET /schedules lists them.");
}

function schedulesOf({ registry }: Services): FoundSchedule[] {
  return registry.tasks.flatMap((task) => task.schedules.map((schedule) => ({ task, schedule })));
}
