import { fileURLToPath } from "node:url";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { readWorkerEnv } from "../../src/aws/env.ts";
import { createServices } from "../../src/aws/services.ts";
import { backoff } from "../../src/core/define/backoff.ts";
import { type Verdict, type Worker, handleDelivery } from "../../src/worker/handle.ts";
import { metricsLine } from "../../src/core/insights/emf.ts";
import type { AttemptStats } from "../../src/core/insights/summary.ts";
import { logLine, writeLine } from "../../src/log.ts";
import { type Delivery, runClaimed } from "../../src/worker/run.ts";
import { createStats } from "../../src/worker/stats.ts";
import { TaskChild } from "../../src/worker/task-child.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const env = readWorkerEnv();
// The child starts while Lambda still initialises, so that the first task finds it warm.
const entry = `${folder}${env.python === null ? "task.mjs" : "celeriac_worker"}`;
const child = new TaskChild(entry, env.memory, await secretsOf(env.secrets), env.python);
const services = createServices(folder);
const stats = createStats((task, hour, counters) => services.summaries.add(task, hour, counters));
const worker: Worker = {
  services,
  module: env.module,
  run: (record, message, delivery, input) => runClaimed({ services, child, ended }, record, message, delivery, input),
};

function ended(attempt: AttemptStats): void {
  stats.count(attempt);
  const line = metricsLine(attempt, { level: env.metrics, stage: services.env.stage, module: env.module });
  if (line !== null) writeLine(line);
}

/** A module without secrets does without their client, which takes its time to load. */
async function secretsOf(names: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  if (Object.keys(names).length === 0) return {};
  const { readSecrets } = await import("../../src/aws/secrets.ts");
  return readSecrets(names);
}

/** Every module's Lambda: takes messages from its queue, one after the other, and reports which come back. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const failures: SQSBatchResponse["batchItemFailures"] = [];
  for (const record of event.Records) {
    const verdict = await handleSafely(record, context, event.Records.length === 1);
    if (verdict.ack) continue;
    failures.push({ itemIdentifier: record.messageId });
    await hide(record, verdict.hide);
  }
  await stats.flush();
  return { batchItemFailures: failures };
}

/** Whatever goes wrong with one message must not bring back the others of its batch. */
async function handleSafely(record: SQSRecord, context: Context, alone: boolean): Promise<Verdict> {
  try {
    return await handleDelivery(worker, { ...deliveryOf(record, context), alone });
  } catch (error) {
    logLine("ERROR", "a message comes back after an error", {}, { message_id: record.messageId, error: String(error) });
    return { ack: false, hide: backoff(Number(record.attributes.ApproximateReceiveCount)) };
  }
}

/** Shortens the message's way back; if that fails it comes by itself, when its visibility timeout is over. */
async function hide(record: SQSRecord, seconds: number): Promise<void> {
  try {
    await worker.services.queues.hide(worker.module, record.receiptHandle, seconds);
  } catch (error) {
    logLine(
      "WARN",
      "a message's visibility could not be changed",
      {},
      { message_id: record.messageId, error: String(error) },
    );
  }
}

function deliveryOf(record: SQSRecord, context: Context): Omit<Delivery, "alone"> {
  const { attributes } = record;
  return {
    body: record.body,
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    receiveCount: Number(attributes.ApproximateReceiveCount),
    firstReceived: milliseconds(attributes.ApproximateFirstReceiveTimestamp),
    sent: milliseconds(attributes.SentTimestamp),
    functionName: env.functionName,
    logStream: env.logStream,
    awsRequestId: context.awsRequestId,
  };
}

function milliseconds(text: string | undefined): number | null {
  return text === undefined || text === "" ? null : Number(text);
}
