import { createHash, randomBytes } from "node:crypto";
import { ServiceError } from "../json-service.ts";
import { createHasher } from "./checksums.ts";
import type { Algorithm, Checksum } from "./checksums.ts";
import { checkWrite } from "./conditions.ts";
import { missingKey } from "./context.ts";
import type { Operation, S3Context } from "./context.ts";
import { checksumFields, copyBytes, sourceOf } from "./copy.ts";
import { descriptionOf } from "./describe.ts";
import { servedAlgorithm } from "./digests.ts";
import { readSmallBody } from "./drain.ts";
import { badDigest, entityTooSmall, invalidArgument, invalidRequest, malformedXml, noSuchUpload } from "./errors.ts";
import { writtenHeaders } from "./objects.ts";
import { receive } from "./receive.ts";
import type { Received } from "./receive.ts";
import type { Part, StoredObject, Upload } from "./records.ts";
import type { S3Request } from "./request.ts";
import { childText, parseXml, xmlDocument } from "./xml.ts";

/** Every part but the last (S3 User Guide, "Amazon S3 multipart upload limits"). */
const MIN_PART_BYTES = 5 * 1024 ** 2;
const MAX_PARTS = 10_000;
/** 10,000 parts, each with a number, an ETag and a checksum. */
const MAX_COMPLETE_BYTES = 8 * 1024 ** 2;

/** CreateMultipartUpload. */
export const createMultipartUpload: Operation = (context, request) => {
  const bucket = context.buckets.get(request.bucket);
  const name = request.header("x-amz-checksum-algorithm");
  const algorithm = name === undefined ? null : servedAlgorithm(name);
  const type = typeOf(request, algorithm);
  const upload: Upload = {
    id: randomBytes(24).toString("base64url"),
    bucket: bucket.name,
    key: request.key,
    started: context.now(),
    algorithm,
    type,
    parts: new Map(),
    ...descriptionOf(request),
  };
  context.buckets.putUpload(bucket, upload);
  const headers: Record<string, string> =
    algorithm === null ? {} : { "x-amz-checksum-algorithm": algorithm, "x-amz-checksum-type": type };
  const fields = { Bucket: bucket.name, Key: request.key, UploadId: upload.id };
  return { status: 200, headers, xml: xmlDocument("InitiateMultipartUploadResult", fields) };
};

/**
 * CRC64NVME is of the whole object, SHA of its parts, the others either (S3 User Guide, "Checking object integrity").
 */
