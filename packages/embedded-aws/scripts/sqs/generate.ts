import type { Random } from "./random.ts";

/** One operation for both. Queues stand as names, receipts as the bodies of the messages that they are of. */
export interface Step {
  readonly operation: string;
  readonly queue: string;
  readonly input: Readonly<Record<string, unknown>>;
}

// What LocalStack takes though AWS refuses it is not here, since the two would stand differently afterwards: delays,
// waits and visibility timeouts out of their ranges; dead letters for no queue, for one of the other type, or for the
// same; maxReceiveCount out of its range; numbers that are none; a deduplication id whose message was deleted (it is
// forgotten there); and a message of a FIFO queue that is made visible while others of its group are in flight, which
// frees the group there.

const QUEUES = ["alpha", "beta", "dead", "gamma.fifo", "dead.fifo"];

/** Values of a queue's attributes, some of which are none. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  // No short timeouts: the two clocks are not the same.
  VisibilityTimeout: ["43200", "3000"],
  DelaySeconds: ["0"],
  MaximumMessageSize: ["1024", "1048576", "2000"],
  MessageRetentionPeriod: ["3600", "1209600"],
  ContentBasedDeduplication: ["true", "false"],
  Colour: ["red"],
};

const ATTRIBUTES: Readonly<Record<string, object>> = {
  text: { DataType: "String", StringValue: "값 é" },
  number: { DataType: "Number", StringValue: "-12.5" },
  "own.type": { DataType: "String.uuid", StringValue: "u" },
  bytes: { DataType: "Binary", BinaryValue: "AAEC/w==" },
  empty: { DataType: "String", StringValue: "" },
  "AWS.taken": { DataType: "String", StringValue: "x" },
  wrongType: { DataType: "Text", StringValue: "x" },
};

let sent = 0;

/** Any operation with any input, valid for the most part. */
export function generate(random: Random): Step {
  const make = random.pick(MAKERS);
  return make(random, random.once(60) ? "unknown" : random.pick(QUEUES));
}

type Make = (random: Random, queue: string) => Step;

const attributes = (random: Random): Record<string, string> => {
  const chosen: Record<string, string> = {};
  for (let count = random.below(3); count > 0; count -= 1) {
    const name = random.pick(Object.keys(VALUES));
    const values = VALUES[name] ?? [];
    chosen[name] = random.once(4) ? random.pick(values) : (values[0] ?? "");
  }
  return chosen;
};

const create: Make = (random, queue) => ({
  operation: "CreateQueue",
  queue,
  input: {
    QueueName: queue,
    Attributes: {
      VisibilityTimeout: "43200",
      ...(queue.endsWith(".fifo") && { FifoQueue: "true" }),
      ...attributes(random),
    },
    ...(random.once(3) && { tags: { team: "a" } }),
  },
});

/** A message; one of a batch has both ids in a FIFO queue, without which LocalStack refuses the batch. */
const message = (random: Random, queue: string, inBatch = false): Record<string, unknown> => {
  const names = Object.keys(ATTRIBUTES).slice(0, random.once(8) ? undefined : 4);
  const chosen = random.once(2) ? [] : names.filter(() => random.once(2));
  sent += 1;
  const body = random.once(40)
    ? ""
    : `${sent} ${random.pick(["", "한국어", "\u{1F600}", random.once(5) ? "\u0001" : "x", "y".repeat(random.below(1500))])}`;
  const fifo = queue.endsWith(".fifo");
  return {
    MessageBody: body,
    ...(chosen.length > 0 && { MessageAttributes: Object.fromEntries(chosen.map((name) => [name, ATTRIBUTES[name]])) }),
    ...(!fifo && random.once(6) && { DelaySeconds: 0 }),
    ...(!fifo && random.once(6) && { MessageGroupId: random.pick(["g1", "g2"]) }),
    ...(fifo &&
      (inBatch || !random.once(15)) && {
        MessageGroupId: random.pick(["g1", "g2", "g3", "with space"].slice(0, random.once(9) ? 4 : 3)),
      }),
    ...(fifo && (inBatch || !random.once(15)) && { MessageDeduplicationId: `id${random.once(6) ? sent - 1 : sent}` }),
    ...(random.once(10) && {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1-2-3" } },
    }),
  };
};

