import type { SQSRecord } from "aws-lambda";
import { answerToken } from "../aws/engine.ts";
import type { Services } from "../aws/services.ts";
import { type CanvasMessage, CanvasMessageSchema } from "../core/record/canvas.ts";
import { onDeadLetter } from "../core/record/claim.ts";
import { type CeleriacError, NotRegistered, WorkerLost, describeError } from "../core/errors.ts";
import { MAX_RECEIVE_COUNT } from "../core/limits.ts";
import { moduleOf } from "../core/record/record.ts";
import { isWaiting } from "../core/record/states.ts";
import { finish, inHand, notify } from "../end/finish.ts";
import { logLine } from "../log.ts";
import { sendLater } from "../end/later.ts";
import { keepLetter, parseJson, whyUnreadable } from "../end/letter.ts";
import { readRunMessage } from "../submit/periodic.ts";
import { resumeReplacement } from "../end/replace.ts";

/** Ends what a dead letter was about. */
export async function buryLetter(services: Services, record: SQSRecord): Promise<void> {
  const body = parseJson(record.body);
  const canvas = CanvasMessageSchema.safeParse(body);
  if (canvas.success && (canvas.data.op !== "run" || (await services.canvases.canvas(canvas.data.id)) !== null)) {
    return buryCanvas(canvas.data);
  }
  const error = new WorkerLost(`its message was delivered ${MAX_RECEIVE_COUNT} times without an end`);
  return buryTask(services, record, body, (task) => ({ error, dead: moduleOf(task) }));
}

/** Ends the task of a message to a module that was removed: no code is there to run it. */
export function buryRetired(services: Services, record: SQSRecord): Promise<void> {
  return buryTask(services, record, parseJson(record.body), (task) => ({ error: new NotRegistered(task) }));
}

/**
 * Ends a task that nobody will run, unless it has ended, still runs, or waits for a later attempt: then it is told
 * again, or looked at later.
 */
async function buryTask(
  services: Services,
  record: SQSRecord,
  body: unknown,
  causeOf: (task: string) => { readonly error: CeleriacError; readonly dead?: string },
): Promise<void> {
  const message = await readRunMessage(services, body);
  if (message === null) {
    return keepLetter(services, { ...record, module: sourceOf(services, record) }, whyUnreadable(body));
  }
  if (message === "paused") return;
  const task = await services.tasks.get(message.id, services.now());
  const call = task?.call ?? message.call;
  if (call === undefined) return;
  const decision = onDeadLetter(task, message, services.now());
  if (task !== null && decision.action === "notify") return notify(services, task, message.token);
  if (task !== null && decision.action === "replaced") return resumeReplacement(services, task, message);
  if (decision.action === "resend") {
    return sendLater(services, call, { ...message, attempt: decision.attempt }, decision.due);
  }
  const waits = task === null || isWaiting(task.status);
  const { error, ...dead } = causeOf(call.task);
  const held = { id: message.id, call, attempt: task?.attempt ?? message.attempt, fence: waits ? null : task.fence };
  await finish(services, inHand(held, message.token, dead), { status: "FAILURE", error: describeError(error) });
}

/** The queue that gave a message up, or that it is in. */
function sourceOf({ queues }: Services, { eventSourceARN, attributes }: SQSRecord): string {
  return queues.moduleOf(attributes.DeadLetterQueueSourceArn ?? eventSourceARN);
}

/**
 * Ends what waits for a dead letter of the canvas queue: a chunk that could not be started counts its members as lost,
 * and a canvas that could not be started or closed is settled by its machine. Others are made good by the sweep.
 */
async function buryCanvas(message: CanvasMessage): Promise<void> {
  if (message.op !== "letter") logLine("ERROR", "a message of a canvas was given up", {}, { op: message.op });
  if ("token" in message && message.token !== undefined) await answerToken(message.token, "WorkerLost");
}
