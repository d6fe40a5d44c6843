import * as z from "zod";
import { ServiceError } from "../json-service.ts";
import { ACCOUNT } from "../resource.ts";
import { unknownAttribute } from "./attributes.ts";
import { batch } from "./batch.ts";
import type { Delivery, Message, MessageAttribute } from "./entry.ts";
import { invalidParameter, invalidReceipt } from "./errors.ts";
import { md5OfAttributes } from "./message.ts";
import type { Operations } from "./operations.ts";
import { parse } from "./parse.ts";
import type { Queue } from "./queue.ts";
import type { Registry } from "./registry.ts";

const MAX_VISIBILITY = 43_200;

const ReceiveMessage = z.strictObject({
  QueueUrl: z.string(),
  AttributeNames: z.array(z.string()).optional(),
  MessageSystemAttributeNames: z.array(z.string()).optional(),
  MessageAttributeNames: z.array(z.string()).optional(),
  MaxNumberOfMessages: z
    .int()
    .min(1, "must be between 1 and 10, if provided")
    .max(10, "must be between 1 and 10, if provided")
    .default(1),
  VisibilityTimeout: z.int().min(0).max(MAX_VISIBILITY).optional(),
  WaitTimeSeconds: z
    .int()
    .min(0, "must be >= 0 and <= 20, if provided")
    .max(20, "must be >= 0 and <= 20, if provided")
    .optional(),
});

const DeleteMessage = z.strictObject({ QueueUrl: z.string(), ReceiptHandle: z.string() });

const DeleteMessageBatch = z.strictObject({
  QueueUrl: z.string(),
  Entries: z.array(z.strictObject({ Id: z.string(), ReceiptHandle: z.string() })),
});

const ChangeMessageVisibility = DeleteMessage.extend({ VisibilityTimeout: z.int() });

const ChangeMessageVisibilityBatch = z.strictObject({
  QueueUrl: z.string(),
  // SQS takes an entry without a timeout, and fails it.
  Entries: z.array(
    z.strictObject({ Id: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: z.int().default(-1) }),
  ),
});

/** A message's system attributes; undefined for one that it does not have. */
const SYSTEM_ATTRIBUTES: Readonly<Record<string, (message: Message) => string | undefined>> = {
  ApproximateFirstReceiveTimestamp: (message) => message.approximateFirstReceiveTimestamp?.toString(),
  ApproximateReceiveCount: (message) => message.approximateReceiveCount.toString(),
  AWSTraceHeader: (message) => message.traceHeader,
  DeadLetterQueueSourceArn: (message) => message.deadLetterQueueSourceArn,
  MessageDeduplicationId: (message) => message.messageDeduplicationId,
  MessageGroupId: (message) => message.messageGroupId,
  SenderId: () => ACCOUNT,
  SentTimestamp: (message) => message.sentTimestamp.toString(),
  SequenceNumber: (message) => message.sequenceNumber,
};

const ALL_SYSTEM_ATTRIBUTES = Object.keys(SYSTEM_ATTRIBUTES);

/** ReceiveMessage, and what is done with receipts. */
export function receivingOperations(registry: Registry): Operations {
  return {
    ReceiveMessage: (input) => receive(registry, parse(ReceiveMessage, input)),
    DeleteMessage: (input) => {
      const { QueueUrl, ReceiptHandle } = parse(DeleteMessage, input);
      return remove(registry.byUrl(QueueUrl).queue, ReceiptHandle);
    },
    DeleteMessageBatch: (input) => {
      const { QueueUrl, Entries } = parse(DeleteMessageBatch, input);
      const { queue } = registry.byUrl(QueueUrl);
      return batch(Entries, ({ ReceiptHandle }) => remove(queue, ReceiptHandle));
    },
    ChangeMessageVisibility: (input) => {
      const { QueueUrl, ReceiptHandle, VisibilityTimeout } = parse(ChangeMessageVisibility, input);
      return hide(registry, registry.byUrl(QueueUrl).queue, ReceiptHandle, VisibilityTimeout);
    },
    ChangeMessageVisibilityBatch: (input) => {
      const { QueueUrl, Entries } = parse(ChangeMessageVisibilityBatch, input);
      const { queue } = registry.byUrl(QueueUrl);
      return batch(Entries, (entry) => hide(registry, queue, entry.ReceiptHandle, entry.VisibilityTimeout));
    },
  };
}

