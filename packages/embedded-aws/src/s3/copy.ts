import { writtenHeaders } from "./objects.ts";
import type { ChecksumType } from "./checksums.ts";
import { checkWrite, mustSend } from "./conditions.ts";
import { missingKey } from "./context.ts";
import type { Operation, S3Context } from "./context.ts";
import { descriptionOf } from "./describe.ts";
import { createDigester, servedAlgorithm } from "./digests.ts";
import type { Claims } from "./digests.ts";
import { entityTooLarge, invalidArgument, invalidRequest, notImplemented, preconditionFailed } from "./errors.ts";
import { MAX_PUT_BYTES } from "./receive.ts";
import type { Received } from "./receive.ts";
import type { Description, StoredObject } from "./records.ts";
import { targetOf } from "./request.ts";
import type { S3Request } from "./request.ts";
import { xmlDocument } from "./xml.ts";

const SOURCE = "x-amz-copy-source";

/** CopyObject. The copy is one piece, whatever its source was made of, so its ETag is the MD5 of its bytes. */
export const copyObject: Operation = async (context, request) => {
  const bucket = context.buckets.get(request.bucket);
  const source = sourceOf(context, request);
  const description = copiedDescription(request, source);
  const check = (): void => {
    const missing = (): Error => missingKey(context, request.caller, request.bucket, request.key);
    checkWrite(request, context.buckets.object(bucket, request.key), missing);
  };
  check();
  const algorithm = request.header("x-amz-checksum-algorithm") ?? source.checksum?.algorithm;
  const wanted = algorithm === undefined ? null : { algorithm: servedAlgorithm(algorithm), value: null };
  const { md5, checksum, segment } = await copyBytes(context, source, 0, source.size, wanted);
  try {
    check();
    const object: StoredObject = {
      bucket: bucket.name,
      key: request.key,
      etag: md5,
      modified: context.now(),
      checksum: checksum && { ...checksum, type: "FULL_OBJECT" },
      content: [segment],
      size: segment.size,
      ...description,
    };
    context.buckets.putObject(context.buckets.get(request.bucket), object);
    const { etag, ...headers } = writtenHeaders(bucket, object);
    const fields = { ETag: etag, LastModified: new Date(object.modified).toISOString() };
    return {
      status: 200,
      headers,
      xml: xmlDocument("CopyObjectResult", { ...fields, ...checksumFields(object.checksum) }),
    };
  } catch (error) {
    context.segments.remove([segment]);
    throw error;
  }
};

/** A checksum as elements. */
export function checksumFields(
  checksum: { readonly algorithm: string; readonly value: string; readonly type?: ChecksumType } | null,
): Readonly<Record<string, string | undefined>> {
  return checksum === null ? {} : { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type };
}

/** The object that a copy reads, where its conditions hold. @throws ServiceError */
export function sourceOf(context: S3Context, request: S3Request): StoredObject {
  const [path = "", version] = (request.header(SOURCE) ?? "").split("?versionId=");
  if (version !== undefined && version !== "null") throw notImplemented("versionId of a copy's source");
  const { bucket, key } = targetOf(path.startsWith("/") ? path : `/${path}`);
  if (key === "")
    throw invalidArgument(SOURCE, path, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  const object = context.buckets.object(context.buckets.get(bucket), key);
  if (object === undefined) throw missingKey(context, request.caller, bucket, key);
  if (!mustSend(request, object, `${SOURCE}-`)) throw preconditionFailed("x-amz-copy-source-If-None-Match");
  return object;
}

function copiedDescription(request: S3Request, source: StoredObject): Description {
  const replaces = (directive: string): boolean => {
    const value = request.header(directive) ?? "COPY";
    if (value === "COPY" || value === "REPLACE") return value === "REPLACE";
    throw invalidArgument(directive, value, `Unknown ${directive === METADATA ? "metadata" : "tagging"} directive.`);
  };
  const given = descriptionOf(request);
  const [metadata, tags] = [replaces(METADATA), replaces("x-amz-tagging-directive")];
  const self = source.bucket === request.bucket && source.key === request.key;
  if (self && !metadata) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const { headers, metadata: user } = metadata ? given : source;
  return { headers, metadata: user, tags: tags ? given.tags : source.tags };
}

const METADATA = "x-amz-metadata-directive";

/** Copies bytes from `start` to before `end` of an object into a segment of their own. */
export async function copyBytes(
  { segments }: S3Context,
  source: StoredObject,
  start: number,
  end: number,
  wanted: Claims["checksum"],
): Promise<Received> {
  if (end - start > MAX_PUT_BYTES) throw entityTooLarge(end - start, MAX_PUT_BYTES);
  const digester = createDigester({ md5: null, sha256: null, checksum: wanted });
  const writer = segments.writer();
  try {
    for await (const bytes of segments.read(source.content, start, end)) {
      digester.update(bytes);
      writer.add(bytes);
      await writer.flush();
    }
    return { ...digester.end(new Map()), segment: await writer.finish() };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
