// Microseconds of CPU for an SQS operation, in process: `node packages/embedded-aws/bench/sqs.ts`. Needs Node alone.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/clock.ts";
import type { LocalQueue } from "../src/sqs/sqs.ts";
import { createSqs } from "../src/sqs/sqs.ts";
import { openSqliteStorage } from "../src/storage/sqlite.ts";
import { type Storage, createVolatileStorage } from "../src/storage/storage.ts";

const COUNT = 100_000;
const BODY = JSON.stringify({ id: "7d0b7f0a", task: "math.add", args: [1, 2], padding: "x".repeat(500) });
const URL = "http://localhost/000000000000/bench";
const ARN = "arn:aws:sqs:us-east-1:000000000000:bench";

/** Runs `act` and prints what one of so many operations took. */
async function measure(label: string, count: number, act: () => unknown): Promise<void> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  console.log(`${label.padEnd(72)} ${((user + system) / count).toFixed(2).padStart(8)} us`);
}

async function withQueue(storage: Storage, act: (sqs: ReturnType<typeof createSqs>, queue: LocalQueue) => unknown) {
  const sqs = createSqs({ storage, clock: systemClock, baseUrl: "http://localhost" });
  await sqs.service.execute("CreateQueue", { QueueName: "bench" });
  const queue = sqs.queue(ARN);
  if (queue !== undefined) await act(sqs, queue);
  sqs.stop();
  await storage.close();
}

type Sqs = Parameters<Parameters<typeof withQueue>[1]>[0];

/** Send, receive and delete by the operations that the gateway calls. */
async function roundTrips(sqs: Sqs, count: number, group?: (n: number) => string): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await sqs.service.execute("SendMessage", {
      QueueUrl: URL,
      MessageBody: BODY,
      ...(group && { MessageGroupId: group(n) }),
    });
    const answer = await sqs.service.execute("ReceiveMessage", { QueueUrl: URL, AttributeNames: ["All"] });
    const messages: unknown = Reflect.get(answer, "Messages");
    const receipt: unknown = Array.isArray(messages) ? Reflect.get(Object(messages[0]), "ReceiptHandle") : undefined;
    await sqs.service.execute("DeleteMessage", { QueueUrl: URL, ReceiptHandle: receipt });
  }
}

/** Receives and deletes all, as an event source mapping does. */
function drain(queue: LocalQueue): void {
  for (let batch = queue.receive(10); batch.length > 0; batch = queue.receive(10)) {
    for (const { receiptHandle } of batch) queue.remove(receiptHandle);
  }
}

for (const round of ["cold", "warm"]) {
  await withQueue(createVolatileStorage(), (sqs) =>
    measure(`send + receive + delete, one at a time, ${round}`, COUNT, () => roundTrips(sqs, COUNT)),
  );
}
await withQueue(createVolatileStorage(), (sqs) =>
  measure("send + receive + delete, of 1,000 groups", COUNT, () => roundTrips(sqs, COUNT, (n) => `group${n % 1000}`)),
);
for (const waiting of [1000, 10_000, 100_000, 400_000]) {
  await withQueue(createVolatileStorage(), async (sqs, queue) => {
    await measure(`send, until ${waiting} wait`, waiting, async () => {
      for (let n = 0; n < waiting; n += 1) await sqs.send(ARN, BODY);
    });
    await measure(`receive + delete in tens, while up to ${waiting} wait`, waiting, () => drain(queue));
  });
}
const folder = mkdtempSync(join(tmpdir(), "bench-sqs-"));
try {
  await withQueue(openSqliteStorage(join(folder, "bench.db")), async (sqs, queue) => {
    const storageCount = COUNT / 10;
    await measure("with data: send, each waited for by 32 callers", storageCount, async () => {
      for (let n = 0; n < storageCount; n += 32) {
        for (let caller = 0; caller < 32; caller += 1) void sqs.send(ARN, BODY);
        await new Promise(setImmediate);
      }
    });
    await measure("with data: receive + delete in tens", storageCount, async () => {
      while (queue.ready() > 0) {
        for (const { receiptHandle } of queue.receive(10)) queue.remove(receiptHandle);
        await new Promise(setImmediate);
      }
    });
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
