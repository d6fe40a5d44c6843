import type { Clock } from "../clock.ts";
import { ServiceError } from "../json-service.ts";
import { ACCOUNT, REGION } from "../resource.ts";
import type { Storage } from "../storage/storage.ts";
import { type Attributes, settingsOf } from "./attributes.ts";
import { Deduplication } from "./deduplication.ts";
import type { Message } from "./entry.ts";
import { noSuchQueue } from "./errors.ts";
import { createRecords } from "./persistence.ts";
import { Queue, type QueueFaults } from "./queue.ts";
import { type Sequence, createSequence, keyFrom, sequenceNumberFrom } from "./receipt.ts";

/** Milliseconds until a name can be used again that was deleted. */
const DELETED_RECENTLY = 60_000;

/** A queue, and what is known of it besides its messages. */
export interface ManagedQueue {
  readonly queue: Queue;
  readonly deduplication: Deduplication;
  attributes: Attributes;
  tags: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, as all times here. */
  readonly created: number;
  modified: number;
  /** When it was purged last. */
  purged: number;
}

/** All queues of a run. */
export interface Registry {
  readonly clock: Pick<Clock, "now" | "after">;
  readonly sequence: Sequence;
  readonly urlOf: (name: string) => string;
  /** @throws ServiceError QueueDoesNotExist, InvalidAddress */
  readonly byUrl: (url: string) => ManagedQueue;
  readonly byArn: (arn: string) => ManagedQueue | undefined;
  readonly byName: (name: string) => ManagedQueue | undefined;
  readonly all: () => Iterable<ManagedQueue>;
  /** @throws ServiceError QueueDeletedRecently */
  readonly create: (name: string, attributes: Attributes, tags: Readonly<Record<string, string>>) => ManagedQueue;
  /** Gives a queue other attributes or tags. */
  readonly change: (managed: ManagedQueue, to: Partial<Pick<ManagedQueue, "attributes" | "tags">>) => void;
  readonly remove: (managed: ManagedQueue) => void;
  readonly stop: () => void;
}

/** What a registry needs to know. */
export interface RegistryOptions {
  readonly storage: Storage;
  readonly clock: Pick<Clock, "now" | "after">;
  /** Where the gateway answers: the base of queue URLs, without a slash at the end. */
  readonly baseUrl: string;
  readonly faults?: QueueFaults | undefined;
}

/** The ARN of a queue of this name. */
export function arnOf(name: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
}

/** The queues that are in a storage. */
export function createRegistry({ storage, clock, baseUrl, faults }: RegistryOptions): Registry {
  const records = createRecords(storage);
  const sequence = createSequence(clock.now);
  const queues = new Map<string, ManagedQueue>();
  /** The same by the URLs that were given out. A URL by another of the gateway's addresses is taken apart. */
  const urls = new Map<string, ManagedQueue>();
  const urlOf = (name: string): string => `${baseUrl}/${ACCOUNT}/${name}`;
  const deleted = new Map<string, number>();
  const byArn = (arn: string): ManagedQueue | undefined => {
    const managed = queues.get(arn.slice(arn.lastIndexOf(":") + 1));
    return managed?.queue.arn === arn ? managed : undefined;
  };
  const context = {
    clock,
    keeper: records.keeper,
    faults,
    newKey: () => keyFrom(sequence.next()),
    find: (arn: string) => byArn(arn)?.queue,
    asDeadLetter: (message: Message, source: Queue, target: Queue) => asDeadLetter(message, source, target),
  };

  /** A FIFO queue counts a dead letter's age and place anew, a standard queue from when it was first sent. */
  function asDeadLetter(message: Message, source: Queue, target: Queue): Message {
    const letter = { ...message, deadLetterQueueSourceArn: source.arn };
    if (!target.settings.fifo) return letter;
    return { ...letter, sentTimestamp: clock.now(), sequenceNumber: sequenceNumberFrom(sequence.next()) };
  }

  function add(name: string, record: Omit<ManagedQueue, "queue" | "deduplication" | "purged">): ManagedQueue {
    const queue = new Queue(name, arnOf(name), settingsOf(record.attributes), context);
    const deduplication = new Deduplication(name, records.deduplication);
    const managed = { ...record, queue, deduplication, purged: Number.NEGATIVE_INFINITY };
    queues.set(name, managed);
    urls.set(urlOf(name), managed);
    return managed;
  }

  function save({ queue, attributes, tags, created, modified }: ManagedQueue): void {
    records.saveQueue(queue.name, { attributes: { ...attributes }, tags: { ...tags }, created, modified });
  }

  function restore(): void {
    for (const [name, record] of records.queues()) add(name, record);
    const kept = Map.groupBy(records.deduplication.entries(), ([path]) => path.slice(0, path.indexOf("/")));
    for (const [name, entries] of kept) {
      const own = entries.map(([path, text]) => [path.slice(name.length + 1), text.toString()] as const);
      queues.get(name)?.deduplication.restore(own);
    }
    for (const [name, entry] of records.messages()) {
      sequence.above(Number.parseInt(entry.key, 36));
      sequence.above(Number(entry.message.sequenceNumber ?? 0));
      queues.get(name)?.queue.restore(entry);
    }
  }

  restore();
  return {
    clock,
    sequence,
    urlOf,
    byUrl: (url) => {
      const known = urls.get(url);
      if (known !== undefined) return known;
      const name = url.slice(url.lastIndexOf("/") + 1);
      const managed = queues.get(name);
      if (managed !== undefined && url.endsWith(`/${ACCOUNT}/${name}`)) return managed;
      if (url.includes("/")) throw noSuchQueue();
      throw new ServiceError("InvalidAddress", `The address ${url} is not valid for this endpoint.`);
    },
    byArn,
    byName: (name) => queues.get(name),
    all: () => queues.values(),
    create: (name, attributes, tags) => {
      const since = clock.now() - (deleted.get(name) ?? Number.NEGATIVE_INFINITY);
      if (since < DELETED_RECENTLY) {
        const detail =
          "You must wait 60 seconds after deleting a queue before you can create another with the same name.";
        throw new ServiceError("QueueDeletedRecently", detail);
      }
      deleted.delete(name);
      const managed = add(name, { attributes, tags, created: clock.now(), modified: clock.now() });
      save(managed);
      return managed;
    },
    change: (managed, { attributes, tags }) => {
      if (tags !== undefined) managed.tags = tags;
      if (attributes !== undefined) {
        managed.attributes = attributes;
        managed.modified = clock.now();
        managed.queue.change(settingsOf(attributes));
      }
      save(managed);
    },
    remove: (managed) => {
      const { name } = managed.queue;
      managed.queue.stop(noSuchQueue());
      managed.queue.purge();
      managed.deduplication.clear();
      queues.delete(name);
      urls.delete(urlOf(name));
      records.removeQueue(name);
      deleted.set(name, clock.now());
    },
    stop: () => {
      for (const { queue } of queues.values()) queue.stop();
    },
  };
}
