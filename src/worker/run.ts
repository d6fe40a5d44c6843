import * as z from "zod";
import { toTask } from "../aws/queues.ts";
import type { Runtime } from "../aws/runtime.ts";
import { rfc3339 } from "../core/answer.ts";
import { TimeLimitExceeded, WorkerLost, describeError } from "../core/errors.ts";
import type { Payload, RunMessage } from "../core/message.ts";
import { type TaskRecord, moduleOf } from "../core/record.ts";
import type { Request } from "../core/self.ts";
import { type End, type EndingTask, finish } from "./finish.ts";
import { logLine } from "./log.ts";
import { createProgressWriter } from "./progress.ts";
import { replaceTask } from "./replace.ts";
import { submitterFor } from "./start.ts";
import type { AttemptEnd, TaskChild } from "./task-child.ts";

/** One delivery of a message, as SQS and Lambda describe it. */
export interface Delivery {
  readonly body: string;
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly receiveCount: number;
  /** Milliseconds since 1970. */
  readonly firstReceived: number | null;
  readonly sent: number | null;
  readonly functionName: string;
  readonly logStream: string;
  readonly awsRequestId: string;
}

/** A result that is prepended to the arguments; of a task whose result is ignored it is null. */
export interface Input {
  readonly payload: Payload | null;
}

/** Runs a task that was claimed and stores what came of it. @returns false where the claim was lost meanwhile. */
export async function runClaimed(
  worker: { readonly runtime: Runtime; readonly child: TaskChild },
  record: TaskRecord,
  message: RunMessage,
  delivery: Delivery,
  input: Input | null,
): Promise<boolean> {
  const { runtime, child } = worker;
  const { call, id } = record;
  const fence = record.fence ?? "";
  const progress = createProgressWriter((status, latest) => runtime.tasks.progress(id, fence, status, latest));
  const payload = await payloadOf(runtime, call.payload, input);
  const started = performance.now();
  const end = await child.run({
    payload,
    request: requestOf(record, delivery),
    each: call.each,
    timeLimit: call.time_limit,
    softTimeLimit: call.soft_time_limit,
    onProgress: progress.report,
    onSubmit: submitterFor(runtime, record),
  });
  const ran = Math.round(performance.now() - started) / 1000;
  await progress.close();
  const context = { task_id: id, task: call.task, root_id: call.root, correlation_id: call.correlation };
  if (end.kind === "retry") {
    logLine("INFO", "will be retried", context, { retries: record.retries, countdown: end.countdown, runtime: ran });
    return retry(runtime, record, message, { countdown: end.countdown, error: end.error, ran });
  }
  if (end.kind === "replace") return replaceTask(runtime, record, message, { value: end.node, ran });
  const ending: EndingTask = {
    id,
    call,
    attempt: record.attempt,
    fence,
    token: message.token,
    runtime: ran,
    progress: progress.latest(),
  };
  const outcome = endOf(end, call.time_limit);
  logLine(
    outcome.status === "SUCCESS" ? "INFO" : "ERROR",
    outcome.status === "SUCCESS" ? "succeeded" : `failed: ${outcome.error.type}`,
    context,
    { runtime: ran },
  );
  return finish(runtime, ending, outcome);
}

/** `[args, kwargs]`, with the input before the arguments. The input stays text: it may be megabytes. */
async function payloadOf(runtime: Runtime, payload: Payload, input: Input | null): Promise<string> {
  const text = await runtime.payloads.load(payload);
  if (input === null) return text;
  const first = input.payload === null ? "null" : await runtime.payloads.load(input.payload);
  const [args, kwargs] = Arguments.parse(JSON.parse(text));
  return `[[${[first, ...args.map((arg) => JSON.stringify(arg))].join(",")}],${JSON.stringify(kwargs)}]`;
}

const Arguments = z.tuple([z.array(z.unknown()), z.record(z.string(), z.unknown())]);

function endOf(end: Exclude<AttemptEnd, { kind: "retry" | "replace" }>, timeLimit: number): End {
  switch (end.kind) {
    case "result":
      return { status: "SUCCESS", json: end.json };
    case "error":
      return { status: "FAILURE", error: end.error };
    case "killed":
      return { status: "FAILURE", error: describeError(new TimeLimitExceeded(timeLimit)) };
    case "lost":
      return { status: "FAILURE", error: describeError(new WorkerLost(end.how)) };
  }
}

/** Stores RETRY, then sends the next attempt's message: after a crash in between, this message comes back and sends it. */
async function retry(
  runtime: Runtime,
  record: TaskRecord,
  message: RunMessage,
  again: { readonly countdown: number; readonly error: { type: string; message: string } | null; readonly ran: number },
): Promise<boolean> {
  const now = runtime.now();
  const error = { ...(again.error ?? { type: "Retry", message: "The task asked to be retried." }), task_id: record.id };
  const stored = await runtime.tasks.retry({
    id: record.id,
    fence: record.fence ?? "",
    attempt: record.attempt,
    retries: record.retries,
    error,
    runtime: again.ran,
    due: now + again.countdown * 1000,
    now,
  });
  if (stored === null) return false;
  const next = { ...message, attempt: record.attempt + 1, hops: message.hops + 1, due: now + again.countdown * 1000 };
  await runtime.queues.send(toTask(record.call.task, next, again.countdown));
  return true;
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
