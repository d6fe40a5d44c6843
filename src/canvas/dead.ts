import type { SQSRecord } from "aws-lambda";
import { CANVAS_QUEUE, answerToken } from "../aws/engine.ts";
import { toTask } from "../aws/queues.ts";
import type { Services } from "../aws/services.ts";
import { backoff } from "../core/define/backoff.ts";
import { CELERY_QUEUE, type CeleryMessage, CeleryMessageSchema } from "../core/celery.ts";
import { type CanvasMessage, CanvasMessageSchema, Returned } from "../core/record/canvas.ts";
import { onDeadLetter, unclaimed } from "../core/record/claim.ts";
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

/** Ends what a dead letter was about, or puts it back into its queue where nobody has taken it up yet. */
export async function buryLetter(services: Services, record: SQSRecord): Promise<void> {
  const body = parseJson(record.body);
  const canvas = CanvasMessageSchema.safeParse(body);
  if (canvas.success && (canvas.data.op !== "run" || (await services.canvases.canvas(canvas.data.id)) !== null)) {
    return buryCanvas(services, canvas.data, Returned.parse(body));
  }
  const bridge = CeleryMessageSchema.safeParse(body);
  if (bridge.success) return buryForBridge(services, record, bridge.data, Returned.parse(body));
  const error = new WorkerLost(`its message was delivered ${MAX_RECEIVE_COUNT} times without an end`);
  return buryTask(services, record, body, (task) => ({ error, dead: moduleOf(task) }));
}

/**
 * Returns a dead letter that may come any number of times to its queue, unless it has come back too often.
 * @param tell writes the line of the log. @returns whether it went back
 */
async function goesBack(
  services: Services,
  { module, message }: { readonly module: string; readonly message: CanvasMessage | CeleryMessage },
  before: { readonly returns: number },
  tell: (returns: number) => void,
): Promise<boolean> {
  const decision = unclaimed(before);
  if (decision.action !== "return") return false;
  const { returns } = decision;
  tell(returns);
  const again = { ...message, returns };
  await services.queues.send({ module, message: again, delay: backoff(returns) });
  return true;
}

/**
 * Returns a dead letter of the bridge, which may come any number of times. After too many a task that it was to look
 * for is ended here; what a client was to be told is kept, for a redrive.
 */
async function buryForBridge(
  services: Services,
  record: SQSRecord,
  message: CeleryMessage,
  before: { readonly returns: number },
): Promise<void> {
  const line = "a message of the bridge goes back from the dead letters";
  const tell = (returns: number): void => logLine("WARN", line, { task_id: message.id }, { returns });
  if (await goesBack(services, { module: CELERY_QUEUE, message }, before, tell)) return;
  if (message.op === "celery")
    return keepLetter(services, { ...record, module: CELERY_QUEUE }, "the result could not be stored");
  const { id, attempt, token } = message;
  const error = new WorkerLost("its result could not be looked for");
  return buryTask(services, record, { op: "run", id, attempt, hops: 0, token }, () => ({ error, dead: CELERY_QUEUE }));
}

/** Ends the task of a message to a module that was removed: no code is there to run it. */
export function buryRetired(services: Services, record: SQSRecord): Promise<void> {
  return buryTask(services, record, parseJson(record.body), retired);
}

function retired(task: string): Cause {
  return { error: new NotRegistered(task) };
}

/** Why a task ends, and the module among whose dead it is counted. */
interface Cause {
  readonly error: CeleriacError;
  readonly dead?: string;
}

/**
 * Ends a task that nobody will run, unless it has ended, still runs, waits for a later attempt, or was never taken up:
 * then it is told again, looked at later, or goes back to its queue, if that has somebody to take it.
 */
async function buryTask(
  services: Services,
  record: SQSRecord,
  body: unknown,
  causeOf: (task: string) => Cause,
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
  if (decision.action === "return" && causeOf !== retired) {
    const { returns } = decision;
    const ids = { task: call.task, task_id: message.id, root_id: call.root, correlation_id: call.correlation };
    logLine("WARN", "a message that nobody has claimed goes back from the dead letters", ids, { returns });
    await services.queues.send(toTask(call.task, { ...message, returns }, backoff(returns)));
    return;
  }
  const waits = task === null || isWaiting(task.status);
  const { error, ...dead } = causeOf(call.task);
  const held = { id: message.id, call, attempt: task?.attempt ?? message.attempt, fence: waits ? null : task.fence };
  await finish(services, inHand(held, message.token, dead), { status: "FAILURE", error: describeError(error) });
}

/** The queue that gave a message up, or that it is in; those of Celery's clients are the bridge's. */
function sourceOf({ queues }: Services, { eventSourceARN, attributes }: SQSRecord): string {
  return queues.ownModuleOf(attributes.DeadLetterQueueSourceArn ?? eventSourceARN) ?? CELERY_QUEUE;
}

/**
 * Returns a dead letter of the canvas queue, whose messages may come any number of times. After too many it ends what
 * waits for it: a chunk that could not be started counts its members as lost, and a canvas that could not be started or
 * closed is settled by its machine. Others are made good by the sweep.
 */
async function buryCanvas(
  services: Services,
  message: CanvasMessage,
  before: { readonly returns: number },
): Promise<void> {
  const line = "a message of a canvas goes back from the dead letters";
  const tell = (returns: number): void => logLine("WARN", line, {}, { op: message.op, returns });
  if (await goesBack(services, { module: CANVAS_QUEUE, message }, before, tell)) return;
  if (message.op !== "letter") logLine("ERROR", "a message of a canvas was given up", {}, { op: message.op });
  if ("token" in message && message.token !== undefined) await answerToken(message.token, "WorkerLost");
}
