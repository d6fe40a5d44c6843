import * as z from "zod";
import { createBatchFaults } from "../faults/batch.ts";
import type { FaultRig } from "../faults/rig.ts";
import { type Pollers, createPollers } from "./pollers.ts";
import type { Lease } from "./pool.ts";
import type { Log } from "../log.ts";
import type { Delivery } from "../sqs/entry.ts";
import type { LocalQueue } from "../sqs/sqs.ts";
import { ACCOUNT, REGION } from "../resource.ts";
import type { InvokeResult } from "../types.ts";
import { isRecord, messageOf, parseJson } from "../values.ts";

/** An `AWS::Lambda::EventSourceMapping` of a queue. */
export const MappingSchema = z.object({
  EventSourceArn: z.string().startsWith("arn:aws:sqs:", "only queues are served as event sources"),
  FunctionName: z.string(),
  Enabled: z.coerce.boolean().default(true),
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(10),
  MaximumBatchingWindowInSeconds: z.coerce.number().int().min(0).max(300).default(0),
  FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.coerce.number().int().min(2).max(1000) }).optional(),
  FilterCriteria: z.undefined("FilterCriteria are not served").optional(),
});

export type MappingConfig = z.infer<typeof MappingSchema>;

/** Batches in flight of one mapping where no maximum is set (Lambda quota). */
const DEFAULT_CONCURRENCY = 1250;

/**
 * Bytes of a batch to which another message may be added: one of 1 MiB can take twice as much in JSON, and 6 MB is the
 * end.
 */
const MAX_BATCH_BYTES = 4_000_000;

/** A mapping that runs. */
export interface EventSourceMapping {
  /** Receives no more. Batches in flight go on. */
  readonly stop: () => void;
}

/**
 * Feeds a queue to a function as Lambda's pollers do, in process. It receives only when an environment is free, so that
 * what waits for one does not spend its visibility timeout; but where the account's concurrency is limited, it receives
 * first and may be throttled then, as on AWS.
 * @param enter takes a place of the account's concurrency, or null where there is none. @default no limit
 */
export function startEventSourceMapping(
  config: MappingConfig,
  queue: LocalQueue,
  acquire: () => Promise<Lease>,
  rig: FaultRig,
  log: Log,
  enter: (() => (() => void) | null) | null = null,
): EventSourceMapping {
  const maxConcurrency = config.ScalingConfig?.MaximumConcurrency ?? DEFAULT_CONCURRENCY;
  const faults = createBatchFaults(rig, queue);
  const window = config.MaximumBatchingWindowInSeconds * 1000;
  let running = 0;
  /** Batches that wait for an environment: they will take messages that are still in the queue. */
  let acquiring = 0;
  let windowTimer: NodeJS.Timeout | undefined;
  let windowOver = false;
  let stopped = false;
  const pollers = enter === null ? null : createPollers(enter, acquire);

  function pump(): void {
    if (stopped) return;
    while (running < Math.min(maxConcurrency, pollers?.most() ?? maxConcurrency)) {
      const unclaimed = queue.ready() - acquiring * config.BatchSize;
      if (unclaimed <= 0) return;
      if (unclaimed < config.BatchSize && window > 0 && !windowOver) return openWindow();
      windowOver = false;
      running += 1;
      void runBatch()
        .catch((error: unknown) => log.line("ERROR", queue.name, messageOf(error)))
        .finally(() => {
          running -= 1;
          pump();
        });
    }
  }

  /** Lets an incomplete batch fill up for the batching window. */
  function openWindow(): void {
    windowTimer ??= setTimeout(() => {
      windowTimer = undefined;
      windowOver = true;
      pump();
    }, window);
  }

  async function runBatch(): Promise<void> {
    if (pollers !== null) return runReceived(pollers, receiveBatch(queue, config.BatchSize));
    acquiring += 1;
    const lease = await acquire().finally(() => (acquiring -= 1));
    try {
      if (!stopped) await work(lease, receiveBatch(queue, config.BatchSize));
    } finally {
      lease.release();
    }
  }

  /** What is throttled until its visibility timeout is over comes back by itself. */
  async function runReceived({ acquire: enterAccount }: Pollers, batch: Batch): Promise<void> {
    const deadline = Math.min(...batch.entries.map((entry) => entry.visibilityDeadline));
    const lease = batch.entries.length === 0 ? null : await enterAccount(deadline);
    if (lease === null) return;
    try {
      await work(lease, batch);
    } finally {
      lease.release();
    }
  }

  async function work(lease: Lease, { entries, payload }: Batch): Promise<void> {
    if (entries.length === 0) return;
    const giveBack = faults.received(entries);
    const result = await faults.invoke(lease, payload);
    const failed = failedItems(result, entries, config.FunctionResponseTypes.length > 0);
    if (failed === "all" && result.functionError === null) {
      log.line(
        "WARN",
        queue.name,
        `the batch response names no message of the batch, so all of it failed: ${result.payload}`,
      );
    }
    // What failed stays received, and becomes visible when its visibility timeout is over.
    const done = entries.filter(({ message }) => failed !== "all" && !failed.has(message.messageId));
    const deleted = new Set(done.length > 0 && faults.losesDeletes() ? [] : done);
    for (const { receiptHandle } of deleted) queue.remove(receiptHandle);
    giveBack(entries.filter((entry) => !deleted.has(entry)));
  }

  const unsubscribe = queue.onReady(pump);
  pump();
  return {
    stop: () => {
      stopped = true;
      pollers?.stop();
      unsubscribe();
      clearTimeout(windowTimer);
    },
  };
}

