import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import * as z from "zod";
import type { CeleryMessage } from "../core/celery.ts";
import { MAX_SQS_DELAY } from "../core/limits.ts";
import type { CanvasMessage } from "../core/record/canvas.ts";
import type { RunMessage } from "../core/record/message.ts";
import { moduleOf } from "../core/record/record.ts";
import { sqsClient } from "./clients/sqs.ts";
import type { ScheduleEnv } from "./env.ts";

/** What SendMessageBatch takes: 10 entries, 1 MiB together; some emulators still have the older 256 KiB. */
const BATCH_ENTRIES = 10;
const BATCH_BYTES = 256 * 1024;

/** Messages of a queue, approximately, as SQS counts them. */
export interface Depth {
  readonly waiting: number;
  readonly in_flight: number;
  readonly delayed: number;
}

/** A message with the module whose queue it goes to, and the seconds for which it is hidden there. */
export interface Outgoing {
  readonly module: string;
  readonly message: RunMessage | CanvasMessage | CeleryMessage;
  readonly delay: number;
}

/** A message that was received by hand. */
export interface Received {
  readonly messageId: string;
  readonly body: string;
  readonly receiptHandle: string;
  /** Milliseconds since 1970. */
  readonly sent: number;
}

/** The modules' queues. */
export class Queues {
  readonly #prefix: string;
  readonly #schedules: ScheduleEnv | null;

  /**
   * @param prefix what every queue's URL begins with; a module's name follows.
   * @param schedules with what long delays are left to EventBridge Scheduler; null where they are not.
   */
  constructor(prefix: string, schedules: ScheduleEnv | null) {
    this.#prefix = prefix;
    this.#schedules = schedules;
  }

  /** The URL of a module's queue. */
  url(module: string): string {
    return this.#prefix + module;
  }

  /** The module whose queue has this ARN: `canvas`, `dead` or a task module's name. */
  moduleOf(arn: string): string {
    const prefix = this.#prefix.slice(this.#prefix.lastIndexOf("/") + 1);
    return arn.slice(arn.lastIndexOf(":") + 1 + prefix.length);
  }

  /** The same; null for a queue whose name is not one of the stage's. */
  ownModuleOf(arn: string): string | null {
    const prefix = this.#prefix.slice(this.#prefix.lastIndexOf("/") + 1);
    return arn.includes(`:${prefix}`) ? this.moduleOf(arn) : null;
  }

  /**
   * Sends one message. A delay above 900 s is Scheduler's, if the message says when it is due. Where Scheduler does
   * not take it, it becomes 900: a worker that receives it early sends it on. @returns whether it waits in Scheduler,
   * not in its queue.
   */
  async send(outgoing: Outgoing): Promise<boolean> {
    if (await this.#schedule(outgoing)) return true;
    const { module, message, delay } = outgoing;
    await sqsClient().send(
      new SendMessageCommand({
        QueueUrl: this.url(module),
        MessageBody: bodyOf(message),
        DelaySeconds: wholeDelay(delay),
        MessageGroupId: tenantOf(message),
      }),
    );
    return false;
  }

  /** Sends a message as it was received. */
  async sendAgain(module: string, body: string): Promise<void> {
    await sqsClient().send(new SendMessageCommand({ QueueUrl: this.url(module), MessageBody: body }));
  }

  async #schedule({ module, message, delay }: Outgoing): Promise<boolean> {
    if (delay <= MAX_SQS_DELAY || this.#schedules === null) return false;
    if (!("due" in message) || message.due === undefined) return false;
    const { id, attempt, due } = message;
    // Its client is loaded where it is needed: it would be a tenth of each worker's start.
    const { scheduleMessage } = await import("./schedules.ts");
    return scheduleMessage(this.#schedules, { module, id, attempt, due, body: bodyOf(message) });
  }

  /**
   * Sends many messages, ten to a call. A delay above 900 s becomes 900: the worker that receives it has Scheduler wait
   * for the rest, for a request of 10,000 tasks cannot wait for as many calls.
   * @param fanOut what they are all of: SQS lets the messages of others go before theirs (fair queues), so that
   *   10,000 tasks of one client do not hold up who submits one.
   * @throws Error naming how many were refused, after trying all.
   */
  async sendMany(outgoing: readonly Outgoing[], fanOut: string): Promise<void> {
    const batches = inBatches(outgoing, fanOut);
    const failures = await Promise.all(batches.map((batch) => this.#sendBatch(batch)));
    const refused = failures.reduce((sum, count) => sum + count, 0);
    if (refused > 0) throw new Error(`SQS refused ${refused} of ${outgoing.length} messages. Submit them again.`);
  }

  async #sendBatch(batch: Batch): Promise<number> {
    const answer = await sqsClient().send(
      new SendMessageBatchCommand({ QueueUrl: this.url(batch.module), Entries: batch.entries }),
    );
    const failed = new Set((answer.Failed ?? []).map((failure) => failure.Id));
    if (failed.size === 0) return 0;
    const again = await sqsClient().send(
      new SendMessageBatchCommand({
        QueueUrl: this.url(batch.module),
        Entries: batch.entries.filter((entry) => failed.has(entry.Id)),
      }),
    );
    return again.Failed?.length ?? 0;
  }

  /** Hides a received message for this many seconds more (at most 12 hours): it comes back by itself. */
  async hide(module: string, receiptHandle: string, seconds: number): Promise<void> {
    await sqsClient().send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.url(module),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: Math.min(43_200, Math.max(0, Math.ceil(seconds))),
      }),
    );
  }

