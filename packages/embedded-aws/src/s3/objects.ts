import { objectArn } from "./access.ts";
import type { Bucket } from "./buckets.ts";
import type { Checksum } from "./checksums.ts";
import { checkWrite, mustSend } from "./conditions.ts";
import { missingKey } from "./context.ts";
import type { Answer, Operation, S3Context } from "./context.ts";
import { descriptionOf, overridesOf } from "./describe.ts";
import { readSmallBody } from "./drain.ts";
import { accessDenied, malformedXml, preconditionFailed } from "./errors.ts";
import { expirationOf } from "./lifecycle.ts";
import { rangeOf } from "./range.ts";
import { receive } from "./receive.ts";
import type { Received } from "./receive.ts";
import type { Description, StoredObject } from "./records.ts";
import type { S3Request } from "./request.ts";
import { childText, parseXml, xmlDocument } from "./xml.ts";

/** PutObject. */
export const putObject: Operation = async (context, request) => {
  const bucket = context.buckets.get(request.bucket);
  const description = descriptionOf(request);
  const check = (): void => {
    const missing = (): Error => missingKey(context, request.caller, request.bucket, request.key);
    checkWrite(request, context.buckets.object(bucket, request.key), missing);
  };
  check();
  const received = await receive(request, context.segments);
  try {
    // Others have written while the body came.
    check();
    const object = storeReceived(context, request.bucket, request.key, description, received);
    return { status: 200, headers: { ...writtenHeaders(bucket, object), ...checksumHeaders(object.checksum) } };
  } catch (error) {
    context.segments.remove([received.segment]);
    throw error;
  }
};

/** Puts what was received under a key. @throws ServiceError NoSuchBucket where the bucket was removed meanwhile */
export function storeReceived(
  context: S3Context,
  bucketName: string,
  key: string,
  description: Description,
  { md5, checksum, segment }: Received,
): StoredObject {
  const object: StoredObject = {
    bucket: bucketName,
    key,
    etag: md5,
    modified: context.now(),
    checksum: checksum && { ...checksum, type: "FULL_OBJECT" },
    content: [segment],
    size: segment.size,
    ...description,
  };
  context.buckets.putObject(context.buckets.get(bucketName), object);
  return object;
}

/** Headers of an answer to a write. */
export function writtenHeaders(bucket: Bucket, object: StoredObject): Readonly<Record<string, string>> {
  return { etag: `"${object.etag}"`, ...expirationHeader(bucket, object) };
}

/** A checksum as headers. */
export function checksumHeaders(checksum: Checksum | null): Readonly<Record<string, string>> {
  if (checksum === null) return {};
  return {
    [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value,
    "x-amz-checksum-type": checksum.type,
  };
}

function expirationHeader(bucket: Bucket, object: StoredObject): Readonly<Record<string, string>> {
  const expiration = bucket.lifecycle.length === 0 ? null : expirationOf(object, bucket.lifecycle);
  if (expiration === null) return {};
  const date = new Date(expiration.at).toUTCString();
  return { "x-amz-expiration": `expiry-date="${date}", rule-id="${expiration.rule}"` };
}

/** The object that a request names. @throws ServiceError NoSuchBucket, NoSuchKey, AccessDenied */
export function objectOf(context: S3Context, request: S3Request): StoredObject {
  const object = context.buckets.object(context.buckets.get(request.bucket), request.key);
  if (object === undefined) throw missingKey(context, request.caller, request.bucket, request.key);
  return object;
}

/** GetObject and HeadObject; the body of a HEAD is not written. */
export const getObject: Operation = (context, request) => {
  const object = objectOf(context, request);
  const bucket = context.buckets.get(request.bucket);
  const tags = Object.keys(object.tags).length;
  const common = {
    etag: `"${object.etag}"`,
    "last-modified": new Date(object.modified).toUTCString(),
    "accept-ranges": "bytes",
    ...expirationHeader(bucket, object),
  };
  if (!mustSend(request, object)) return { status: 304, headers: common };
  const range = rangeOf(request.header("range"), object.size);
  const headers: Record<string, string | number> = { ...common, ...object.headers, ...overridesOf(request) };
  for (const name in object.metadata) headers[`x-amz-meta-${name}`] = object.metadata[name] ?? "";
  if (tags > 0) headers["x-amz-tagging-count"] = tags;
  // A checksum is of the whole: a range has none.
  if (range === null && request.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED") {
    Object.assign(headers, checksumHeaders(object.checksum));
  }
  const { start, end } = range ?? { start: 0, end: object.size };
  headers["content-length"] = end - start;
  if (range !== null) headers["content-range"] = `bytes ${start}-${end - 1}/${object.size}`;
  return { status: range === null ? 200 : 206, headers, content: { segments: object.content, start, end } };
};

/** DeleteObject: what is not there is deleted already. */
export const deleteObject: Operation = (context, request) => {
  const bucket = context.buckets.get(request.bucket);
  const current = context.buckets.object(bucket, request.key);
  checkWrite(request, current, () => missingKey(context, request.caller, request.bucket, request.key));
  context.buckets.removeObject(bucket, request.key);
  return { status: 204 };
};

const MAX_DELETED = 1_000;
/** 1,000 keys of 1,024 bytes, each of which may be a reference of six characters, and elements around them. */
const MAX_DELETE_BYTES = 8 * 1024 ** 2;

/** DeleteObjects: up to 1,000 keys, each with the caller's right to it. */
export const deleteObjects: Operation = async (context, request): Promise<Answer> => {
  const bucket = context.buckets.get(request.bucket);
  const root = parseXml((await readSmallBody(request.req, MAX_DELETE_BYTES)).toString());
  const asked = root.children.filter(({ name }) => name === "Object");
  if (root.name !== "Delete" || asked.length === 0 || asked.length > MAX_DELETED) throw malformedXml();
  const quiet = childText(root, "Quiet") === "true";
  const results = asked.map((one) => {
    const [key, version, etag] = [childText(one, "Key"), childText(one, "VersionId"), childText(one, "ETag")];
    if (key === undefined || key === "") throw malformedXml();
    const error = refusal(context, request, bucket, { key, version, etag });
    if (error === null) context.buckets.removeObject(bucket, key);
    return { key, error };
  });
  const deleted = quiet ? [] : results.filter(({ error }) => error === null).map(({ key }) => ({ Key: key }));
  const errors = results.flatMap(({ key, error }) => (error === null ? [] : [{ Key: key, ...error }]));
  return { status: 200, xml: xmlDocument("DeleteResult", { Deleted: deleted, Error: errors }) };
};

function refusal(
  context: S3Context,
  { caller }: S3Request,
  bucket: Bucket,
  wanted: { key: string; version: string | undefined; etag: string | undefined },
): { readonly Code: string; readonly Message: string } | null {
  const call = { action: "s3:DeleteObject", resource: objectArn(bucket.name, wanted.key) };
  const denied = caller === null ? null : context.denial(caller, call);
  if (denied !== null) return { Code: "AccessDenied", Message: accessDenied(denied.message).message };
  if (wanted.version !== undefined && wanted.version !== "null") {
    return { Code: "NoSuchVersion", Message: "The specified version does not exist." };
  }
  if (wanted.etag === undefined) return null;
  const current = context.buckets.object(bucket, wanted.key);
  if (current === undefined) return { Code: "NoSuchKey", Message: "The specified key does not exist." };
  if (wanted.etag === "*" || wanted.etag.replaceAll('"', "") === current.etag) return null;
  return { Code: "PreconditionFailed", Message: preconditionFailed("ETag").message };
}
