import { answerLost } from "../aws/engine.ts";
import { newFence } from "../aws/ids.ts";
import { toTask } from "../aws/queues.ts";
import type { Services } from "../aws/services.ts";
import { rfc3339 } from "../core/http/answer.ts";
import { backoff } from "../core/define/backoff.ts";
import { leaseSeconds, onRefusedClaim, shownSooner } from "../core/record/claim.ts";
import { Expired, WorkerLost, describeError } from "../core/errors.ts";
import { MAX_HOPS } from "../core/limits.ts";
import type { Call, RunMessage } from "../core/record/message.ts";
import type { TaskRecord } from "../core/record/record.ts";
import type { AttemptStats } from "../core/insights/summary.ts";
import { noteAge } from "./age.ts";
import { finish, inHand, notify, unstarted } from "../end/finish.ts";
import { forAttempt, sendLater } from "../end/later.ts";
import { keepLetter, parseJson, whyUnreadable } from "../end/letter.ts";
import { logLine } from "../log.ts";
import { readRunMessage } from "../submit/periodic.ts";
import { mayStart } from "./rate.ts";
import { resumeReplacement } from "../end/replace.ts";
import { type Delivery, type Input, runClaimed } from "./run.ts";
import { prepareStep } from "../end/step.ts";
import type { TaskChild } from "./task-child.ts";

/** What becomes of a message: it is done with, or it comes back after some seconds. */
export type Verdict = { readonly ack: true } | { readonly ack: false; readonly hide: number };

const ACK: Verdict = { ack: true };
const comeBack = (seconds: number): Verdict => ({ ack: false, hide: seconds });

/** What a worker works with. */
export interface Worker {
  readonly services: Services;
  readonly module: string;
  readonly child: TaskChild;
  /** Told of each attempt that has ended, for statistics. */
  readonly ended: (attempt: AttemptStats) => void;
}

/** Handles one delivery of a message from the module's queue. */
export async function handleDelivery(worker: Worker, delivery: Delivery): Promise<Verdict> {
  const body = parseJson(delivery.body);
  const message = await readRunMessage(worker.services, body);
  if (message === null) {
    await keepLetter(worker.services, { ...delivery, module: worker.module }, whyUnreadable(body));
    return ACK;
  }
  if (message === "paused") return ACK;
  await noteAge(worker.services, worker.module, message, delivery);
  const job = await prepare(worker.services, message, delivery);
  if ("ack" in job) return job;
  const early = await tooEarlyOrLate(worker.services, message, job);
  if (early !== null) return early;
  if (job.call !== undefined && !(await mayStart(worker.services, message, job.call))) return ACK;
  return claimAndRun(worker, message, delivery, job);
}

/**
 * What a message asks for: the call, where it is known before the claim, and the result that goes before its arguments.
 */
interface Job {
  readonly call: Call | undefined;
  /** Whether the claim may make the record. */
  readonly isNew: boolean;
  readonly input: Input | null;
}

async function prepare(services: Services, message: RunMessage, delivery: Delivery): Promise<Job | Verdict> {
  if (message.call !== undefined && message.call.place === null)
    return { call: message.call, isNew: true, input: null };
  const step = await prepareStep(services, message);
  switch (step.kind) {
    case "ready":
      return { call: step.call, isNew: step.isNew, input: step.prepended ? { payload: step.input } : null };
    case "ended":
      await notify(services, step.record, message.token);
      return ACK;
    case "replaced":
      await resumeReplacement(services, step.record, message);
      return ACK;
    case "doomed": {
      const { call, status, error } = step;
      return verdictOf(await finish(services, unstarted(message, call), { status, error }));
    }
    case "early":
      return lookAgain(services, message, delivery, { task: step.call.task, seconds: backoff(delivery.receiveCount) });
    case "gone":
      logLine("WARN", "a message whose task is gone was dropped", { task_id: message.id });
      if (message.token !== undefined) await answerLost(services, message.token, "gone");
      return ACK;
  }
}

/** A message before its time is sent on, one after its time revokes its task. */
async function tooEarlyOrLate(services: Services, message: RunMessage, { call }: Job): Promise<Verdict | null> {
  if (call === undefined) return null;
  const now = services.now();
  const task = unstarted(message, call);
  if (call.expires !== null && call.expires <= now) {
    const error = describeError(new Expired(rfc3339(call.expires) ?? ""));
    if (await finish(services, task, { status: "REVOKED", error })) return ACK;
  }
  if (message.hops >= MAX_HOPS) {
    const error = describeError(new WorkerLost(`it has gone through ${message.hops} messages`));
    if (await finish(services, task, { status: "FAILURE", error })) return ACK;
  }
  const due = message.due ?? (message.attempt === 0 ? call.eta : null);
  if (due !== null && due > now + 1000) {
    await sendLater(services, call, message, due);
    return ACK;
  }
  return null;
}

