import * as z from "zod";
import { ServiceError } from "../json-service.ts";
import { invalidParameter } from "./errors.ts";
import type { RedriveAllowPolicy, RedrivePolicy, Settings } from "./settings.ts";

/** A queue's attributes that were set, by their names, in the form in which SQS answers them. */
export type Attributes = Readonly<Record<string, string>>;

/** The numbers: least, greatest, default. */
const NUMBERS: Readonly<Record<string, readonly [number, number, number]>> = {
  DelaySeconds: [0, 900, 0],
  KmsDataKeyReusePeriodSeconds: [60, 86_400, 300],
  MaximumMessageSize: [1024, 1_048_576, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  FifoQueue: ["true", "false"],
  ContentBasedDeduplication: ["true", "false"],
  SqsManagedSseEnabled: ["true", "false"],
  DeduplicationScope: ["queue", "messageGroup"],
  FifoThroughputLimit: ["perQueue", "perMessageGroupId"],
};

/** Of FIFO queues alone. */
const FIFO_ONLY = new Set(["ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"]);

const Redrive = z.strictObject({
  deadLetterTargetArn: z.string().startsWith("arn:aws:sqs:"),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});

const RedriveAllow = z.strictObject({
  redrivePermission: z.enum(["allowAll", "denyAll", "byQueue"]).default("allowAll"),
  sourceQueueArns: z.array(z.string()).max(10).default([]),
});

/** Text that is JSON. */
const Json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "it is no JSON" });
    return z.NEVER;
  }
});

const POLICIES: Readonly<Record<string, z.ZodType>> = {
  Policy: Json.pipe(z.record(z.string(), z.unknown())),
  RedrivePolicy: Json.pipe(Redrive),
  RedriveAllowPolicy: Json.pipe(RedriveAllow),
};

/**
 * Attributes as somebody sets them, checked, each by itself and with those that the queue has. An empty policy takes
 * the policy away.
 * @throws ServiceError InvalidAttributeName, InvalidAttributeValue
 */
export function setAttributes(present: Attributes, given: Attributes): Attributes {
  const unknown = Object.keys(given).find((name) => !SETTABLE.includes(name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
  const attributes: Record<string, string> = { ...present };
  for (const [name, value] of Object.entries(given)) {
    if (value === "" && (name in POLICIES || name === "KmsMasterKeyId")) delete attributes[name];
    else attributes[name] = checked(name, value);
  }
  const fifo = attributes["FifoQueue"] === "true";
  for (const name of Object.keys(given)) {
    if (!fifo && FIFO_ONLY.has(name)) throw unknownAttribute(name);
  }
  if (
    attributes["FifoThroughputLimit"] === "perMessageGroupId" &&
    attributes["DeduplicationScope"] !== "messageGroup"
  ) {
    const detail = "FifoThroughputLimit can be perMessageGroupId only where DeduplicationScope is messageGroup.";
    throw new ServiceError("InvalidAttributeValue", detail);
  }
  return attributes;
}

function checked(name: string, value: string): string {
  const range = NUMBERS[name];
  if (range !== undefined) {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < range[0] || number > range[1]) throw invalidValue(name);
    return String(number);
  }
  const words = WORDS[name];
  if (words !== undefined) {
    const word = words.find((each) => each.toLowerCase() === value.toLowerCase());
    if (word === undefined) throw invalidValue(name);
    return word;
  }
  const policy = POLICIES[name];
  if (policy !== undefined) {
    const parsed = policy.safeParse(value);
    if (!parsed.success) throw invalidPolicy(name, value, parsed.error);
    return name === "Policy" ? value : JSON.stringify(parsed.data);
  }
  return value;
}

/** An attribute that SQS does not have, or not for this kind of queue. */
export function unknownAttribute(name: string): ServiceError {
  return new ServiceError("InvalidAttributeName", `Unknown Attribute ${name}.`);
}

function invalidPolicy(name: string, value: string, error: z.ZodError): ServiceError {
  if (name === "Policy") return invalidValue(name);
  const issue = error.issues[0];
  const reason =
    issue?.path[0] === "maxReceiveCount"
      ? "Invalid value for maxReceiveCount, valid values are from 1 to 1000 both inclusive."
      : [...(issue?.path ?? []), issue?.message].join(": ");
  return invalidParameter(name, value, reason);
}

function invalidValue(name: string): ServiceError {
  return new ServiceError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
}

/** An attribute's value where it was not set; undefined where it has none. */
export function defaultOf(name: string, attributes: Attributes): string | undefined {
  const isFifo = attributes["FifoQueue"] === "true";
  if (name === "KmsDataKeyReusePeriodSeconds" && attributes["KmsMasterKeyId"] === undefined) return undefined;
  if (name === "SqsManagedSseEnabled") return attributes["KmsMasterKeyId"] === undefined ? "true" : "false";
  if (isFifo && name === "ContentBasedDeduplication") return "false";
  if (isFifo && name === "DeduplicationScope") return "queue";
  if (isFifo && name === "FifoThroughputLimit") return "perQueue";
  return NUMBERS[name]?.[2].toString();
}

/** The names of all attributes that can be set. */
export const SETTABLE: readonly string[] = [
  ...Object.keys(NUMBERS),
  ...Object.keys(WORDS),
  ...Object.keys(POLICIES),
  "KmsMasterKeyId",
];

/** What the queue goes by. */
export function settingsOf(attributes: Attributes): Settings {
  const number = (name: string): number => Number(attributes[name] ?? NUMBERS[name]?.[2]);
  return {
    fifo: attributes["FifoQueue"] === "true",
    visibilityTimeout: number("VisibilityTimeout") * 1000,
    delay: number("DelaySeconds") * 1000,
    retention: number("MessageRetentionPeriod") * 1000,
    receiveWait: number("ReceiveMessageWaitTimeSeconds") * 1000,
    maxBytes: number("MaximumMessageSize"),
    redrive: redriveOf(attributes),
    redriveAllow: redriveAllowOf(attributes),
    contentBasedDeduplication: attributes["ContentBasedDeduplication"] === "true",
    deduplicatesByGroup: attributes["DeduplicationScope"] === "messageGroup",
  };
}

/** Where the dead letters go; null for nowhere. */
export function redriveOf({ RedrivePolicy: text }: Attributes): RedrivePolicy | null {
  return text === undefined ? null : Json.pipe(Redrive).parse(text);
}

function redriveAllowOf({ RedriveAllowPolicy: text }: Attributes): RedriveAllowPolicy | null {
  return text === undefined ? null : Json.pipe(RedriveAllow).parse(text);
}