interface Batch {
  readonly entries: readonly Delivery[];
  readonly payload: string;
}

/** Receives until the batch is full, the queue empty, or the next message might be too much for one invocation. */
function receiveBatch(queue: LocalQueue, size: number): Batch {
  const entries: Delivery[] = [];
  const records: string[] = [];
  let bytes = 0;
  while (entries.length < size && bytes <= MAX_BATCH_BYTES) {
    const [entry] = queue.receive(1);
    if (!entry) break;
    const record = JSON.stringify(recordOf(entry, queue.arn));
    entries.push(entry);
    records.push(record);
    bytes += Buffer.byteLength(record);
  }
  return { entries, payload: `{"Records":[${records.join(",")}]}` };
}

/** A message as a function sees it. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function recordOf({ message, receiptHandle }: Delivery, eventSourceARN: string): object {
  const messageAttributes = Object.entries(message.messageAttributes).map(([name, value]) => [
    name,
    {
      ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
      ...(value.BinaryValue !== undefined && { binaryValue: value.BinaryValue }),
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType,
    },
  ]);
  return {
    messageId: message.messageId,
    receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.approximateReceiveCount),
      SentTimestamp: String(message.sentTimestamp),
      SenderId: ACCOUNT,
      ApproximateFirstReceiveTimestamp: String(message.approximateFirstReceiveTimestamp),
      ...(message.messageGroupId !== undefined && { MessageGroupId: message.messageGroupId }),
    },
    messageAttributes: Object.fromEntries(messageAttributes),
    md5OfBody: message.md5OfBody,
    ...(message.md5OfMessageAttributes && { md5OfMessageAttributes: message.md5OfMessageAttributes }),
    eventSource: "aws:sqs",
    eventSourceARN,
    awsRegion: REGION,
  };
}

/**
 * The message ids that a batch response reports as failed. A function error fails the whole batch, and so does a
 * response that names an unknown message, an empty id, or has the wrong shape.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
function failedItems(
  result: InvokeResult,
  batch: readonly Delivery[],
  reportsFailures: boolean,
): ReadonlySet<string> | "all" {
  if (result.functionError !== null) return "all";
  if (!reportsFailures) return new Set();
  const response = parseJson(result.payload);
  if (response === null) return new Set();
  if (!isRecord(response)) return "all";
  const failures = response["batchItemFailures"] ?? [];
  if (!Array.isArray(failures)) return "all";
  const known = new Set(batch.map(({ message }) => message.messageId));
  const failed = new Set<string>();
  for (const failure of failures) {
    const id: unknown = isRecord(failure) ? failure["itemIdentifier"] : undefined;
    if (typeof id !== "string" || !known.has(id)) return "all";
    failed.add(id);
  }
  return failed;
}
