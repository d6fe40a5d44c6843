import * as z from "zod";
import type { Stored } from "../storage/storage.ts";
import { ALGORITHMS } from "./checksums.ts";
import type { Segment } from "./segments.ts";

const ChecksumRecord = z.object({
  algorithm: z.enum(ALGORITHMS),
  value: z.string(),
  type: z.enum(["FULL_OBJECT", "COMPOSITE"]),
});

/** What a client says of an object, and gets back. */
export const Description = z.object({
  /** Content headers, by lower-case name: `content-type`, `cache-control` and others. */
  headers: z.record(z.string(), z.string()),
  /** User metadata, by lower-case name without `x-amz-meta-`. */
  metadata: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
});

/** What a client says of an object, and gets back. */
export type Description = z.infer<typeof Description>;

const ObjectHead = z.object({
  bucket: z.string(),
  key: z.string(),
  /** Without quotes. */
  etag: z.string(),
  /** Milliseconds since 1970. */
  modified: z.number(),
  checksum: ChecksumRecord.nullable(),
  ...Description.shape,
});

const UploadHead = z.object({
  id: z.string(),
  bucket: z.string(),
  key: z.string(),
  /** Milliseconds since 1970. */
  started: z.number(),
  algorithm: z.enum(ALGORITHMS).nullable(),
  type: z.enum(["FULL_OBJECT", "COMPOSITE"]),
  ...Description.shape,
});

const PartHead = z.object({
  upload: z.string(),
  number: z.number(),
  etag: z.string(),
  modified: z.number(),
  /** Base64, by the upload's algorithm. */
  checksum: z.string().nullable(),
});

const BucketHead = z.object({ name: z.string(), created: z.number() });

interface Content {
  /** In this order. A multipart object has its parts' segments. */
  readonly content: readonly Segment[];
  readonly size: number;
}

/** An object. It is never changed, only replaced. */
export type StoredObject = Readonly<z.infer<typeof ObjectHead>> & Content;
/** A part of an upload. */
export type Part = Readonly<z.infer<typeof PartHead>> & Content;
/** A multipart upload under way. */
export type Upload = Readonly<z.infer<typeof UploadHead>> & { readonly parts: Map<number, Part> };
/** A bucket's name, and when it was made, in milliseconds since 1970. */
export type BucketHead = z.infer<typeof BucketHead>;

const SegmentHead = z.object({ size: z.number(), file: z.string().nullable() });
const NEWLINE = 0x0a;

/**
 * A record as it is kept: a line of JSON, behind it the bytes of the segments that are in memory. One value, so that a
 * write of an object is whole or not at all.
 */
function encode(record: Content): Uint8Array {
  const segments = record.content.map((one) => ({ size: one.size, file: "file" in one ? one.file : null }));
  const line = Buffer.from(`${JSON.stringify({ ...record, content: undefined, segments })}
`);
  return Buffer.concat([line, ...record.content.flatMap((one) => ("bytes" in one ? [one.bytes] : []))]);
}

function decode(stored: Stored): { readonly head: unknown } & Content {
  const bytes = typeof stored === "string" ? Buffer.from(stored) : Buffer.from(stored);
  const end = bytes.indexOf(NEWLINE);
  if (end === -1) throw new Error("A record of S3 has no head.");
  const head: unknown = JSON.parse(bytes.toString("utf8", 0, end));
  const { segments } = z.object({ segments: z.array(SegmentHead) }).parse(head);
  let [offset, size] = [end + 1, 0];
  const content = segments.map((one): Segment => {
    size += one.size;
    if (one.file !== null) return { size: one.size, file: one.file };
    offset += one.size;
    if (offset > bytes.length) throw new Error("A record of S3 is cut off.");
    return { size: one.size, bytes: bytes.subarray(offset - one.size, offset) };
  });
  return { head, content, size };
}

/** @returns the record of an object */
export function encodeObject(object: StoredObject): Uint8Array {
  return encode(object);
}

/** @throws Error for what is not an object's record */
export function decodeObject(stored: Stored): StoredObject {
  const { head, content, size } = decode(stored);
  return { ...ObjectHead.parse(head), content, size };
}

/** @returns the record of a part */
export function encodePart(part: Part): Uint8Array {
  return encode(part);
}

/** @throws Error for what is not a part's record */
export function decodePart(stored: Stored): Part {
  const { head, content, size } = decode(stored);
  return { ...PartHead.parse(head), content, size };
}

/** @returns the record of an upload, without its parts */
export function encodeUpload(upload: Upload): string {
  return JSON.stringify({ ...upload, parts: undefined });
}

/** @throws Error for what is not an upload's record */
export function decodeUpload(stored: Stored): Upload {
  return { ...UploadHead.parse(JSON.parse(String(Buffer.from(stored)))), parts: new Map() };
}

/** @returns the record of a bucket */
export function encodeBucket(head: BucketHead): string {
  return JSON.stringify(head);
}

/** @throws Error for what is not a bucket's record */
export function decodeBucket(stored: Stored): BucketHead {
  return BucketHead.parse(JSON.parse(String(Buffer.from(stored))));
}
