import type { Services } from "../aws/services.ts";
import type { RunMessage } from "../core/record/message.ts";
import { logLine } from "../log.ts";
import type { Delivery } from "./run.ts";

/**
 * Notes how long a message has waited for its turn, from when it was due. What came before or was sent on for a reason
 * of its own says nothing of the queue. A note that fails must not keep a task from running.
 */
export async function noteAge(
  services: Services,
  module: string,
  message: RunMessage,
  delivery: Delivery,
): Promise<void> {
  if (delivery.receiveCount > 1 || delivery.sent === null) return;
  if (message.hops > 0 && message.due === undefined) return;
  const now = services.now();
  const age = (now - Math.max(delivery.sent, message.due ?? 0)) / 1000;
  try {
    await services.ages.note(module, age, now);
  } catch (error) {
    logLine("WARN", "the age of a queue could not be noted", {}, { module, error: String(error) });
  }
}