  /** Up to ten messages of a module's queue, hidden for its visibility timeout; none where none were found at once. */
  async receive(module: string): Promise<Received[]> {
    const { Messages = [] } = await sqsClient().send(
      new ReceiveMessageCommand({
        QueueUrl: this.url(module),
        MaxNumberOfMessages: 10,
        // Long polling asks every server of the queue; without it some of its messages are not found (SQS developer
        // guide).
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ["SentTimestamp"],
      }),
    );
    return Messages.map(({ MessageId = "", Body = "", ReceiptHandle = "", Attributes }) => ({
      messageId: MessageId,
      body: Body,
      receiptHandle: ReceiptHandle,
      sent: Number(Attributes?.SentTimestamp),
    }));
  }

  /** Deletes a received message. */
  async remove(module: string, receiptHandle: string): Promise<void> {
    await sqsClient().send(new DeleteMessageCommand({ QueueUrl: this.url(module), ReceiptHandle: receiptHandle }));
  }

  /** How many messages a module's queue holds. */
  async depth(module: string): Promise<Depth> {
    const { Attributes } = await sqsClient().send(
      new GetQueueAttributesCommand({
        QueueUrl: this.url(module),
        AttributeNames: [
          "ApproximateNumberOfMessages",
          "ApproximateNumberOfMessagesNotVisible",
          "ApproximateNumberOfMessagesDelayed",
        ],
      }),
    );
    const counts = DepthSchema.parse(Attributes);
    return {
      waiting: counts.ApproximateNumberOfMessages,
      in_flight: counts.ApproximateNumberOfMessagesNotVisible,
      delayed: counts.ApproximateNumberOfMessagesDelayed,
    };
  }
}

const DepthSchema = z.object({
  ApproximateNumberOfMessages: z.coerce.number(),
  ApproximateNumberOfMessagesNotVisible: z.coerce.number(),
  ApproximateNumberOfMessagesDelayed: z.coerce.number(),
});

interface Batch {
  readonly module: string;
  readonly entries: { Id: string; MessageBody: string; DelaySeconds: number; MessageGroupId: string | undefined }[];
  bytes: number;
}

function inBatches(outgoing: readonly Outgoing[], fanOut: string): Batch[] {
  const open = new Map<string, Batch>();
  const batches: Batch[] = [];
  for (const { module, message, delay } of outgoing) {
    const body = bodyOf(message);
    const bytes = Buffer.byteLength(body);
    let batch = open.get(module);
    if (batch === undefined || batch.entries.length === BATCH_ENTRIES || batch.bytes + bytes > BATCH_BYTES) {
      batch = { module, entries: [], bytes: 0 };
      open.set(module, batch);
      batches.push(batch);
    }
    batch.entries.push({
      Id: String(batch.entries.length),
      MessageBody: body,
      DelaySeconds: wholeDelay(delay),
      MessageGroupId: tenantOf(message) ?? groupId(fanOut),
    });
    batch.bytes += bytes;
  }
  return batches;
}

/** The message to the queue of its task. */
export function toTask(task: string, message: RunMessage, delay: number): Outgoing {
  return { module: moduleOf(task), message, delay };
}

/** U+FFFE and U+FFFF are the characters that JSON text may hold and an SQS message may not. */
function bodyOf(message: Outgoing["message"]): string {
  return JSON.stringify(message).replaceAll("\uFFFE", "\\ufffe").replaceAll("\uFFFF", "\\uffff");
}

/** The tenant that the header `tenant` names, whose backlog then does not hold up another's. */
function tenantOf(message: Outgoing["message"]): string | undefined {
  return groupId("call" in message ? message.call?.headers["tenant"] : undefined);
}

/**
 * A message group's id has 1 to 128 of these characters. On a standard queue it makes no order: SQS shares deliveries
 * fairly among groups (fair queues), and takes each message without one for a group of its own.
 */
function groupId(text: string | undefined): string | undefined {
  return text?.replaceAll(/[^\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]/g, "_").slice(0, 128) || undefined;
}

function wholeDelay(seconds: number): number {
  return Math.min(MAX_SQS_DELAY, Math.max(0, Math.ceil(seconds)));
}