function receive(registry: Registry, input: z.infer<typeof ReceiveMessage>): object | Promise<object> {
  const { queue } = registry.byUrl(input.QueueUrl);
  const names = systemNames(input);
  const wait = input.WaitTimeSeconds === undefined ? queue.settings.receiveWait : input.WaitTimeSeconds * 1000;
  const visibility = input.VisibilityTimeout === undefined ? undefined : input.VisibilityTimeout * 1000;
  const answer = (deliveries: readonly Delivery[]): object =>
    deliveries.length === 0
      ? {}
      : { Messages: deliveries.map((delivery) => view(delivery, names, input.MessageAttributeNames)) };
  const deliveries = queue.receive(input.MaxNumberOfMessages, visibility);
  if (deliveries.length > 0) return answer(deliveries);
  if (wait > 0) return queue.polls.wait(input.MaxNumberOfMessages, visibility, wait).then(answer);
  if (queue.isFull() && !queue.settings.fifo) {
    throw new ServiceError(
      "OverLimit",
      "Too many messages in flight: 120,000 of a queue can be, until some are deleted.",
    );
  }
  return {};
}

/** The system attributes that are asked for, under either of the two names of the parameter. */
function systemNames(input: z.infer<typeof ReceiveMessage>): readonly string[] {
  if (input.AttributeNames === undefined && input.MessageSystemAttributeNames === undefined) return [];
  const names = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  if (names.includes("All")) return ALL_SYSTEM_ATTRIBUTES;
  const unknown = names.find((name) => !Object.hasOwn(SYSTEM_ATTRIBUTES, name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
  return names;
}

/** A message as its receiver sees it. */
function view({ message, receiptHandle }: Delivery, names: readonly string[], wanted?: readonly string[]): object {
  const attributes = asked(message.messageAttributes, wanted);
  const system: Record<string, string> = {};
  for (const name of names) {
    const value = SYSTEM_ATTRIBUTES[name]?.(message);
    if (value !== undefined) system[name] = value;
  }
  return {
    MessageId: message.messageId,
    ReceiptHandle: receiptHandle,
    MD5OfBody: message.md5OfBody,
    Body: message.body,
    ...(names.length > 0 && { Attributes: system }),
    ...(attributes !== null && { MD5OfMessageAttributes: md5OfAttributes(attributes), MessageAttributes: attributes }),
  };
}

/**
 * The message attributes that are asked for, by name, by `prefix.*`, or all of them; null where there are none of
 * these.
 */
function asked(
  attributes: Message["messageAttributes"],
  wanted: readonly string[] | undefined,
): Record<string, MessageAttribute> | null {
  if (wanted === undefined || wanted.length === 0) return null;
  const isWanted = (name: string): boolean =>
    wanted.some((each) =>
      each === "All" || each === ".*" ? true : each.endsWith(".*") ? name.startsWith(each.slice(0, -2)) : name === each,
    );
  const entries = Object.entries(attributes).filter(([name]) => isWanted(name));
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

/**
 * Deletes by a receipt handle. The handle of an earlier receipt than the latest deletes nothing, and no error says so.
 */
function remove(queue: Queue, handle: string): object {
  const { state, entry } = queue.receipt(handle);
  if (state === "invalid") throw invalidReceipt(handle);
  if (queue.settings.fifo && (state === "visible" || state === "stale")) {
    throw invalidParameter("ReceiptHandle", handle, "The receipt handle has expired.");
  }
  if (entry !== undefined && state !== "stale") queue.remove(entry);
  return {};
}

function hide(registry: Registry, queue: Queue, handle: string, seconds: number): object {
  if (seconds < 0 || seconds > MAX_VISIBILITY) {
    throw invalidParameter(
      "VisibilityTimeout",
      seconds,
      `VisibilityTimeout must be an integer between 0 and ${MAX_VISIBILITY}.`,
    );
  }
  const { state, entry } = queue.receipt(handle);
  if (state === "invalid") throw invalidReceipt(handle);
  if (state === "visible") throw new ServiceError("MessageNotInflight", "The specified message isn't in flight.");
  if (entry?.delivery === undefined || entry.delivery === null || state === "stale") {
    const reason = "Message does not exist or is not available for visibility timeout change.";
    throw invalidParameter("ReceiptHandle", handle, reason);
  }
  if (registry.clock.now() - entry.delivery.since + seconds * 1000 > MAX_VISIBILITY * 1000) {
    const reason = `Total VisibilityTimeout for the message is beyond the limit [${MAX_VISIBILITY} seconds].`;
    throw invalidParameter("VisibilityTimeout", seconds, reason);
  }
  queue.hide(entry, seconds * 1000);
  return {};
}
