import { fileURLToPath } from "node:url";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { CANVAS_QUEUE, DEAD_QUEUE } from "../../src/aws/engine.ts";
import { createServices } from "../../src/aws/services.ts";
import { backoff } from "../../src/core/define/backoff.ts";
import { type CanvasMessage, CanvasMessageSchema } from "../../src/core/record/canvas.ts";
import { endParts } from "../../src/end/parts.ts";
import { keepLetter, parseJson } from "../../src/end/letter.ts";
import { logLine } from "../../src/log.ts";
import { startChunk } from "../../src/canvas/chunk.ts";
import { closeGroup } from "../../src/canvas/close.ts";
import { buryLetter, buryRetired } from "../../src/canvas/dead.ts";
import { prepareRun } from "../../src/canvas/prepare.ts";
import { purgeQueue } from "../../src/canvas/purge.ts";
import { revokeCanvas } from "../../src/canvas/revoke.ts";
import { startNested } from "../../src/canvas/nested.ts";
import { executionEnded, settleCanvas } from "../../src/canvas/settle.ts";
import { sweep } from "../../src/canvas/sweep.ts";

const services = createServices(fileURLToPath(new URL(".", import.meta.url)));

/** The canvas Lambda: starts, chunks, closes and settles canvases, records dead letters, and sweeps. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const results = await Promise.all(event.Records.map((record) => handleSafely(record)));
  return { batchItemFailures: results.flat() };
}

/** Whatever goes wrong with one message must not bring back the others of its batch. */
async function handleSafely(record: SQSRecord): Promise<SQSBatchResponse["batchItemFailures"]> {
  const queue = services.queues.moduleOf(record.eventSourceARN);
  try {
    await handleFrom(queue, record);
    return [];
  } catch (error) {
    logLine("ERROR", "a message comes back after an error", {}, { message_id: record.messageId, error: String(error) });
    await hide(queue, record);
    return [{ itemIdentifier: record.messageId }];
  }
}

/** Besides its own queue it is fed from that of dead letters, and from those of modules that were removed. */
function handleFrom(queue: string, record: SQSRecord): Promise<void> {
  if (queue === CANVAS_QUEUE) return handleMessage(record);
  return queue === DEAD_QUEUE ? buryLetter(services, record) : buryRetired(services, record);
}

/** Shortens the message's way back; if that fails it comes by itself, when its visibility timeout is over. */
async function hide(queue: string, { messageId, receiptHandle, attributes }: SQSRecord): Promise<void> {
  try {
    await services.queues.hide(queue, receiptHandle, backoff(Number(attributes.ApproximateReceiveCount)));
  } catch (error) {
    const fields = { message_id: messageId, error: String(error) };
    logLine("WARN", "a message's visibility could not be changed", {}, fields);
  }
}

async function handleMessage(record: SQSRecord): Promise<void> {
  const body = parseJson(record.body);
  const message = CanvasMessageSchema.safeParse(body);
  if (message.success) return act(message.data);
  if (await executionEnded(services, body)) return;
  const reason = body === undefined ? "it is no JSON" : "it is no message of a canvas";
  await keepLetter(services, { ...record, module: CANVAS_QUEUE }, reason);
}

function act(message: CanvasMessage): Promise<void> {
  switch (message.op) {
    case "run":
      return startNested(services, message.id, message.token ?? null);
    case "chunk":
      return startChunk(services, message);
    case "close":
      return closeGroup(services, message.id, message.token);
    case "settle":
      return settleCanvas(services, message.id);
    case "end":
      return endParts(services, message.parts, message);
    case "revoke":
      return revokeCanvas(services, message.canvas, message.terminate);
    case "purge":
      return purgeQueue(services, message);
    case "prepare":
      return prepareRun(services, message);
    case "sample":
      return services.samples.take(services.registry.modules(), services.now());
    case "letter":
      return Promise.resolve();
    case "sweep":
      return sweep(services, message);
  }
}