async function claimAndRun(worker: Worker, message: RunMessage, delivery: Delivery, job: Job): Promise<Verdict> {
  const { services } = worker;
  const { id, attempt } = message;
  const fence = newFence();
  const leaseFor = leaseSeconds(job.call?.time_limit ?? services.registry.longestLimit(worker.module));
  const call = job.isNew ? job.call : undefined;
  const claimed = await services.tasks.claim({ id, attempt, fence, now: services.now(), leaseFor, call });
  const comesBack = claimed === null ? null : shownSooner(leaseFor, services.registry.longestLimit(worker.module));
  if (comesBack !== null && delivery.alone) await hideFor(worker, delivery, comesBack);
  if (claimed !== null) return verdictOf(await runClaimed(worker, claimed, message, delivery, job.input));
  const record = await services.tasks.get(id, services.now());
  if (record !== null) return refused(worker, record, message, delivery, { fence, leaseFor, input: job.input });
  // Something is there under its id that is no task to be run: one that was forgotten, or whose time is over.
  return (await services.table.get(id)) === null ? comeBack(1) : ACK;
}

/** Shortens a message's way back; that it comes later does no harm. */
async function hideFor(
  { services, module }: Worker,
  { messageId, receiptHandle }: Delivery,
  seconds: number,
): Promise<void> {
  try {
    await services.queues.hide(module, receiptHandle, seconds);
  } catch (error) {
    logLine("WARN", "a message's visibility could not be changed", {}, { message_id: messageId, error: String(error) });
  }
}

async function refused(
  worker: Worker,
  record: TaskRecord,
  message: RunMessage,
  delivery: Delivery,
  { input, ...claim }: { fence: string; leaseFor: number; input: Input | null },
): Promise<Verdict> {
  const { services } = worker;
  const decision = onRefusedClaim(record, message, claim.fence, services.now());
  switch (decision.action) {
    case "run":
      return verdictOf(await runClaimed(worker, record, message, delivery, input));
    case "notify":
      await notify(services, record, message.token);
      return ACK;
    case "replaced":
      await resumeReplacement(services, record, message);
      return ACK;
    case "resend":
      await sendLater(services, record.call, forAttempt(message, decision.attempt), decision.due);
      return ACK;
    case "wait": {
      // A state may wait with this message's token, and the attempt that runs has another: it is not to wait for the
      // lease's end.
      const atMost = message.token === undefined ? Infinity : backoff(delivery.receiveCount);
      const seconds = Math.min(decision.seconds, atMost);
      return lookAgain(services, message, delivery, { task: record.call.task, seconds });
    }
    case "takeOver": {
      const { attempt } = record;
      const taken = await services.tasks.takeOver({
        id: record.id,
        attempt,
        now: services.now(),
        ...claim,
        from: decision.from,
        lost: decision.lost,
      });
      return taken === null
        ? comeBack(1)
        : verdictOf(await runClaimed(worker, taken, { ...message, attempt }, delivery, input));
    }
    case "giveUp": {
      const error = describeError(new WorkerLost(`the environment that ran it was lost ${decision.lost} times`));
      const held = inHand({ ...record, fence: decision.from }, message.token);
      return verdictOf(await finish(services, held, { status: "FAILURE", error }));
    }
  }
}

/** Deliveries of one message that may go by with waiting; the others are left for crashes. */
const MAX_LOOKS = 7;

/**
 * Has a message that waits for something come back. It does so itself: each that was sent on instead would be one more
 * with every duplicate. Only before its deliveries are used up another takes its place.
 */
async function lookAgain(
  services: Services,
  message: RunMessage,
  { receiveCount }: Delivery,
  { task, seconds }: { readonly task: string; readonly seconds: number },
): Promise<Verdict> {
  if (receiveCount < MAX_LOOKS || message.hops >= MAX_HOPS) return comeBack(seconds);
  await services.queues.send(toTask(task, { ...message, hops: message.hops + 1 }, seconds));
  return ACK;
}

/** An attempt that lost its claim while it ran leaves the message to the attempt that holds the task now. */
function verdictOf(ended: boolean): Verdict {
  return ended ? ACK : comeBack(1);
}
