import * as z from "zod";
import { type Attributes, redriveOf } from "./attributes.ts";
import { invalidParameter, invalidRequest } from "./errors.ts";
import type { Operations } from "./operations.ts";
import { page } from "./page.ts";
import { parse } from "./parse.ts";
import type { ManagedQueue, Registry } from "./registry.ts";

const ListDeadLetterSourceQueues = z.strictObject({
  QueueUrl: z.string(),
  NextToken: z.string().optional(),
  MaxResults: z.int().min(1).max(1000).optional(),
});

/** ListDeadLetterSourceQueues. */
export function redriveOperations(registry: Registry): Operations {
  return {
    ListDeadLetterSourceQueues: (input) => {
      const { QueueUrl, ...wanted } = parse(ListDeadLetterSourceQueues, input);
      const { arn } = registry.byUrl(QueueUrl).queue;
      const names = sourcesOf(registry, arn).map(({ queue }) => queue.name);
      const { items, NextToken } = page(names.toSorted(), wanted);
      return { queueUrls: items.map(registry.urlOf), ...(NextToken && { NextToken }) };
    },
  };
}

/** The queues whose dead letters go to the queue of this ARN. */
export function sourcesOf(registry: Registry, arn: string): readonly ManagedQueue[] {
  return Array.from(registry.all()).filter(({ queue }) => queue.settings.redrive?.deadLetterTargetArn === arn);
}

/**
 * @param arnOrName the queue that is to have the attributes
 * @throws ServiceError InvalidParameterValue where its dead letters could not go where they are to go
 */
export function checkRedrive(registry: Registry, arnOrName: string, attributes: Attributes, given: Attributes): void {
  const text = given["RedrivePolicy"];
  const redrive = text === undefined ? null : redriveOf(attributes);
  if (redrive === null) return;
  const target = registry.byArn(redrive.deadLetterTargetArn);
  if (target === undefined) throw invalidParameter("RedrivePolicy", text, "Dead letter target does not exist.");
  const { queue } = target;
  if (queue.arn === arnOrName || queue.name === arnOrName) {
    throw invalidParameter("RedrivePolicy", text, "A queue cannot be its own dead letter queue.");
  }
  if (queue.settings.fifo !== (attributes["FifoQueue"] === "true")) {
    const reason = "Dead-letter queue must be same type of queue as the source.";
    throw invalidParameter("RedrivePolicy", text, reason);
  }
  const allow = queue.settings.redriveAllow;
  const isNamed = allow?.sourceQueueArns.some((arn) => arn === arnOrName || arn.endsWith(`:${arnOrName}`)) ?? false;
  if (allow?.redrivePermission === "denyAll" || (allow?.redrivePermission === "byQueue" && !isNamed)) {
    throw invalidRequest(
      `Queue ${queue.name} does not allow ${arnOrName} to send its dead letters (RedriveAllowPolicy).`,
    );
  }
}
