import { derivedId } from "../aws/ids.ts";
import type { Services } from "../aws/services.ts";
import { type RunMessage, RunMessageSchema, createCall } from "../core/record/message.ts";
import { type PeriodicMessage, PeriodicMessageSchema } from "../core/define/schedule.ts";

/** The message to run a task that a queue's message is, be it one of ours or Scheduler's for a periodic task; null for any other. */
export async function readRunMessage(services: Services, body: unknown): Promise<RunMessage | null> {
  const periodic = PeriodicMessageSchema.safeParse(body);
  if (periodic.success) return runOf(services, periodic.data);
  return RunMessageSchema.safeParse(body).data ?? null;
}

/** One run of a periodic task. Its id derives from schedule and slot, so that one that Scheduler sends twice runs once. */
async function runOf(
  services: Services,
  { task, schedule, slot, args, kwargs }: PeriodicMessage,
): Promise<RunMessage | null> {
  const registered = services.registry.find(task);
  if (registered === null) return null;
  const now = Date.parse(slot);
  const id = derivedId("periodic", schedule, slot);
  const node = { task, args, kwargs, options: {}, immutable: false };
  const context = { root: id, parent: null, group: null, groupIndex: null, correlation: id, origin: "schedule", now };
  const payload = await services.payloads.store(`payloads/${id}.json`, JSON.stringify([args, kwargs]));
  // Its record is made by its claim, and listings ask only the days that are noted.
  await services.tasks.noteDay(now);
  return { op: "run", id, attempt: 0, hops: 0, call: createCall(node, registered, context, payload) };
}
