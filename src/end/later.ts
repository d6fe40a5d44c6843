import { toTask } from "../aws/queues.ts";
import type { Services } from "../aws/services.ts";
import type { Call, RunMessage } from "../core/record/message.ts";

/**
 * Sends a message whose task must not start before `due` (milliseconds since 1970). Where the message is to wait in
 * Scheduler, its submission says so: the sweep takes a canvas that waits while no queue holds a message for a lost one.
 */
export async function sendLater(services: Services, call: Call, message: RunMessage, due: number): Promise<void> {
  const next = { ...message, due, hops: message.hops + 1 };
  const scheduled = await services.queues.send(toTask(call.task, next, (due - services.now()) / 1000));
  if (scheduled && call.submission !== null) await services.canvases.waitsUntil(call.submission, due);
}

/** The message of another attempt, which neither a reserved start nor the returns of this one are for. */
export function forAttempt(message: RunMessage, attempt: number): RunMessage {
  return { ...message, attempt, slot: undefined, returns: undefined };
}
