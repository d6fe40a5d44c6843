import { setTimeout as sleep } from "node:timers/promises";
import type { Services } from "../aws/services.ts";
import type { Call, RunMessage } from "../core/record/message.ts";
import { stillCounts } from "../core/define/rate.ts";
import { sendLater } from "../end/later.ts";

/**
 * Milliseconds that a worker waits for a start itself: SQS delays by whole seconds, and a second of Lambda costs what a
 * message does.
 */
const SHORT = 1_000;

/**
 * Waits for the start that the task's rate limit gives it: a moment here, longer in the queue. The message keeps the
 * start that was reserved for it, so that it is charged for one. @returns whether the task may start; false where its
 * message was sent on.
 */
export async function mayStart(services: Services, message: RunMessage, call: Call): Promise<boolean> {
  const interval = services.registry.intervalOf(call.task);
  if (interval === null) return true;
  const kept = message.slot;
  if (kept !== undefined && stillCounts(kept, services.now())) {
    await sleep(Math.max(0, kept.at - services.now()));
    return true;
  }
  const at = await services.rates.reserve(call.task, interval, services.now());
  const wait = at - services.now();
  if (wait > SHORT) {
    await sendLater(services, call, { ...message, slot: { at, taken: (kept?.taken ?? 0) + 1 } }, at);
    return false;
  }
  await sleep(Math.max(0, wait));
  return true;
}
