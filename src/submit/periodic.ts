import { derivedId } from "../aws/ids.ts";
import type { Services } from "../aws/services.ts";
import { loneTask } from "../core/canvas/plan.ts";
import { type RunMessage, RunMessageSchema } from "../core/record/message.ts";
import { makeCall } from "./call.ts";
import { type PeriodicMessage, PeriodicMessageSchema } from "../core/define/schedule.ts";

/**
 * The message to run a task, from a queue's: one of ours, or Scheduler's for a periodic task. Null for any other;
 * `paused` for one of a schedule that somebody has paused.
 */
export async function readRunMessage(services: Services, body: unknown): Promise<RunMessage | "paused" | null> {
  // The common case first: a schema that does not fit takes longer to say so than one that does.
  const message = RunMessageSchema.safeParse(body);
  if (message.success) return message.data;
  const periodic = PeriodicMessageSchema.safeParse(body);
  return periodic.success ? runOf(services, periodic.data) : null;
}

/**
 * One run of a periodic task. Its id derives from schedule and slot, so that one that Scheduler sends twice runs once.
 */
async function runOf(
  services: Services,
  { task, schedule, slot, args, kwargs }: PeriodicMessage,
): Promise<RunMessage | "paused" | null> {
  if (services.registry.find(task) === null) return null;
  const now = Date.parse(slot);
  const id = derivedId("periodic", schedule, slot);
  const runs = await services.schedules.fired(schedule, slot, id);
  // What had begun when its schedule was paused goes on.
  if (!runs && (await services.tasks.get(id, services.now())) === null) return "paused";
  const node = { task, args, kwargs, options: {}, immutable: false };
  const made = await makeCall(services, loneTask(id, node), { root: id, correlation: id, origin: "schedule", now });
  // Its record is made by its claim, and listings ask only the days that are noted.
  await services.tasks.noteDay(now);
  return { op: "run", attempt: 0, hops: 0, ...made };
}
