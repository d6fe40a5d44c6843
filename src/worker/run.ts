import type { Services } from "../aws/services.ts";
import { rfc3339 } from "../core/http/answer.ts";
import { PayloadGone, Revoked, TimeLimitExceeded, WorkerLost, describeError } from "../core/errors.ts";
import { MAX_EVENTS } from "../core/limits.ts";
import type { RunMessage } from "../core/record/message.ts";
import { type TaskRecord, moduleOf } from "../core/record/record.ts";
import type { Request } from "../core/define/self.ts";
import type { AttemptStats } from "../core/insights/summary.ts";
import { answersFor } from "./asks.ts";
import { statsOf } from "./attempt.ts";
import { tellCelery } from "../end/announce.ts";
import { type TaskEnd, finish, inHand } from "../end/finish.ts";
import type { Outcome, Report } from "./ipc.ts";
import { type Input, payloadOf } from "./payload.ts";
import { forAttempt, sendLater } from "../end/later.ts";
import { type LogContext, logLine } from "../log.ts";
import { createProgressWriter } from "./progress.ts";
import { replaceTask } from "../end/replace.ts";
import type { TaskChild } from "./task-child.ts";
import { watchForStop } from "./watch.ts";

/** One delivery of a message, as SQS and Lambda describe it. */
export interface Delivery {
  readonly body: string;
  readonly messageId: string;
  readonly receiptHandle: string;
  /** Whether it came with no others, and is acknowledged as soon as its task has ended. */
  readonly alone: boolean;
  readonly receiveCount: number;
  /** Milliseconds since 1970. */
  readonly firstReceived: number | null;
  readonly sent: number | null;
  readonly functionName: string;
  readonly logStream: string;
  readonly awsRequestId: string;
}

/**
 * Runs a task that was claimed and stores what came of it. One that is to be stopped, since an environment was lost
 * with it, is not run.
 * @returns false where the claim was lost meanwhile.
 */
export async function runClaimed(
  worker: {
    readonly services: Services;
    readonly child: TaskChild;
    readonly ended: (attempt: AttemptStats) => void;
  },
  record: TaskRecord,
  message: RunMessage,
  delivery: Delivery,
  input: Input | null,
): Promise<boolean> {
  const { services, child } = worker;
  const { call, id } = record;
  const task = inHand({ ...record, fence: record.fence ?? "" }, message.token);
  if (record.terminate) return finish(services, task, REVOKED);
  const payload = await payloadOf(services, call.payload, input);
  // It will not come back, so neither does the task.
  if (payload instanceof PayloadGone)
    return finish(services, task, { status: "FAILURE", error: describeError(payload) });
  if (call.celery?.started === true) await tellCelery(services, record);
  const progress = createProgressWriter(reportsOf(services, record));
  const started = performance.now();
  const watch = watchForStop(() => isToStop(services, record));
  const outcome = await child.run({
    payload,
    request: requestOf(record, delivery),
    each: call.each,
    owner: call.owner,
    timeLimit: call.time_limit,
    softTimeLimit: call.soft_time_limit,
    stop: watch.signal,
    onReport: progress.report,
    onAsk: answersFor(services, record),
  });
  const ran = Math.round(performance.now() - started) / 1000;
  watch.close();
  await progress.close();
  const reported = progress.latest() !== null;
  const attempt = { record, message, delivery, payload, outcome, runtime: ran, reported };
  worker.ended(statsOf(attempt, { memory: child.peak, allotted: child.allotted }, services.now()));
  const context = { task_id: id, task: call.task, root_id: call.root, correlation_id: call.correlation };
  if (outcome.kind === "retry") {
    const { error } = outcome;
    logLine("INFO", error === null ? "will be retried" : `will be retried: ${error.type}: ${error.message}`, context, {
      retries: record.retries,
      countdown: outcome.countdown,
      runtime: ran,
    });
    return retry(services, record, message, { countdown: outcome.countdown, error: outcome.error, ran });
  }
  if (outcome.kind === "replace")
    return replaceTask(services, record, message, { value: JSON.parse(outcome.json), ran });
  const end = endWith(outcome, call.time_limit);
  logEnd(end, context, ran);
  return finish(services, { ...task, runtime: ran, progress: progress.latest() }, end);
}

const REVOKED: TaskEnd = { status: "REVOKED", error: describeError(new Revoked()) };

/**
 * Stores what a task says of itself. States are events too, but their number is bounded: one that changes its state
 * without end must not outgrow its item.
 */
