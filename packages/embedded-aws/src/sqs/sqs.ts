import * as z from "zod";
import { injectQueueFaults } from "../faults/queue.ts";
import type { FaultRig } from "../faults/rig.ts";
import type { DeployedResource, AwsRequest, AwsResponse, AwsService } from "../types.ts";
import { messageOf, parseJson } from "../values.ts";
import type { Fauxqs, SqsQueue } from "./fauxqs.ts";
import { watchQueue } from "./queue.ts";
import type { LocalQueue } from "./queue.ts";
import { sendMessage, sendMessageBatch, SendMessageBatchSchema, sendMessageSchema } from "./send-message.ts";
import type { Refusal } from "./send-message.ts";

/** The queues of a run. */
export interface Sqs {
  readonly service: AwsService;
  /** Creates an `AWS::SQS::Queue`, or gives an existing one the attributes that its template has now. */
  readonly deploy: (resource: DeployedResource) => void;
  /** A deployed queue; undefined for an unknown ARN. */
  readonly queue: (arn: string) => LocalQueue | undefined;
  /** Every deployed queue. */
  readonly queues: () => readonly LocalQueue[];
  /** Sends without HTTP, as AWS services do among each other. `target` is a queue's URL or ARN. Throws for an unknown one. */
  readonly send: (target: string, body: string, messageGroupId?: string) => Promise<{ messageId: string }>;
  readonly stop: () => void;
}

const seconds = z.coerce.number().int();

const QueueSchema = z.object({
  QueueName: z.string().optional(),
  FifoQueue: z.literal(false, "only standard queues are served").optional(),
  VisibilityTimeout: seconds.min(0).max(43_200).default(30),
  DelaySeconds: seconds.min(0).max(900).default(0),
  MessageRetentionPeriod: seconds.min(60).max(1_209_600).default(345_600),
  ReceiveMessageWaitTimeSeconds: seconds.min(0).max(20).default(0),
  MaximumMessageSize: seconds.min(1024).max(1_048_576).default(1_048_576),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: seconds.min(1).max(1000) }).optional(),
});

/** SQS on fauxqs' queues. Sending is served here, the rest by fauxqs. */
export function createSqs({ sqs: store, app }: Fauxqs, rig: FaultRig): Sqs {
  const queues = new Map<string, LocalQueue>();

  const deploy = ({ physicalId, arn, properties }: DeployedResource): void => {
    const { QueueName: _name, FifoQueue: _fifo, RedrivePolicy, ...numbers } = QueueSchema.parse(properties);
    const attributes = {
      ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
      RedrivePolicy: RedrivePolicy ? JSON.stringify(RedrivePolicy) : "",
    };
    const name = arn.slice(arn.lastIndexOf(":") + 1);
    const queue = store.getQueueByArn(arn) ?? store.createQueue(name, physicalId, arn);
    queue.setAttributes(attributes);
    if (queues.has(arn)) return;
    queues.set(arn, watchQueue(queue, store));
    injectQueueFaults(queue, rig);
  };

  const service: AwsService = async (request) => {
    if (request.operation === "SendMessage" || request.operation === "SendMessageBatch") {
      const body = z.object({ QueueUrl: z.string() }).loose().safeParse(parseJson(request.body.toString()));
      const queue = body.success ? store.getQueue(body.data.QueueUrl) : undefined;
      if (queue && !queue.isFifo()) return send(queue, request.operation, body.data);
    }
    const { statusCode, headers, rawPayload } = await app.inject({
      method: "POST",
      url: "/",
      headers: request.headers,
      payload: request.body,
    });
    return { status: statusCode, headers: textHeaders(headers), body: rawPayload };
  };

  return {
    service,
    deploy,
    queue: (arn) => queues.get(arn),
    queues: () => [...queues.values()],
    send: async (target, body, messageGroupId) => {
      const queue = target.startsWith("arn:") ? store.getQueueByArn(target) : store.getQueue(target);
      if (!queue) throw new Error(`No queue ${target} exists.`);
      const message = {
        MessageBody: body,
        MessageAttributes: {},
        ...(messageGroupId && { MessageGroupId: messageGroupId }),
      };
      const outcome = sendMessage(queue, message);
      if ("Code" in outcome) throw new Error(`${outcome.Code}: ${outcome.Message}`);
      return { messageId: outcome.MessageId };
    },
    stop: () => {
      for (const queue of queues.values()) queue.stop();
    },
  };
}

function send(queue: SqsQueue, operation: "SendMessage" | "SendMessageBatch", body: unknown): AwsResponse {
  if (operation === "SendMessage") {
    const message = sendMessageSchema.safeParse(body);
    return answer(message.success ? sendMessage(queue, message.data) : invalid(message.error));
  }
  const batch = SendMessageBatchSchema.safeParse(body);
  return answer(batch.success ? sendMessageBatch(queue, batch.data.Entries) : invalid(batch.error));
}

function invalid(error: z.ZodError): Refusal {
  return { Code: "InvalidParameterValue", Message: messageOf(error) };
}

function answer(outcome: object): AwsResponse {
  const headers = { "content-type": "application/x-amz-json-1.0" };
  if (!isRefusal(outcome)) return { status: 200, headers, body: JSON.stringify(outcome) };
  const body = JSON.stringify({ __type: `com.amazonaws.sqs#${outcome.Code}`, message: outcome.Message });
  return { status: 400, headers: { ...headers, "x-amzn-query-error": `${outcome.Code};Sender` }, body };
}

function isRefusal(outcome: object): outcome is Refusal {
  return "Code" in outcome;
}

function textHeaders(headers: Readonly<Record<string, number | string | string[] | undefined>>): AwsRequest["headers"] {
  const kept = Object.entries(headers).filter(([name, value]) => value !== undefined && name !== "content-length");
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
