import { fileURLToPath } from "node:url";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { ENV } from "../../src/aws/env.ts";
import { createServices } from "../../src/aws/services.ts";
import { BridgeConfigSchema } from "../../src/celery/config.ts";
import { taskChanged } from "../../src/celery/end.ts";
import { createForeignWorker, lookForEnd } from "../../src/celery/foreign.ts";
import { receiveTask } from "../../src/celery/receive.ts";
import { createBridge } from "../../src/celery/start.ts";
import { CELERY_QUEUE, CeleryMessageSchema } from "../../src/core/celery.ts";
import { RunMessageSchema } from "../../src/core/record/message.ts";
import { parseJson } from "../../src/end/letter.ts";
import { logLine } from "../../src/log.ts";
import { handleDelivery } from "../../src/worker/handle.ts";

const services = createServices(fileURLToPath(new URL(".", import.meta.url)));
const bridge = createBridge(services, BridgeConfigSchema.parse(JSON.parse(process.env[ENV.celery] ?? "null")));
const foreign = createForeignWorker(bridge);

/** The bridge: takes what Celery's clients send, and tells them what has become of it. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const results = await Promise.all(event.Records.map((record) => handleSafely(record)));
  return { batchItemFailures: results.flat() };
}

/** Whatever goes wrong with one message must not bring back the others of its batch. */
async function handleSafely(record: SQSRecord): Promise<SQSBatchResponse["batchItemFailures"]> {
  const failure = { itemIdentifier: record.messageId };
  try {
    return (await handleRecord(record)) ? [] : [failure];
  } catch (error) {
    logLine("ERROR", "a message comes back after an error", {}, { message_id: record.messageId, error: String(error) });
    return [failure];
  }
}

/**
 * Its own queue has what the stage tells the bridge, and what a redrive of dead letters returns; the others have what
 * Celery's clients send. @returns whether the message is done with.
 */
async function handleRecord(record: SQSRecord): Promise<boolean> {
  const { body, attributes, eventSourceARN } = record;
  if (eventSourceARN.endsWith(ownQueue())) {
    const json = parseJson(body);
    const told = CeleryMessageSchema.safeParse(json);
    if (told.success) {
      await (told.data.op === "look" ? lookForEnd(bridge, told.data) : taskChanged(bridge, told.data.id));
      return true;
    }
    if (RunMessageSchema.safeParse(json).success) return startForeign(record);
  }
  await receiveTask(bridge, body, Number(attributes.SentTimestamp));
  return true;
}

async function startForeign({ body, messageId, receiptHandle, attributes }: SQSRecord): Promise<boolean> {
  const verdict = await handleDelivery(foreign, {
    body,
    messageId,
    receiptHandle,
    alone: false,
    receiveCount: Number(attributes.ApproximateReceiveCount),
    firstReceived: null,
    sent: Number(attributes.SentTimestamp),
    functionName: "",
    logStream: "",
    awsRequestId: "",
  });
  if (!verdict.ack) await services.queues.hide(CELERY_QUEUE, receiptHandle, verdict.hide);
  return verdict.ack;
}

function ownQueue(): string {
  const url = services.queues.url(CELERY_QUEUE);
  return `:${url.slice(url.lastIndexOf("/") + 1)}`;
}