function reportsOf(services: Services, { id, fence, attempt, events }: TaskRecord) {
  let room = MAX_EVENTS / 2 - events.length;
  return (report: Report, isNewState: boolean): Promise<void> => {
    const event = isNewState && room > 0 ? { status: report.status, at: services.now(), attempt } : null;
    if (event !== null) room -= 1;
    return services.tasks.report(id, fence ?? "", report, event);
  };
}

/** Whether an attempt is to be stopped. A read that lags, of before it was claimed, says nothing of it. */
async function isToStop(services: Services, { id, fence }: TaskRecord): Promise<boolean> {
  const latest = await services.tasks.get(id, services.now(), { consistent: false });
  return latest?.fence === fence && latest.terminate;
}

function logEnd(end: TaskEnd, context: LogContext, runtime: number): void {
  if (end.status === "SUCCESS") logLine("INFO", "succeeded", context, { runtime });
  else if (end.status === "REVOKED") logLine("WARN", "stopped: it was revoked", context, { runtime });
  else logLine("ERROR", `failed: ${end.error.type}`, context, { runtime });
}

/** The end of a task whose last attempt had this outcome. */
function endWith(outcome: Exclude<Outcome, { kind: "retry" | "replace" }>, timeLimit: number): TaskEnd {
  switch (outcome.kind) {
    case "result":
      return { status: "SUCCESS", json: outcome.json };
    case "error":
      return { status: "FAILURE", error: outcome.error };
    case "stopped":
      return REVOKED;
    case "killed":
      return { status: "FAILURE", error: describeError(new TimeLimitExceeded(timeLimit)) };
    case "lost":
      return { status: "FAILURE", error: describeError(new WorkerLost(outcome.how)) };
  }
}

/**
 * Stores RETRY, then sends the next attempt's message: after a crash in between, this message comes back and sends it.
 */
async function retry(
  services: Services,
  record: TaskRecord,
  message: RunMessage,
  again: { readonly countdown: number; readonly error: { type: string; message: string } | null; readonly ran: number },
): Promise<boolean> {
  const now = services.now();
  const due = now + again.countdown * 1000;
  const error = { ...(again.error ?? { type: "Retry", message: "The task asked to be retried." }), task_id: record.id };
  const stored = await services.tasks.retry({
    id: record.id,
    fence: record.fence ?? "",
    attempt: record.attempt,
    retries: record.retries,
    error,
    runtime: again.ran,
    due,
    now,
  });
  if (stored === null) return stopped(services, record, message, again.ran);
  await sendLater(services, record.call, forAttempt(message, record.attempt + 1), due);
  await tellCelery(services, record);
  return true;
}

/**
 * Ends an attempt that may not go on: it was to be stopped, and asked for another attempt or a replacement before it
 * was.
 * @returns false where the claim was lost meanwhile.
 */
async function stopped(services: Services, record: TaskRecord, message: RunMessage, ran: number): Promise<boolean> {
  const { id, fence } = record;
  const latest = await services.tasks.get(id, services.now());
  if (latest?.fence !== fence || fence === null || !latest.terminate) return false;
  return finish(services, inHand(record, message.token, { runtime: ran }), REVOKED);
}

/** What the task is told of its own call. Arguments go separately, as text. */
function requestOf(record: TaskRecord, delivery: Delivery): Omit<Request, "args" | "kwargs"> & Record<string, unknown> {
  const { call } = record;
  return {
    id: record.id,
    task: call.task,
    retries: record.retries,
    group: call.group,
    groupIndex: call.group_index,
    rootId: call.root,
    parentId: call.parent,
    correlationId: call.correlation,
    messageId: delivery.messageId,
    receiveCount: delivery.receiveCount,
    firstReceivedAt: rfc3339(delivery.firstReceived),
    sentAt: rfc3339(delivery.sent),
    queue: moduleOf(call.task),
    hostname: `${delivery.functionName}/${delivery.logStream}`,
    functionName: delivery.functionName,
    logStream: delivery.logStream,
    awsRequestId: delivery.awsRequestId,
    eta: rfc3339(call.eta),
    expires: rfc3339(call.expires),
    timeLimit: call.time_limit,
    softTimeLimit: call.soft_time_limit,
    timelimit: [call.time_limit, call.soft_time_limit],
    maxRetries: call.max_retries,
    headers: call.headers,
    origin: call.origin,
    priority: call.priority,
    ignoreResult: call.ignore_result,
    replacedTaskNesting: call.nesting,
    deliveryInfo: { routingKey: moduleOf(call.task), priority: call.priority, redelivered: delivery.receiveCount > 1 },
    isEager: false,
    calledDirectly: false,
  };
}
