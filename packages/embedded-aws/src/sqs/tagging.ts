import * as z from "zod";
import { invalidRequest } from "./errors.ts";
import type { Operations } from "./operations.ts";
import { parse } from "./parse.ts";
import type { Registry } from "./registry.ts";

/** Tags of one queue (SQS quota). */
const MAX_TAGS = 50;

const QueueUrl = z.strictObject({ QueueUrl: z.string() });

const TagQueue = QueueUrl.extend({ Tags: z.record(z.string().min(1).max(128), z.string().max(256)) });

const UntagQueue = QueueUrl.extend({ TagKeys: z.array(z.string()) });

/** TagQueue, UntagQueue and ListQueueTags. */
export function taggingOperations(registry: Registry): Operations {
  return {
    TagQueue: (input) => {
      const { QueueUrl: url, Tags } = parse(TagQueue, input);
      const managed = registry.byUrl(url);
      const tags = { ...managed.tags, ...Tags };
      if (Object.keys(tags).length > MAX_TAGS) throw invalidRequest(`Too many tags: a queue has ${MAX_TAGS} at most.`);
      registry.change(managed, { tags });
      return {};
    },
    UntagQueue: (input) => {
      const { QueueUrl: url, TagKeys } = parse(UntagQueue, input);
      const managed = registry.byUrl(url);
      const tags = Object.fromEntries(Object.entries(managed.tags).filter(([key]) => !TagKeys.includes(key)));
      registry.change(managed, { tags });
      return {};
    },
    ListQueueTags: (input) => {
      const { tags } = registry.byUrl(parse(QueueUrl, input).QueueUrl);
      return Object.keys(tags).length === 0 ? {} : { Tags: tags };
    },
  };
}
