import { CANVAS_QUEUE } from "../aws/engine.ts";
import type { Received } from "../aws/queues.ts";
import type { Services } from "../aws/services.ts";
import type { CanvasMessage } from "../core/record/canvas.ts";
import { Revoked, describeError } from "../core/errors.ts";
import type { RunMessage } from "../core/record/message.ts";
import { inParallel } from "../core/parallel.ts";
import { isFinal } from "../core/record/states.ts";
import { finish, unstarted } from "../end/finish.ts";
import { purgeDelayed } from "./purge-delayed.ts";
import { keepLetter, parseJson, whyUnreadable } from "../end/letter.ts";
import { readRunMessage } from "../submit/periodic.ts";

/** Milliseconds that one message works; what is left is for the next, since the function has 300 s. */
const TIME = 120_000;

/**
 * Takes what waits in a module's queue and revokes it. SQS's own PurgeQueue would only drop messages, and leave their
 * tasks PENDING and their canvases waiting. What came after the request stays. What is delayed, in the queue or in
 * Scheduler, nobody can receive: its tasks are looked for, and its messages find them revoked.
 */
export async function purgeQueue(services: Services, message: Extract<CanvasMessage, { op: "purge" }>): Promise<void> {
  const { queue, before } = message;
  const until = services.now() + TIME;
  while (services.now() < until) {
    const received = await services.queues.receive(queue);
    const [older, newer] = [
      received.filter(({ sent }) => sent < before),
      received.filter(({ sent }) => sent >= before),
    ];
    await inParallel(older, (one) => revoke(services, queue, one));
    await inParallel(newer, ({ receiptHandle }) => services.queues.hide(queue, receiptHandle, 0));
    if (older.length === 0) return purgeDelayed(services, message);
  }
  await services.queues.send({ module: CANVAS_QUEUE, message, delay: 0 });
}

async function revoke(services: Services, queue: string, received: Received): Promise<void> {
  const { body, messageId, receiptHandle } = received;
  const json = parseJson(body);
  const message = await readRunMessage(services, json);
  if (message === null) await keepLetter(services, { messageId, body, module: queue }, whyUnreadable(json));
  // What is not revoked stays hidden for a while, and then comes to its worker.
  const isNobodys = message === null || message === "paused";
  if (isNobodys || (await hasRevoked(services, message))) await services.queues.remove(queue, receiptHandle);
}

/** False of a task that runs or has ended: its message is a second one of it, which its worker knows how to take. */
async function hasRevoked(services: Services, message: RunMessage): Promise<boolean> {
  const record = await services.tasks.get(message.id, services.now());
  const call = record?.call ?? message.call;
  if (call === undefined) return true;
  if (record !== null && isFinal(record.status)) return false;
  const task = unstarted({ ...message, attempt: record?.attempt ?? message.attempt }, call);
  return finish(services, task, { status: "REVOKED", error: describeError(new Revoked()) });
}
