import * as z from "zod";
import type { Input } from "../../json-service.ts";
import type { Context, Operation } from "../context.ts";
import { parseWith } from "../definition.ts";
import { constraint, invalid, notFound } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { accept, namesOf, optionalText } from "../parameters.ts";
import type { Table } from "../table.ts";
import { tableNameOf } from "../tables.ts";

const Tags = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }));

/** Tags as they are kept. @throws ServiceError */
export function tagsOf(given: unknown): Record<string, string> {
  return Object.fromEntries(parseWith(Tags, given).map(({ Key, Value }) => [Key, Value]));
}

/** TagResource. */
export const tagResource: Operation = (context, input) => {
  accept("TagResource", input, namesOf("ResourceArn Tags"));
  const table = resourceOf(context, input);
  const tags = { ...table.definition.tags, ...tagsOf(input["Tags"]) };
  if (Object.keys(tags).length > LIMITS.tags)
    throw invalid(`One or more parameter values were invalid: Too many tags: at most ${LIMITS.tags}`);
  context.tables.redefine(table, { tags });
  return {};
};

/** UntagResource. */
export const untagResource: Operation = (context, input) => {
  accept("UntagResource", input, namesOf("ResourceArn TagKeys"));
  const table = resourceOf(context, input);
  const gone = new Set(parseWith(z.array(z.string()), input["TagKeys"]));
  const tags = Object.fromEntries(Object.entries(table.definition.tags).filter(([key]) => !gone.has(key)));
  context.tables.redefine(table, { tags });
  return {};
};

/** ListTagsOfResource, all on one page. */
export const listTagsOfResource: Operation = (context, input) => {
  accept("ListTagsOfResource", input, namesOf("ResourceArn NextToken"));
  const { tags } = resourceOf(context, input).definition;
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
};

function resourceOf({ tables }: Context, input: Input): Table {
  const arn = optionalText(input, "ResourceArn");
  if (arn === undefined) throw constraint(undefined, "resourceArn", "Member must not be null");
  const table = tables.find(tableNameOf(arn));
  if (table !== undefined) return table;
  throw notFound(`Requested resource not found: ResourceArn: ${arn} not found`);
}
