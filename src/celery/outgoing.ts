import { randomUUID } from "node:crypto";
import { QueueDoesNotExist, SendMessageCommand } from "@aws-sdk/client-sqs";
import { sqsClient } from "../aws/clients/sqs.ts";
import { kombuQueueName } from "./config.ts";
import type { Signature } from "./signature.ts";

/** A task for a Python worker. */
export interface ForeignTask {
  readonly signature: Signature;
  readonly id: string;
  readonly queue: string;
  /** What the worker sends on when it has ended, in the order in which it is run. */
  readonly chain: readonly Signature[];
  readonly root: string;
  /** Headers of its own. @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A task that cannot be sent to a worker of Celery, and never will be. */
export class CannotSend extends Error {
  override readonly name = "CannotSend";
}

/** Bytes of a message (SQS, SendMessage). What is sent has some 56 % of that, since it is in base64 twice. */
const MAX_BYTES = 1024 * 1024;

/** SQS's longest delay, seconds; kombu knows no other way to wait, and a worker holds what comes early. */
const MAX_DELAY = 900;

/**
 * Sends a task to the queue of a Python worker, as a client of Celery sends it (protocol 2).
 * @throws CannotSend where there is no such queue, or the message is too large for any
 */
export async function sendForeign(urlPrefix: string, task: ForeignTask): Promise<void> {
  const { countdown } = task.signature.options;
  const MessageBody = Buffer.from(JSON.stringify(envelopeOf(task))).toString("base64");
  if (MessageBody.length > MAX_BYTES)
    throw new CannotSend(`The message has ${MessageBody.length} bytes, and SQS takes ${MAX_BYTES}. Pass a reference.`);
  try {
    await sqsClient().send(
      new SendMessageCommand({
        QueueUrl: urlPrefix + kombuQueueName(task.queue),
        MessageBody,
        ...(typeof countdown === "number" && { DelaySeconds: Math.min(MAX_DELAY, Math.ceil(countdown)) }),
      }),
    );
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error;
    throw new CannotSend(`There is no queue "${task.queue}": a worker of Celery makes its own when it starts.`);
  }
}

function envelopeOf({ signature, id, queue, chain, root, headers }: ForeignTask): object {
  const { task, args, kwargs, options } = signature;
  const embed = {
    callbacks: options.link ?? null,
    errbacks: options.link_error ?? null,
    chain: chain.length === 0 ? null : chain.toReversed(),
    chord: options.chord ?? null,
  };
  return {
    body: Buffer.from(JSON.stringify([args, kwargs, embed])).toString("base64"),
    "content-encoding": "utf-8",
    "content-type": "application/json",
    headers: {
      ...headers,
      lang: "py",
      task,
      id,
      shadow: null,
      eta: options.eta ?? null,
      expires: typeof options.expires === "string" ? options.expires : null,
      group: options.group_id ?? null,
      group_index: options["group_index"] ?? null,
      retries: 0,
      timelimit: [options.time_limit ?? null, options.soft_time_limit ?? null],
      root_id: root,
      parent_id: null,
      argsrepr: "(...)",
      kwargsrepr: "{...}",
      origin: "celeriac",
      ignore_result: options.ignore_result ?? false,
      replaced_task_nesting: 0,
      stamped_headers: null,
      stamps: {},
    },
    properties: {
      correlation_id: id,
      reply_to: root,
      delivery_mode: 2,
      delivery_info: { exchange: "", routing_key: queue },
      priority: options.priority ?? 0,
      body_encoding: "base64",
      delivery_tag: randomUUID(),
    },
  };
}
