import { expect } from "vitest";
import * as z from "zod";
import { ServiceError } from "../../../src/json-service.ts";
import type { QueueFaults } from "../../../src/sqs/queue.ts";
import { type Sqs, createSqs } from "../../../src/sqs/sqs.ts";
import { type Storage, createVolatileStorage } from "../../../src/storage/storage.ts";
import { type TestClock, createTestClock } from "./clock.ts";

const Received = z.looseObject({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string(),
  Attributes: z.record(z.string(), z.string()).default({}),
});

/** A message as ReceiveMessage answers it. */
export type Received = z.infer<typeof Received>;

/** An SQS with a clock that stands, and what tests ask of it. */
export interface Harness {
  readonly sqs: Sqs;
  readonly clock: TestClock;
  readonly call: (operation: string, input: object) => Promise<Record<string, unknown>>;
  /** Creates a queue. @returns its URL */
  readonly create: (name: string, attributes?: Readonly<Record<string, string>>) => Promise<string>;
  readonly send: (url: string, body: string, more?: object) => Promise<Record<string, unknown>>;
  /** Receives up to ten messages, with all system attributes. */
  readonly receive: (url: string, more?: object) => Promise<readonly Received[]>;
  readonly bodies: (url: string, more?: object) => Promise<readonly string[]>;
  readonly remove: (url: string, receiptHandle: string) => Promise<unknown>;
  readonly attribute: (url: string, name: string) => Promise<string | undefined>;
}

const BASE_URL = "http://localhost:4566";

/** The ARN of a queue by its URL. */
export const arnOf = (url: string): string => `arn:aws:sqs:us-east-1:000000000000:${url.split("/").at(-1)}`;

/** An SQS without queues, or with those of a storage. */
export function createHarness(
  storage: Storage = createVolatileStorage(),
  clock: TestClock = createTestClock(),
  faults?: QueueFaults,
): Harness {
  const sqs = createSqs({ storage, clock, baseUrl: BASE_URL, faults });
  const call = async (operation: string, input: object): Promise<Record<string, unknown>> => ({
    ...(await sqs.service.execute(operation, { ...input })),
  });
  const receive = async (url: string, more: object = {}): Promise<readonly Received[]> => {
    const input = { QueueUrl: url, MaxNumberOfMessages: 10, AttributeNames: ["All"], ...more };
    return z.array(Received).parse((await call("ReceiveMessage", input))["Messages"] ?? []);
  };
  return {
    sqs,
    clock,
    call,
    create: async (name, Attributes = {}) =>
      z.string().parse((await call("CreateQueue", { QueueName: name, Attributes }))["QueueUrl"]),
    send: (url, body, more = {}) => call("SendMessage", { QueueUrl: url, MessageBody: body, ...more }),
    receive,
    bodies: async (url, more) => (await receive(url, more)).map(({ Body }) => Body),
    remove: (url, ReceiptHandle) => call("DeleteMessage", { QueueUrl: url, ReceiptHandle }),
    attribute: async (url, name) => {
      const { Attributes } = await call("GetQueueAttributes", { QueueUrl: url, AttributeNames: [name] });
      return z.record(z.string(), z.string()).default({}).parse(Attributes)[name];
    },
  };
}

/** Expects a call to be refused with this code, and a message that has this in it. */
export async function refused(answer: Promise<unknown>, code: string, message = ""): Promise<void> {
  const error: unknown = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ServiceError)) throw new Error(`Not refused, but: ${String(error)}`);
  expect({ code: error.code, message: error.message }).toEqual({ code, message: expect.stringContaining(message) });
}