function typeOf(request: S3Request, algorithm: Algorithm | null): Upload["type"] {
  const asked = request.header("x-amz-checksum-type");
  const type = asked ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
  if (type !== "FULL_OBJECT" && type !== "COMPOSITE") {
    throw invalidRequest(`Value for x-amz-checksum-type header is invalid.`);
  }
  const whole = type === "FULL_OBJECT";
  if ((algorithm === "CRC64NVME" && !whole) || (algorithm?.startsWith("SHA") && whole)) {
    throw invalidRequest(`The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
  }
  return type;
}

/** The upload that a request names. @throws ServiceError NoSuchBucket, NoSuchUpload */
export function uploadOf(context: S3Context, { bucket, key, query }: S3Request): Upload {
  const id = query.get("uploadId") ?? "";
  const upload = context.buckets.get(bucket).uploads.get(id);
  if (upload === undefined || upload.key !== key) throw noSuchUpload(id);
  return upload;
}

function partNumber({ query }: S3Request): number {
  const text = query.get("partNumber") ?? "";
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MAX_PARTS) return number;
  const message = "Part number must be an integer between 1 and 10000, inclusive";
  throw invalidArgument("partNumber", text, message);
}

/** UploadPart and UploadPartCopy. */
export const uploadPart: Operation = async (context, request) => {
  const number = partNumber(request);
  const { algorithm } = uploadOf(context, request);
  if (request.header("x-amz-copy-source") !== undefined) return uploadPartCopy(context, request, number);
  const received = await receive(request, context.segments, algorithm && { algorithm, value: null });
  if (algorithm !== null && received.checksum?.algorithm !== algorithm) {
    context.segments.remove([received.segment]);
    const actual = received.checksum?.algorithm.toLowerCase();
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${actual}`,
    );
  }
  storePart(context, request, number, received);
  const { checksum } = received;
  const headers = checksum && { [`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value };
  return { status: 200, headers: { etag: `"${received.md5}"`, ...headers } };
};

async function uploadPartCopy(context: S3Context, request: S3Request, number: number) {
  const { algorithm } = uploadOf(context, request);
  const source = sourceOf(context, request);
  const { start, end } = copiedRange(request.header("x-amz-copy-source-range"), source.size);
  const received = await copyBytes(context, source, start, end, algorithm && { algorithm, value: null });
  const part = storePart(context, request, number, received);
  const fields = { ETag: `"${part.etag}"`, LastModified: new Date(part.modified).toISOString() };
  const xml = xmlDocument("CopyPartResult", { ...fields, ...checksumFields(received.checksum) });
  return { status: 200, xml };
}

function copiedRange(header: string | undefined, size: number): { readonly start: number; readonly end: number } {
  if (header === undefined) return { start: 0, end: size };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  if (first === undefined || last === undefined || Number(first) > Number(last)) {
    const message =
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy";
    throw invalidArgument("x-amz-copy-source-range", header, message);
  }
  if (Number(last) >= size) {
    throw invalidArgument(
      "x-amz-copy-source-range",
      header,
      `Range specified is not valid for source object of size: ${size}`,
    );
  }
  return { start: Number(first), end: Number(last) + 1 };
}

function storePart(context: S3Context, request: S3Request, number: number, { md5, checksum, segment }: Received): Part {
  try {
    // It may have been aborted while the body came.
    const upload = uploadOf(context, request);
    const part: Part = {
      upload: upload.id,
      number,
      etag: md5,
      modified: context.now(),
      checksum: checksum?.value ?? null,
      content: [segment],
      size: segment.size,
    };
    context.buckets.putPart(upload, part);
    return part;
  } catch (error) {
    context.segments.remove([segment]);
    throw error;
  }
}

/** AbortMultipartUpload. */
export const abortMultipartUpload: Operation = (context, request) => {
  context.buckets.removeUpload(context.buckets.get(request.bucket), uploadOf(context, request));
  return { status: 204 };
};

/** CompleteMultipartUpload: the object takes over the parts' segments; nothing is copied. */
export const completeMultipartUpload: Operation = async (context, request) => {
  const bucket = context.buckets.get(request.bucket);
  uploadOf(context, request);
  const root = parseXml((await readSmallBody(request.req, MAX_COMPLETE_BYTES)).toString());
  const upload = uploadOf(context, request);
  const parts = chosenParts(root, upload);
  const missing = (): Error => missingKey(context, request.caller, request.bucket, request.key);
  const check = (): void => checkWrite(request, context.buckets.object(bucket, request.key), missing);
  check();
  const content = parts.flatMap((part) => part.content);
  const checksum = await checksumOf(context, upload, parts);
  checkClaim(request, checksum);
  const object: StoredObject = {
    bucket: bucket.name,
    key: upload.key,
    etag: `${md5Of(parts)}-${parts.length}`,
    modified: context.now(),
    checksum,
    headers: upload.headers,
    metadata: upload.metadata,
    tags: upload.tags,
    content,
    size: parts.reduce((sum, { size }) => sum + size, 0),
  };
  // Parts, upload and object may have changed while a checksum was computed.
  uploadOf(context, request);
  if (parts.some((part) => upload.parts.get(part.number) !== part)) throw invalidPart(parts[0]?.number ?? 1, "");
  check();
  context.buckets.putObject(bucket, object);
  context.buckets.removeUpload(bucket, upload, new Set(content));
  const { etag, ...headers } = writtenHeaders(bucket, object);
  const location = `http://${request.req.headers.host ?? "localhost"}/${bucket.name}/${encodeURI(upload.key)}`;
  const fields = { Location: location, Bucket: bucket.name, Key: upload.key, ETag: etag, ...checksumFields(checksum) };
  return { status: 200, headers, xml: xmlDocument("CompleteMultipartUploadResult", fields) };
};

function chosenParts(root: ReturnType<typeof parseXml>, upload: Upload): Part[] {
  if (root.name !== "CompleteMultipartUpload" || root.children.length === 0) throw malformedXml();
  let last = 0;
  const parts = root.children.map((node) => {
    const [number, etag] = [Number(childText(node, "PartNumber")), childText(node, "ETag")];
    if (node.name !== "Part" || !Number.isInteger(number) || number < 1 || etag === undefined) throw malformedXml();
    if (number <= last) {
      const message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
      throw new ServiceError("InvalidPartOrder", message);
    }
    last = number;
    const part = upload.parts.get(number);
    if (part === undefined || etag.replaceAll('"', "").trim() !== part.etag) throw invalidPart(number, etag);
    checkPartChecksum(upload, part, childText(node, `Checksum${upload.algorithm}`));
    return part;
  });
  for (const part of parts.slice(0, -1)) {
    if (part.size < MIN_PART_BYTES) throw entityTooSmall(part.size, MIN_PART_BYTES, part.number);
  }
  return parts;
}

function checkPartChecksum({ algorithm, type }: Upload, part: Part, claimed: string | undefined): void {
  if (algorithm === null) return;
  if (claimed === undefined && type === "COMPOSITE") {
    const name = algorithm.toLowerCase();
    throw invalidRequest(
      `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
    );
  }
  if (claimed !== undefined && claimed !== part.checksum) throw invalidPart(part.number, part.etag);
}

function invalidPart(number: number, etag: string): ServiceError {
  const message =
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
  return new ServiceError("InvalidPart", message, 400, { PartNumber: number, ETag: etag });
}

function md5Of(parts: readonly Part[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(etag, "hex");
  return hash.digest("hex");
}

async function checksumOf(context: S3Context, upload: Upload, parts: readonly Part[]): Promise<Checksum | null> {
  const { algorithm, type } = upload;
  if (algorithm === null) return null;
  const hasher = createHasher(algorithm);
  if (type === "COMPOSITE") {
    for (const { checksum } of parts) hasher.update(Buffer.from(checksum ?? "", "base64"));
    return { algorithm, type, value: `${hasher.digest().toString("base64")}-${parts.length}` };
  }
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const content = parts.flatMap((part) => part.content);
  for await (const bytes of context.segments.read(content, 0, size)) hasher.update(bytes);
  return { algorithm, type, value: hasher.digest().toString("base64") };
}

function checkClaim({ header }: S3Request, checksum: Checksum | null): void {
  if (checksum === null) return;
  const claimed = header(`x-amz-checksum-${checksum.algorithm.toLowerCase()}`);
  if (claimed !== undefined && claimed !== checksum.value) throw badDigest(checksum.algorithm);
}