const ids = (random: Random, count: number): string[] =>
  Array.from({ length: count }, (_, at) =>
    random.once(50) ? random.pick(["", "a b", "e0", "x".repeat(81)]) : `e${at}`,
  );

/** Receipts by the last digits of what the comparison has in hand. */
const receipts = (random: Random, count: number): { readonly Id: string; readonly Receipt: number }[] =>
  ids(random, count).map((Id) => ({ Id, Receipt: random.below(1_000_000) }));

const MAKERS: readonly Make[] = [
  create,
  create,
  ...Array.from({ length: 8 }, (): Make => (random, queue) => ({
    operation: "SendMessage",
    queue,
    input: message(random, queue),
  })),
  ...Array.from({ length: 2 }, (): Make => (random, queue) => ({
    operation: "SendMessageBatch",
    queue,
    input: {
      Entries: ids(random, random.pick([1, 2, 3, random.once(5) ? 0 : 2, random.once(5) ? 11 : 1])).map((Id) => ({
        Id,
        ...message(random, queue, true),
      })),
    },
  })),
  ...Array.from({ length: 5 }, (): Make => (random, queue) => ({
    operation: "ReceiveMessage",
    queue,
    input: {
      MaxNumberOfMessages: random.once(20) ? 11 : 10,
      // By their groups the messages of a FIFO queue are compared.
      ...((random.once(2) || queue.endsWith(".fifo")) && { AttributeNames: ["All"] }),
      ...(random.once(2) && { MessageAttributeNames: random.pick([["All"], [".*"], ["own.*"], ["text", "bytes"]]) }),
      ...(random.once(20) && { WaitTimeSeconds: 0 }),
    },
  })),
  ...Array.from({ length: 4 }, (): Make => (random, queue) => ({
    operation: "DeleteMessage",
    queue,
    input: { Receipt: random.below(1_000_000) },
  })),
  (random, queue) => ({
    operation: "DeleteMessageBatch",
    queue,
    input: { Entries: receipts(random, random.pick([1, 2, 3, 11])) },
  }),
  ...Array.from({ length: 4 }, (): Make => (random, queue) => ({
    operation: "ChangeMessageVisibility",
    queue,
    input: {
      Receipt: random.below(1_000_000),
      VisibilityTimeout: queue.endsWith(".fifo") ? 600 : random.pick([0, 0, 600]),
    },
  })),
  (random, queue) => ({
    operation: "ChangeMessageVisibilityBatch",
    queue,
    input: {
      Entries: receipts(random, 2).map((entry) => ({ ...entry, VisibilityTimeout: queue.endsWith(".fifo") ? 600 : 0 })),
    },
  }),
  (random, queue) => ({
    operation: "GetQueueAttributes",
    queue,
    input: {
      AttributeNames: random.pick([
        ["All"],
        ["All"],
        ["VisibilityTimeout", "QueueArn"],
        ["RedrivePolicy"],
        ["Colour"],
        [],
      ]),
    },
  }),
  (random, queue) => ({ operation: "SetQueueAttributes", queue, input: { Attributes: attributes(random) } }),
  (random, queue) => {
    const target = queue.endsWith(".fifo") ? "dead.fifo" : "dead";
    const policy = {
      deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${target}`,
      maxReceiveCount: random.pick([2, 3]),
    };
    return {
      operation: "SetQueueAttributes",
      queue,
      input: { Attributes: { RedrivePolicy: random.once(6) ? "" : JSON.stringify(policy) } },
    };
  },
  (_random, queue) => ({ operation: "GetQueueUrl", queue, input: { QueueName: queue } }),
  (random, queue) => ({
    operation: "ListQueues",
    queue,
    input: { QueueNamePrefix: random.pick(["", "a", "dead", queue]) },
  }),
  (_random, queue) => ({ operation: "ListDeadLetterSourceQueues", queue, input: {} }),
  (random, queue) => ({
    operation: "TagQueue",
    queue,
    input: { Tags: { [random.pick(["a", "b"])]: String(random.below(9)) } },
  }),
  (random, queue) => ({ operation: "UntagQueue", queue, input: { TagKeys: [random.pick(["a", "b", "c"])] } }),
  (_random, queue) => ({ operation: "ListQueueTags", queue, input: {} }),
  (random, queue) => ({ operation: random.once(4) ? "PurgeQueue" : "ListQueueTags", queue, input: {} }),
];
