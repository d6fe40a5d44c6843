import { PutItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";

const Envelope = z.object({ body: z.string(), headers: z.looseObject({ task: z.string(), id: z.string() }) });
const Body = z.tuple([z.array(z.unknown()), z.record(z.string(), z.unknown()), z.unknown()]);

/** A message as a worker of Celery takes it. */
export interface TakenTask {
  readonly id: string;
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What a worker stores of a task; null: it was killed, and stores nothing. */
export type WorkerEnd = { readonly status: string; readonly result: unknown } | null;

/** A worker of Celery's, as far as the bridge can tell it from one. */
export interface CeleryWorker {
  readonly taken: readonly TakenTask[];
  /** Stops taking messages. */
  readonly stop: () => Promise<void>;
}

/** Takes the messages of a queue, which it makes, and stores in the table what `run` says of each. */
export async function startCeleryWorker(
  { sqs, dynamo }: { readonly sqs: SQSClient; readonly dynamo: DynamoDBClient },
  queue: string,
  run: (task: TakenTask) => WorkerEnd | Promise<WorkerEnd>,
): Promise<CeleryWorker> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: queue }));
  const taken: TakenTask[] = [];
  const stopped = new AbortController();

  async function take(): Promise<void> {
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
    const { Messages = [] } = await sqs.send(receive);
    for (const { Body: text = "", ReceiptHandle } of Messages) {
      const task = readTask(text);
      taken.push(task);
      const end = await run(task);
      if (end !== null) await store(dynamo, task.id, end);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }

  const working = (async () => {
    while (!stopped.signal.aborted) await take();
  })();
  return {
    taken,
    stop: async () => {
      stopped.abort();
      await working;
    },
  };
}

function readTask(text: string): TakenTask {
  const envelope = Envelope.parse(JSON.parse(Buffer.from(text, "base64").toString()));
  const [args, kwargs] = Body.parse(JSON.parse(Buffer.from(envelope.body, "base64").toString()));
  const { headers } = envelope;
  return { id: headers.id, task: headers.task, args, kwargs, headers };
}

/** Stores a result as Celery's DynamoDB backend does. */
async function store(dynamo: DynamoDBClient, id: string, end: NonNullable<WorkerEnd>): Promise<void> {
  const meta = { ...end, task_id: id, traceback: null, children: [], date_done: new Date().toISOString() };
  const Item = {
    id: { S: `b'celery-task-meta-${id}'` },
    result: { B: Buffer.from(JSON.stringify(meta)) },
    timestamp: { N: String(Date.now() / 1000) },
  };
  await dynamo.send(new PutItemCommand({ TableName: "celery", Item }));
}
