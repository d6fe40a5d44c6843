import { setTimeout as sleep } from "node:timers/promises";
import type { Runtime } from "../aws/runtime.ts";
import type { Call, RunMessage } from "../core/record/message.ts";
import { stillCounts } from "../core/define/rate.ts";
import { sendLater } from "../end/later.ts";

/** Milliseconds that a worker waits for a start itself: SQS delays by whole seconds, and a second of Lambda costs what a message does. */
const SHORT = 1_000;

/**
 * Waits for the start that the task's rate limit gives it: a moment here, longer in the queue. The message keeps the start that was reserved for it, so that
 * it is charged for one. @returns whether the task may start; false where its message was sent on.
 */
export async function mayStart(runtime: Runtime, message: RunMessage, call: Call): Promise<boolean> {
  const interval = runtime.registry.intervalOf(call.task);
  if (interval === null) return true;
  const kept = message.slot;
  if (kept !== undefined && stillCounts(kept, runtime.now())) {
    await sleep(Math.max(0, kept.at - runtime.now()));
    return true;
  }
  const at = await runtime.rates.reserve(call.task, interval, runtime.now());
  const wait = at - runtime.now();
  if (wait > SHORT) {
    await sendLater(runtime, call, { ...message, slot: { at, taken: (kept?.taken ?? 0) + 1 } }, at);
    return false;
  }
  await sleep(Math.max(0, wait));
  return true;
}
