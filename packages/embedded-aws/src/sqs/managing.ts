import * as z from "zod";
import { ServiceError } from "../json-service.ts";
import { ACCOUNT } from "../resource.ts";
import { type Attributes, SETTABLE, defaultOf, setAttributes, unknownAttribute } from "./attributes.ts";
import { invalidParameter, invalidRequest, noSuchQueue } from "./errors.ts";
import type { Operations } from "./operations.ts";
import { page } from "./page.ts";
import { parse } from "./parse.ts";
import { checkRedrive } from "./redrive.ts";
import type { ManagedQueue, Registry } from "./registry.ts";

const QUEUE_NAME = /^[\w-]{1,80}$|^[\w-]{1,75}\.fifo$/;

const Strings = z.record(z.string(), z.string());

const QueueUrl = z.strictObject({ QueueUrl: z.string() });

const CreateQueue = z.strictObject({
  QueueName: z.string(),
  Attributes: Strings.default({}),
  tags: Strings.default({}),
});

const GetQueueUrl = z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() });

const Page = { NextToken: z.string().optional(), MaxResults: z.int().min(1).max(1000).optional() };

const ListQueues = z.strictObject({ QueueNamePrefix: z.string().default(""), ...Page });

const GetQueueAttributes = QueueUrl.extend({ AttributeNames: z.array(z.string()).default([]) });

const SetQueueAttributes = QueueUrl.extend({ Attributes: Strings });

/** CreateQueue and all that concerns queues rather than messages. */
/** @param purgeInterval milliseconds after a purge in which there is no other */
export function managingOperations(registry: Registry, purgeInterval: number): Operations {
  const find = (input: unknown): ManagedQueue => registry.byUrl(parse(QueueUrl, input).QueueUrl);
  return {
    CreateQueue: (input) => {
      const { QueueName, Attributes: given, tags } = parse(CreateQueue, input);
      create(registry, QueueName, given, tags);
      return { QueueUrl: registry.urlOf(QueueName) };
    },
    GetQueueUrl: (input) => {
      const { QueueName, QueueOwnerAWSAccountId: owner = ACCOUNT } = parse(GetQueueUrl, input);
      if (owner !== ACCOUNT || registry.byName(QueueName) === undefined) throw noSuchQueue();
      return { QueueUrl: registry.urlOf(QueueName) };
    },
    ListQueues: (input) => {
      const { QueueNamePrefix: prefix, ...wanted } = parse(ListQueues, input);
      const names = Array.from(registry.all(), ({ queue }) => queue.name).filter((name) => name.startsWith(prefix));
      const { items, NextToken } = page(names.toSorted(), wanted);
      return { ...(items.length > 0 && { QueueUrls: items.map(registry.urlOf) }), ...(NextToken && { NextToken }) };
    },
    DeleteQueue: (input) => {
      registry.remove(find(input));
      return {};
    },
    PurgeQueue: (input) => {
      const managed = find(input);
      const now = registry.clock.now();
      if (now - managed.purged < purgeInterval) {
        const detail = `Only one PurgeQueue operation on ${managed.queue.name} is allowed every ${purgeInterval / 1000} seconds.`;
        throw new ServiceError("PurgeQueueInProgress", detail);
      }
      managed.purged = now;
      managed.queue.purge();
      return {};
    },
    GetQueueAttributes: (input) => {
      const { QueueUrl: url, AttributeNames } = parse(GetQueueAttributes, input);
      const answer = attributesOf(registry.byUrl(url), AttributeNames);
      return Object.keys(answer).length === 0 ? {} : { Attributes: answer };
    },
    SetQueueAttributes: (input) => {
      const { QueueUrl: url, Attributes: given } = parse(SetQueueAttributes, input);
      const managed = registry.byUrl(url);
      const present = managed.attributes["FifoQueue"] ?? "false";
      if ((given["FifoQueue"] ?? present) !== present) throw unknownAttribute("FifoQueue");
      const attributes = setAttributes(managed.attributes, given);
      checkRedrive(registry, managed.queue.arn, attributes, given);
      registry.change(managed, { attributes });
      return {};
    },
  };
}

/** Creates a queue, or does nothing where it is there with these attributes. */
function create(registry: Registry, name: string, given: Attributes, tags: Readonly<Record<string, string>>): void {
  checkName(name, given["FifoQueue"] === "true");
  const attributes = setAttributes({}, given);
  const managed = registry.byName(name);
  if (managed === undefined) {
    checkRedrive(registry, name, attributes, given);
    registry.create(name, attributes, tags);
    return;
  }
  for (const key of Object.keys(given)) {
    const present = managed.attributes[key] ?? defaultOf(key, managed.attributes);
    if ((attributes[key] ?? defaultOf(key, attributes)) === present) continue;
    const detail = `A queue already exists with the same name and a different value for attribute ${key}`;
    throw new ServiceError("QueueNameExists", detail);
  }
}

/** @throws ServiceError InvalidParameterValue for a name that no queue of this kind can have */
export function checkName(name: string, fifo: boolean): void {
  if (!QUEUE_NAME.test(name)) {
    throw invalidRequest("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
  }
  if (fifo === name.endsWith(".fifo")) return;
  const reason = fifo
    ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length."
    : "Only the name of a FIFO queue ends with .fifo: FifoQueue must be true.";
  throw invalidParameter("QueueName", name, reason);
}

/** The attributes that are asked for, those that SQS counts among them. */
function attributesOf(managed: ManagedQueue, names: readonly string[]): Record<string, string> {
  const { queue, attributes } = managed;
  const { visible, delayed, inFlight } = queue.counts();
  const known: Record<string, string | undefined> = {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(managed.created / 1000)),
    LastModifiedTimestamp: String(Math.floor(managed.modified / 1000)),
  };
  for (const name of SETTABLE) known[name] = attributes[name] ?? defaultOf(name, attributes);
  if (attributes["FifoQueue"] === "false") delete known["FifoQueue"];
  const unknown = names.find((name) => name !== "All" && !Object.hasOwn(known, name) && name !== "FifoQueue");
  if (unknown !== undefined) throw unknownAttribute(unknown);
  const wanted = names.includes("All") ? Object.keys(known) : names;
  const answer: Record<string, string> = {};
  for (const name of wanted) {
    const value = known[name];
    if (value !== undefined) answer[name] = value;
  }
  return answer;
}
