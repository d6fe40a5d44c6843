import type { Line } from "./line.ts";

/** A message attribute as it was sent: bytes are in base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: string | undefined;
}

/** A message: what was sent, and how often it has been received. */
export interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly messageAttributes: Readonly<Record<string, MessageAttribute>>;
  /** Undefined where there are no attributes. */
  readonly md5OfMessageAttributes: string | undefined;
  /** Milliseconds since 1970. */
  readonly sentTimestamp: number;
  readonly messageGroupId: string | undefined;
  readonly messageDeduplicationId: string | undefined;
  /** Of a FIFO queue: 20 digits. */
  readonly sequenceNumber: string | undefined;
  /** The X-Ray trace header that it was sent with. */
  readonly traceHeader: string | undefined;
  /** The queue that it failed in, where it is a dead letter. */
  readonly deadLetterQueueSourceArn: string | undefined;
  /** 0 before the first. */
  approximateReceiveCount: number;
  /** Milliseconds since 1970; undefined before the first. */
  approximateFirstReceiveTimestamp: number | undefined;
}

/** One receipt of a message. */
export interface Delivery {
  readonly message: Message;
  readonly receiptHandle: string;
  /** When it was received, in milliseconds since 1970. */
  readonly since: number;
  /** When it becomes visible again, in milliseconds since 1970: what ChangeMessageVisibility changes. */
  visibilityDeadline: number;
}

/** A message's place in a queue. It waits in a line, or is in flight, or delayed. */
export interface Entry {
  /** In the order of sending, over all queues. */
  readonly key: string;
  readonly message: Message;
  /** Its place in the order in which messages are received: the lower, the sooner. */
  order: number;
  /** How often it has been received here: part of the receipt handle. */
  receipts: number;
  /** Null unless it is in flight. */
  delivery: Delivery | null;
  /** When it becomes visible, in milliseconds since 1970, while it is in flight or delayed. */
  due: number;
  /** In the heap of what is due. */
  duePlace: number;
  /** In the heap of what was sent when. */
  sentPlace: number;
  /** Where it waits; null while it is in flight or delayed. */
  line: Line | null;
  previous: Entry | null;
  next: Entry | null;
}

/** A message that is nowhere yet. */
export function createEntry(key: string, message: Message): Entry {
  return {
    key,
    message,
    order: 0,
    receipts: 0,
    delivery: null,
    due: 0,
    duePlace: -1,
    sentPlace: -1,
    line: null,
    previous: null,
    next: null,
  };
}
