import { hash, randomUUID } from "node:crypto";
import * as z from "zod";
import { ServiceError } from "../json-service.ts";
import { batch } from "./batch.ts";
import type { Message, MessageAttribute } from "./entry.ts";
import { missingParameter } from "./errors.ts";
import { MAX_BATCH_BYTES, Sending, bytesOf, checkSending, md5Of, md5OfAttributes } from "./message.ts";
import type { Operations } from "./operations.ts";
import { parse } from "./parse.ts";
import { sequenceNumberFrom } from "./receipt.ts";
import type { ManagedQueue, Registry } from "./registry.ts";

const SendMessage = Sending.extend({ QueueUrl: z.string() });

const SendMessageBatch = z.strictObject({
  QueueUrl: z.string(),
  Entries: z.array(Sending.extend({ Id: z.string() })),
});

const NO_ATTRIBUTES: Readonly<Record<string, MessageAttribute>> = {};

/** What SQS answers for a message that it took. */
export interface Sent {
  readonly MessageId: string;
  readonly MD5OfMessageBody: string;
  readonly MD5OfMessageAttributes?: string | undefined;
  readonly MD5OfMessageSystemAttributes?: string | undefined;
  readonly SequenceNumber?: string | undefined;
}

/** SendMessage and SendMessageBatch. */
export function sendingOperations(registry: Registry): Operations {
  return {
    SendMessage: (input) => {
      const sending = parse(SendMessage, input);
      const managed = registry.byUrl(sending.QueueUrl);
      const sent = send(registry, managed, sending);
      managed.queue.wake();
      return sent;
    },
    SendMessageBatch: (input) => {
      const { QueueUrl, Entries } = parse(SendMessageBatch, input);
      const managed = registry.byUrl(QueueUrl);
      if (Entries.reduce((sum, entry) => sum + bytesOf(entry), 0) > MAX_BATCH_BYTES) {
        const detail = `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes.`;
        throw new ServiceError("BatchRequestTooLong", detail);
      }
      const { fifo } = managed.queue.settings;
      // A missing parameter is a fault of the request, not of an entry.
      if (fifo && Entries.some(({ MessageGroupId: group }) => group === undefined))
        throw missingParameter("MessageGroupId");
      const answer = batch(Entries, (entry) => send(registry, managed, entry));
      managed.queue.wake();
      return answer;
    },
  };
}

/**
 * Puts a message into a queue, which is to be woken afterwards.
 * @throws ServiceError where the queue does not take it
 */
export function send(registry: Registry, { queue, deduplication }: ManagedQueue, sending: Sending): Sent {
  const { settings } = queue;
  checkSending(sending, settings);
  const now = registry.clock.now();
  const attributes = sending.MessageAttributes ?? NO_ATTRIBUTES;
  const trace = sending.MessageSystemAttributes?.AWSTraceHeader;
  const id = settings.fifo ? (sending.MessageDeduplicationId ?? hash("sha256", sending.MessageBody)) : undefined;
  const rememberedAs = settings.deduplicatesByGroup ? `${sending.MessageGroupId}/${id}` : (id ?? "");
  const original = id === undefined ? undefined : deduplication.find(rememberedAs, now);
  const message: Message = {
    messageId: original?.messageId ?? randomUUID(),
    body: sending.MessageBody,
    md5OfBody: md5Of(sending.MessageBody),
    messageAttributes: attributes,
    md5OfMessageAttributes: md5OfAttributes(attributes),
    sentTimestamp: now,
    messageGroupId: sending.MessageGroupId,
    messageDeduplicationId: id,
    sequenceNumber: id === undefined ? undefined : (original?.sequenceNumber ?? newSequenceNumber(registry)),
    traceHeader: trace?.StringValue,
    deadLetterQueueSourceArn: undefined,
    approximateReceiveCount: 0,
    approximateFirstReceiveTimestamp: undefined,
  };
  if (original === undefined) {
    if (message.sequenceNumber !== undefined)
      deduplication.add(rememberedAs, message.messageId, message.sequenceNumber, now);
    queue.send(message, delayOf(sending, settings.delay));
  }
  return {
    MessageId: message.messageId,
    MD5OfMessageBody: message.md5OfBody,
    MD5OfMessageAttributes: message.md5OfMessageAttributes,
    MD5OfMessageSystemAttributes: trace === undefined ? undefined : md5OfAttributes({ AWSTraceHeader: trace }),
    SequenceNumber: message.sequenceNumber,
  };
}

function newSequenceNumber(registry: Registry): string {
  return sequenceNumberFrom(registry.sequence.next());
}

function delayOf({ DelaySeconds }: Sending, queueDelay: number): number {
  return DelaySeconds === undefined ? queueDelay : DelaySeconds * 1000;
}
