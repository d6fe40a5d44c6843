import { fileURLToPath } from "node:url";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { ENV } from "../../src/aws/env.ts";
import { createServices } from "../../src/aws/services.ts";
import { BridgeConfigSchema } from "../../src/celery/config.ts";
import { taskChanged } from "../../src/celery/end.ts";
import { receiveTask } from "../../src/celery/receive.ts";
import { createBridge } from "../../src/celery/start.ts";
import { CELERY_QUEUE, CeleryMessageSchema } from "../../src/core/celery.ts";
import { logLine } from "../../src/log.ts";

const services = createServices(fileURLToPath(new URL(".", import.meta.url)));
const bridge = createBridge(services, BridgeConfigSchema.parse(JSON.parse(process.env[ENV.celery] ?? "null")));

/** The bridge: takes what Celery's clients send, and tells them what has become of it. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const results = await Promise.all(event.Records.map((record) => handleSafely(record)));
  return { batchItemFailures: results.flat() };
}

/** Whatever goes wrong with one message must not bring back the others of its batch. */
async function handleSafely(record: SQSRecord): Promise<SQSBatchResponse["batchItemFailures"]> {
  try {
    await handleRecord(record);
    return [];
  } catch (error) {
    logLine("ERROR", "a message comes back after an error", {}, { message_id: record.messageId, error: String(error) });
    return [{ itemIdentifier: record.messageId }];
  }
}

/** Its own queue tells of changes; the others are those of Celery's clients. */
async function handleRecord({ body, attributes, eventSourceARN }: SQSRecord): Promise<void> {
  if (!eventSourceARN.endsWith(ownQueue())) return receiveTask(bridge, body, Number(attributes.SentTimestamp));
  const { id } = CeleryMessageSchema.parse(JSON.parse(body));
  return taskChanged(bridge, id);
}

function ownQueue(): string {
  const url = services.queues.url(CELERY_QUEUE);
  return `:${url.slice(url.lastIndexOf("/") + 1)}`;
}
