import * as z from "zod";
import type { DeployedResource } from "../resource.ts";
import { type Attributes, setAttributes } from "./attributes.ts";
import { checkName } from "./managing.ts";
import type { Registry } from "./registry.ts";

const Text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const Policy = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .transform((policy) => (typeof policy === "string" ? policy : JSON.stringify(policy)));

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
const Properties = z.strictObject({
  QueueName: z.string().optional(),
  ContentBasedDeduplication: Text.optional(),
  DeduplicationScope: Text.optional(),
  DelaySeconds: Text.optional(),
  FifoQueue: Text.optional(),
  FifoThroughputLimit: Text.optional(),
  KmsDataKeyReusePeriodSeconds: Text.optional(),
  KmsMasterKeyId: Text.optional(),
  MaximumMessageSize: Text.optional(),
  MessageRetentionPeriod: Text.optional(),
  ReceiveMessageWaitTimeSeconds: Text.optional(),
  RedriveAllowPolicy: Policy.optional(),
  RedrivePolicy: Policy.optional(),
  SqsManagedSseEnabled: Text.optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).default([]),
  VisibilityTimeout: Text.optional(),
});

/**
 * Creates an `AWS::SQS::Queue`, or gives an existing one what its template has now. Where its dead letters go may be
 * deployed after it.
 * @throws an error naming the property that is wrong or not served
 */
export function deployQueue(registry: Registry, { arn, properties }: DeployedResource): void {
  const { QueueName: _name, Tags, ...given } = Properties.parse(properties);
  const name = arn.slice(arn.lastIndexOf(":") + 1);
  const fifo = given.FifoQueue === "true";
  checkName(name, fifo);
  const attributes: Attributes = setAttributes({}, definedOf(given));
  const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
  const managed = registry.byName(name);
  if (managed === undefined) registry.create(name, attributes, tags);
  else if (JSON.stringify([managed.attributes, managed.tags]) !== JSON.stringify([attributes, tags])) {
    registry.change(managed, { attributes, tags });
  }
}

function definedOf(given: Readonly<Record<string, string | undefined>>): Attributes {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) if (value !== undefined) attributes[name] = value;
  return attributes;
}
