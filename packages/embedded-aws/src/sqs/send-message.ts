import * as z from "zod";
import { SqsStore } from "./fauxqs.ts";
import type { SqsQueue } from "./fauxqs.ts";

/** Bytes of a message, attributes included, and of a batch (SQS quota: 1 MiB). */
const MAX_BYTES = 1_048_576;

/** Seconds by which a message can be delayed (SQS quota: 15 min). */
const MAX_DELAY = 900;

/** Messages of one batch (SQS quota). */
const MAX_ENTRIES = 10;

/** Message attributes of one message (SQS quota). */
const MAX_ATTRIBUTES = 10;

/** What XML 1.0 cannot carry, so that SQS refuses it. fauxqs' own check refuses every character beyond U+FFFF as well. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN_CHARACTER = /[^\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const AttributeSchema = z.object({
  DataType: z.string(),
  StringValue: z.string().optional(),
  BinaryValue: z.string().optional(),
});

const MessageSchema = z.object({
  MessageBody: z.string(),
  DelaySeconds: z.number().optional(),
  MessageAttributes: z.record(z.string(), AttributeSchema).default({}),
  MessageGroupId: z.string().min(1).max(128).optional(),
});

/** The body of SendMessage, without its queue. */
export const sendMessageSchema = MessageSchema;

/** The body of SendMessageBatch, without its queue. */
export const SendMessageBatchSchema = z.object({
  Entries: z.array(MessageSchema.extend({ Id: z.string().regex(/^[\w-]{1,80}$/) })),
});

type Message = z.infer<typeof MessageSchema>;

/** Why SQS refuses a message. */
export interface Refusal {
  readonly Code: string;
  readonly Message: string;
}

/** What SQS answers for a message that it took. */
export interface Sent {
  readonly MessageId: string;
  readonly MD5OfMessageBody: string;
  readonly MD5OfMessageAttributes?: string;
}

/**
 * Puts a message into a standard queue, with its group id (fair queues) and with every character that AWS takes: fauxqs
 * drops the one and refuses some of the others.
 */
export function sendMessage(queue: SqsQueue, message: Message): Sent | Refusal {
  const refusal = refuse(queue, message);
  if (refusal) return refusal;
  const delay = message.DelaySeconds ?? Number(queue.attributes["DelaySeconds"]);
  const attributes = Object.fromEntries(
    Object.entries(message.MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        DataType,
        ...(StringValue !== undefined && { StringValue }),
        ...(BinaryValue !== undefined && { BinaryValue }),
      },
    ]),
  );
  const stored = SqsStore.createMessage(message.MessageBody, attributes, delay, message.MessageGroupId);
  queue.enqueue(stored);
  return {
    MessageId: stored.messageId,
    MD5OfMessageBody: stored.md5OfBody,
    ...(stored.md5OfMessageAttributes && { MD5OfMessageAttributes: stored.md5OfMessageAttributes }),
  };
}

/** Sends up to ten messages: each is taken or refused on its own, unless all together are too large. */
export function sendMessageBatch(
  queue: SqsQueue,
  entries: readonly (Message & { Id: string })[],
): { Successful: readonly object[]; Failed: readonly object[] } | Refusal {
  if (entries.length === 0) {
    return { Code: "EmptyBatchRequest", Message: "The batch request doesn't contain any entries." };
  }
  if (entries.length > MAX_ENTRIES) {
    const Message = `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${entries.length}.`;
    return { Code: "TooManyEntriesInBatchRequest", Message };
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    return { Code: "BatchEntryIdsNotDistinct", Message: "Two or more batch entries in the request have the same Id." };
  }
  if (entries.reduce((sum, entry) => sum + bytesOf(entry), 0) > MAX_BYTES) {
    return { Code: "BatchRequestTooLong", Message: `Batch requests cannot be longer than ${MAX_BYTES} bytes.` };
  }
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const { Id, ...message } of entries) {
    const outcome = sendMessage(queue, message);
    if ("Code" in outcome) Failed.push({ Id, SenderFault: true, ...outcome });
    else Successful.push({ Id, ...outcome });
  }
  return { Successful, Failed };
}

function refuse(queue: SqsQueue, message: Message): Refusal | null {
  if (message.MessageBody === "") {
    return { Code: "MissingParameter", Message: "The request must contain the parameter MessageBody." };
  }
  if (FORBIDDEN_CHARACTER.test(message.MessageBody)) {
    return { Code: "InvalidMessageContents", Message: "The message contains characters outside the allowed set." };
  }
  const delay = message.DelaySeconds ?? 0;
  if (!Number.isInteger(delay) || delay < 0 || delay > MAX_DELAY) {
    const detail = `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= ${MAX_DELAY}.`;
    return { Code: "InvalidParameterValue", Message: detail };
  }
  const limit = Number(queue.attributes["MaximumMessageSize"] ?? MAX_BYTES);
  if (bytesOf(message) > limit) {
    return {
      Code: "InvalidParameterValue",
      Message: `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`,
    };
  }
  const attributes = Object.keys(message.MessageAttributes).length;
  if (attributes > MAX_ATTRIBUTES) {
    const detail = `Number of message attributes [${attributes}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`;
    return { Code: "InvalidParameterValue", Message: detail };
  }
  return null;
}

/** Body, and of each attribute the name, the type and the value, as SQS counts. */
function bytesOf({ MessageBody, MessageAttributes }: Message): number {
  let bytes = Buffer.byteLength(MessageBody);
  for (const [name, { DataType, StringValue = "", BinaryValue = "" }] of Object.entries(MessageAttributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue);
    bytes += Buffer.byteLength(BinaryValue, "base64");
  }
  return bytes;
}
