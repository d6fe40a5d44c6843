import { hash } from "node:crypto";
import * as z from "zod";
import { ServiceError } from "../json-service.ts";
import type { MessageAttribute } from "./entry.ts";
import { invalidParameter, invalidRequest, missingParameter } from "./errors.ts";
import type { Settings } from "./settings.ts";

/** Bytes of a batch (SQS quota: 1 MiB). */
export const MAX_BATCH_BYTES = 1_048_576;

/** Seconds by which a message can be delayed (SQS quota: 15 min). */
const MAX_DELAY = 900;

/** Attributes of one message (SQS quota). */
const MAX_ATTRIBUTES = 10;

/** What XML 1.0 cannot carry, besides halves of surrogate pairs, so that SQS refuses it. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;

const FORBIDDEN_MESSAGE =
  "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.";

/** Letters, digits and punctuation: group and deduplication ids. */
const ID = /^[\x21-\x7E]{1,128}$/;

const ATTRIBUTE_NAME = /^(?!(?:aws|amazon)\.)(?!.*\.\.)(?!\.)[\w.-]{1,256}(?<!\.)$/i;

const TYPE = /^(String|Number|Binary)(?:\..{1,249})?$/;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

const Attribute = z.strictObject({
  DataType: z.string(),
  StringValue: z.string().optional(),
  BinaryValue: z.base64().optional(),
  StringListValues: z.array(z.string()).max(0).optional(),
  BinaryListValues: z.array(z.string()).max(0).optional(),
});

/** What a message is sent with. */
export const Sending = z.strictObject({
  MessageBody: z.string(),
  DelaySeconds: z.int().optional(),
  MessageAttributes: z.record(z.string(), Attribute).optional(),
  MessageSystemAttributes: z.strictObject({ AWSTraceHeader: Attribute.optional() }).optional(),
  MessageDeduplicationId: z.string().optional(),
  MessageGroupId: z.string().optional(),
});

/** A message that somebody wants to send. */
export type Sending = z.infer<typeof Sending>;

/**
 * @throws ServiceError where a queue of these settings does not take the message
 */
export function checkSending(sending: Sending, settings: Settings): void {
  if (sending.MessageBody === "") throw missingParameter("MessageBody");
  checkCharacters(sending.MessageBody);
  if (sending.MessageAttributes !== undefined) checkAttributes(sending.MessageAttributes);
  if (bytesOf(sending) > settings.maxBytes) {
    const reason = `Reason: Message must be shorter than ${settings.maxBytes} bytes.`;
    throw invalidRequest(`One or more parameters are invalid. ${reason}`);
  }
  const { DelaySeconds: delay, MessageGroupId: group, MessageDeduplicationId: deduplication } = sending;
  if (delay !== undefined && (delay < 0 || delay > MAX_DELAY)) {
    throw invalidParameter("DelaySeconds", delay, `DelaySeconds must be >= 0 and <= ${MAX_DELAY}.`);
  }
  if (group !== undefined && !ID.test(group)) throw invalidId("MessageGroupId", group);
  if (deduplication !== undefined && !ID.test(deduplication)) throw invalidId("MessageDeduplicationId", deduplication);
  const otherType = "The request include parameter that is not valid for this queue type";
  if (!settings.fifo) {
    if (deduplication !== undefined) throw invalidParameter("MessageDeduplicationId", deduplication, otherType);
    return;
  }
  if (delay !== undefined && delay > 0) throw invalidParameter("DelaySeconds", delay, `${otherType}.`);
  if (group === undefined) throw missingParameter("MessageGroupId");
  if (deduplication === undefined && !settings.contentBasedDeduplication) {
    throw invalidRequest(
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
}

function checkCharacters(text: string): void {
  if (FORBIDDEN.test(text) || !text.isWellFormed()) throw new ServiceError("InvalidMessageContents", FORBIDDEN_MESSAGE);
}

function invalidId(name: string, value: string): ServiceError {
  const reason = `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
  return invalidParameter(name, value, reason);
}

function checkAttributes(attributes: Readonly<Record<string, MessageAttribute>>): void {
  const names = Object.keys(attributes);
  if (names.length > MAX_ATTRIBUTES) {
    throw invalidRequest(
      `Number of message attributes [${names.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`,
    );
  }
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute !== undefined) checkAttribute(name, attribute);
  }
}

function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void {
  if (!ATTRIBUTE_NAME.test(name)) {
    throw invalidRequest(
      `Invalid attribute name '${name}': 1 to 256 of A-Z, a-z, 0-9, _, - and . are allowed, no . at an end or twice in a row, and not AWS. or Amazon. in front.`,
    );
  }
  const type = TYPE.exec(DataType)?.[1];
  if (type === undefined) {
    throw invalidRequest(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  const value = type === "Binary" ? BinaryValue : StringValue;
  if (value === undefined || value === "") {
    throw invalidRequest(`The message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`);
  }
  if (type !== "Binary") checkCharacters(value);
  if (type === "Number" && !NUMBER.test(value)) {
    throw invalidRequest(`Could not cast message (user) attribute '${name}' value to number.`);
  }
}

/** Bytes of the body, and of each attribute's name, type and value, as SQS counts. */
export function bytesOf({ MessageBody, MessageAttributes }: Sending): number {
  let bytes = Buffer.byteLength(MessageBody);
  if (MessageAttributes === undefined) return bytes;
  for (const [name, { DataType, StringValue = "", BinaryValue = "" }] of Object.entries(MessageAttributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue);
    bytes += Buffer.byteLength(BinaryValue, "base64");
  }
  return bytes;
}

/** The MD5 of a message's body, in hexadecimal digits. */
export function md5Of(body: string): string {
  return hash("md5", body);
}

/**
 * The MD5 of a message's attributes; undefined where there are none.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string | undefined {
  const names = Object.keys(attributes).toSorted();
  if (names.length === 0) return undefined;
  const parts: Buffer[] = [];
  for (const name of names) {
    const { DataType = "", StringValue = "", BinaryValue } = attributes[name] ?? {};
    const isBinary = DataType.startsWith("Binary");
    parts.push(...withLength(Buffer.from(name)), ...withLength(Buffer.from(DataType)));
    parts.push(Buffer.of(isBinary ? 2 : 1));
    parts.push(...withLength(isBinary ? Buffer.from(BinaryValue ?? "", "base64") : Buffer.from(StringValue)));
  }
  return hash("md5", Buffer.concat(parts));
}

function withLength(bytes: Buffer): readonly Buffer[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}
