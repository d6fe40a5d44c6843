import { type Deployable, type JsonService, ServiceError } from "../json-service.ts";
import { deployQueue } from "./deploying.ts";
import type { Delivery } from "./entry.ts";
import { noSuchQueue } from "./errors.ts";
import { managingOperations } from "./managing.ts";
import { movingOperations } from "./moving.ts";
import type { Operations } from "./operations.ts";
import type { Queue } from "./queue.ts";
import { receivingOperations } from "./receiving.ts";
import { redriveOperations } from "./redrive.ts";
import { type RegistryOptions, createRegistry } from "./registry.ts";
import { send, sendingOperations } from "./sending.ts";
import { taggingOperations } from "./tagging.ts";

/** A queue as an event source mapping reads it: in process, woken when something can be received. */
export interface LocalQueue {
  readonly name: string;
  readonly arn: string;
  /** How many messages can be received now. */
  readonly ready: () => number;
  /** Seconds since the oldest message that has not been deleted was sent; 0 where there is none. */
  readonly age: () => number;
  /** Receives up to `max` messages; what has been received too often goes to the dead-letter queue instead. */
  readonly receive: (max: number) => readonly Delivery[];
  /** Deletes a received message. */
  readonly remove: (receiptHandle: string) => void;
  /** Hides a received message for this many seconds from now on. Does nothing where it is in flight no more. */
  readonly hide: (receiptHandle: string, seconds: number) => void;
  /** Calls back whenever messages may have become receivable. Returns what ends that. */
  readonly onReady: (listener: () => void) => () => void;
  /** Stops the clock of delays and visibility timeouts. */
  readonly stop: () => void;
}

/** The queues of a run. */
export interface Sqs extends Deployable {
  readonly service: JsonService;
  /** A queue; undefined for an unknown ARN. */
  readonly queue: (arn: string) => LocalQueue | undefined;
  /** Every queue. */
  readonly queues: () => readonly LocalQueue[];
  /**
   * Sends without HTTP, as AWS services do among each other. `target` is a queue's URL or ARN.
   * Rejects with a ServiceError for an unknown one, and for a message that it does not take.
   */
  readonly send: (target: string, body: string, messageGroupId?: string) => Promise<{ readonly messageId: string }>;
  /** Ends timers, moves, and calls that wait for messages. */
  readonly stop: () => void;
}

/** Milliseconds after a purge in which SQS takes no other of the same queue. */
const PURGE_INTERVAL = 60_000;

export interface SqsOptions extends RegistryOptions {
  /** Milliseconds after a purge in which there is no other. Default: a minute, as on AWS. */
  readonly purgeInterval?: number | undefined;
}

/**
 * SQS, in memory, and in a storage behind it. Answers name no header: the gateway sets `x-amzn-query-error` by
 * `queryErrorOf` of `errors.ts`. What an earlier run left in flight is visible at once.
 */
export function createSqs(options: SqsOptions): Sqs {
  const registry = createRegistry(options);
  const moving = movingOperations(registry);
  const operations: Operations = {
    ...managingOperations(registry, options.purgeInterval ?? PURGE_INTERVAL),
    ...taggingOperations(registry),
    ...redriveOperations(registry),
    ...sendingOperations(registry),
    ...receivingOperations(registry),
    ...moving.operations,
  };
  /** One for each queue, so that whatever asks twice gets the same. */
  const locals = new WeakMap<Queue, LocalQueue>();
  const local = (queue: Queue): LocalQueue => {
    const known = locals.get(queue) ?? localQueue(queue);
    locals.set(queue, known);
    return known;
  };

  return {
    service: {
      namespace: "com.amazonaws.sqs#",
      execute: (operation, input) => {
        const execute = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
        if (execute !== undefined) return execute(input);
        throw new ServiceError("UnsupportedOperation", `The embedded SQS does not serve the operation ${operation}.`);
      },
    },
    deploy: (resource) => deployQueue(registry, resource),
    queue: (arn) => {
      const managed = registry.byArn(arn);
      return managed === undefined ? undefined : local(managed.queue);
    },
    queues: () => Array.from(registry.all(), ({ queue }) => local(queue)),
    send: async (target, body, messageGroupId) => {
      const managed = target.startsWith("arn:") ? registry.byArn(target) : registry.byUrl(target);
      if (managed === undefined) throw noSuchQueue();
      const { MessageId } = send(registry, managed, { MessageBody: body, MessageGroupId: messageGroupId });
      managed.queue.wake();
      return { messageId: MessageId };
    },
    stop: () => {
      moving.stop();
      registry.stop();
    },
  };
}

function localQueue(queue: Queue): LocalQueue {
  return {
    name: queue.name,
    arn: queue.arn,
    ready: () => queue.ready(),
    age: () => queue.age() / 1000,
    receive: (max) => queue.receive(max),
    remove: (receiptHandle) => {
      const { state, entry } = queue.receipt(receiptHandle);
      if (entry !== undefined && state !== "stale") queue.remove(entry);
    },
    hide: (receiptHandle, seconds) => {
      const { state, entry } = queue.receipt(receiptHandle);
      if (entry !== undefined && state === "in flight") queue.hide(entry, seconds * 1000);
    },
    onReady: (listener) => queue.onReady(listener),
    stop: () => queue.stop(),
  };
}
