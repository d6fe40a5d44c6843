import type { Operation } from "./context.ts";
import { tagsOfXml } from "./describe.ts";
import { readSmallBody } from "./drain.ts";
import { objectOf } from "./objects.ts";
import { parseXml, xmlDocument } from "./xml.ts";

/** Ten tags of 384 characters, and elements around them. */
const MAX_BYTES = 64 * 1024;

/** GetObjectTagging. */
export const getTagging: Operation = (context, request) => {
  const tags = Object.entries(objectOf(context, request).tags).map(([Key, Value]) => ({ Key, Value }));
  return { status: 200, xml: xmlDocument("Tagging", { TagSet: { Tag: tags } }) };
};

/** PutObjectTagging. */
export const putTagging: Operation = async (context, request) => {
  const tags = tagsOfXml(parseXml((await readSmallBody(request.req, MAX_BYTES)).toString()));
  const object = objectOf(context, request);
  context.buckets.putObject(context.buckets.get(request.bucket), { ...object, tags });
  return { status: 200 };
};

/** DeleteObjectTagging. */
export const deleteTagging: Operation = (context, request) => {
  const object = objectOf(context, request);
  context.buckets.putObject(context.buckets.get(request.bucket), { ...object, tags: {} });
  return { status: 204 };
};
