import * as z from "zod";
import { readable } from "../storage/readable.ts";
import { type Collection, type Storage, type Stored, keepsNothing } from "../storage/storage.ts";
import { type Entry, type Message, createEntry } from "./entry.ts";
import { md5Of, md5OfAttributes } from "./message.ts";
import type { Keeper } from "./queue.ts";

const Attribute = z.object({
  DataType: z.string(),
  StringValue: z.string().optional(),
  BinaryValue: z.string().optional(),
});

const MessageRecord = z.object({
  id: z.string(),
  body: z.string(),
  attributes: z.record(z.string(), Attribute).optional(),
  sent: z.number(),
  /** When a delayed one becomes visible. */
  due: z.number().optional(),
  group: z.string().optional(),
  deduplication: z.string().optional(),
  sequence: z.string().optional(),
  trace: z.string().optional(),
  source: z.string().optional(),
  /** Receives in another queue, before it became a dead letter. */
  count: z.number().optional(),
  first: z.number().optional(),
});

/** Receipts in this queue, receives in all, when first. Apart from the message, which may be large. */
const ReceiptRecord = z.tuple([z.number(), z.number(), z.number()]);

const QueueRecord = z.object({
  attributes: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
  created: z.number(),
  modified: z.number(),
});

/** A queue without its messages. */
export type QueueRecord = z.infer<typeof QueueRecord>;

/**
 * What the queues keep: `sqs/queues` by name, `sqs/messages` and `sqs/receipts` by the queue's name and the message's
 * key, and `sqs/deduplication` by the queue's name and the deduplication id. When a receipt ends is not kept: at the
 * start after a kill nothing holds a message any more, and all are visible at once.
 */
export interface Records {
  readonly keeper: (queueName: string) => Keeper;
  readonly saveQueue: (name: string, record: QueueRecord) => void;
  readonly removeQueue: (name: string) => void;
  readonly queues: () => readonly (readonly [name: string, record: QueueRecord])[];
  /** Every message that was left, the queue's name first. */
  readonly messages: () => Iterable<readonly [queueName: string, entry: Entry]>;
  readonly deduplication: Collection;
}

const NO_KEEPER: Keeper = { sent: () => {}, received: () => {}, removed: () => {} };

/** The records of queues in a storage. */
export function createRecords(storage: Storage): Records {
  const queues = storage.collection("sqs/queues");
  const messages = storage.collection("sqs/messages");
  const receipts = storage.collection("sqs/receipts");

  return {
    deduplication: storage.collection("sqs/deduplication"),
    saveQueue: (name, record) => queues.put(name, JSON.stringify(record)),
    removeQueue: (name) => queues.remove(name),
    queues: () => [
      ...readable("sqs/queues", queues, (text, name) => readRecord(QueueRecord, "sqs/queues", name, text)),
    ],
    keeper: (queueName) => (keepsNothing(messages) ? NO_KEEPER : createKeeper(queueName, messages, receipts)),
    messages: function* read() {
      const read = (text: Stored, path: string): z.output<typeof ReceiptRecord> =>
        readRecord(ReceiptRecord, "sqs/receipts", path, text);
      const received = new Map(readable("sqs/receipts", receipts, read));
      for (const [path, entry] of readable("sqs/messages", messages, (text, key) => entryOf(key, text))) {
        const receipt = received.get(path);
        if (receipt !== undefined) {
          const [count, all, first] = receipt;
          entry.receipts = count;
          entry.message.approximateReceiveCount = all;
          entry.message.approximateFirstReceiveTimestamp = first;
        }
        yield [path.slice(0, path.indexOf("/")), entry];
      }
    },
  };
}

function createKeeper(queueName: string, messages: Collection, receipts: Collection): Keeper {
  return {
    sent: (entry) => messages.put(`${queueName}/${entry.key}`, recordOf(entry)),
    received: ({ key, receipts: count, message }) => {
      const record = [count, message.approximateReceiveCount, message.approximateFirstReceiveTimestamp];
      receipts.put(`${queueName}/${key}`, JSON.stringify(record));
    },
    removed: ({ key, receipts: count }) => {
      messages.remove(`${queueName}/${key}`);
      if (count > 0) receipts.remove(`${queueName}/${key}`);
    },
  };
}

function recordOf({ message, due }: Entry): string {
  const record: z.input<typeof MessageRecord> = {
    id: message.messageId,
    body: message.body,
    attributes: message.md5OfMessageAttributes === undefined ? undefined : message.messageAttributes,
    sent: message.sentTimestamp,
    due: due > 0 ? due : undefined,
    group: message.messageGroupId,
    deduplication: message.messageDeduplicationId,
    sequence: message.sequenceNumber,
    trace: message.traceHeader,
    source: message.deadLetterQueueSourceArn,
    count: message.approximateReceiveCount > 0 ? message.approximateReceiveCount : undefined,
    first: message.approximateFirstReceiveTimestamp,
  };
  return JSON.stringify(record);
}

function entryOf(path: string, text: Stored): Entry {
  const record = readRecord(MessageRecord, "sqs/messages", path, text);
  const attributes = record.attributes ?? {};
  const message: Message = {
    messageId: record.id,
    body: record.body,
    md5OfBody: md5Of(record.body),
    messageAttributes: attributes,
    md5OfMessageAttributes: md5OfAttributes(attributes),
    sentTimestamp: record.sent,
    messageGroupId: record.group,
    messageDeduplicationId: record.deduplication,
    sequenceNumber: record.sequence,
    traceHeader: record.trace,
    deadLetterQueueSourceArn: record.source,
    approximateReceiveCount: record.count ?? 0,
    approximateFirstReceiveTimestamp: record.first,
  };
  const entry = createEntry(path.slice(path.indexOf("/") + 1), message);
  entry.due = record.due ?? 0;
  return entry;
}

function readRecord<Schema extends z.ZodType>(
  schema: Schema,
  collection: string,
  key: string,
  text: Stored,
): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(typeof text === "string" ? text : new TextDecoder().decode(text)));
  } catch (cause) {
    throw new Error(`${collection} ${key} of the data directory is not what the embedded SQS wrote there.`, { cause });
  }
}
