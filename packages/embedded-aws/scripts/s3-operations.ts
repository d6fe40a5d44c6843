import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import type { S3Client } from "@aws-sdk/client-s3";
import fc from "fast-check";

/** One S3 under comparison, and what it has said that later operations name. */
export interface Side {
  readonly client: S3Client;
  readonly bucket: string;
  /** Ids of uploads, in the order of their creation. */
  readonly uploads: { readonly key: string; readonly id: string | undefined }[];
}

/** What an operation gave, without what two implementations cannot have alike: times, ids, tokens. */
export type Outcome = Readonly<Record<string, unknown>>;

/** An operation that runs alike on any side. */
export interface Operation {
  readonly name: string;
  readonly input: object;
  readonly run: (side: Side) => Promise<Outcome>;
}

const KEYS = [
  "a",
  "a/1",
  "a/2",
  "a/b/c",
  "b",
  "b/1/x",
  "b/1/y",
  "c d+e&f",
  "한글/가",
  "한글/나",
  "é",
  "😀",
  "z%41",
  "z'(!)*",
];
const key = fc.constantFrom(...KEYS);
const keyOrNone = fc.oneof({ weight: 9, arbitrary: key }, { weight: 1, arbitrary: fc.constant("none") });
const body = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom("", "0123456789", "x".repeat(300_000)));
const metadata = fc.dictionary(fc.constantFrom("a", "b-c", "d"), fc.constantFrom("1", "two words", "x=y"));
// Types of forms are left out: moto takes such a body for a form of its own, and stores nothing.
const type = fc.constantFrom(undefined, "text/plain", "application/json", "text/html; charset=utf-8");
const etag = fc.constantFrom(md5("0123456789"), md5(""), "0".repeat(32));
const range = fc.constantFrom(
  undefined,
  "bytes=0-3",
  "bytes=5-",
  "bytes=-4",
  "bytes=100-",
  "bytes=3-3",
  "bytes=0-999999",
);
const tags = fc.dictionary(fc.constantFrom("t", "u"), fc.constantFrom("1", "a b", ""));

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

function operation<T extends object>(
  name: string,
  input: fc.Arbitrary<T>,
  run: (side: Side, input: T) => Promise<Outcome>,
): fc.Arbitrary<Operation> {
  return input.map((given) => ({ name, input: { ...given }, run: (side) => run(side, given) }));
}

const put = operation(
  "PutObject",
  fc.record({
    key,
    body,
    type,
    metadata,
    tags: fc.option(tags, { nil: undefined, freq: 4 }),
    noneMatch: fc.option(fc.constant("*"), { nil: undefined, freq: 5 }),
    match: fc.option(etag, { nil: undefined, freq: 9 }),
    sum: fc.constantFrom("CRC32", "CRC32C", "SHA1", "SHA256", undefined),
  }),
  async ({ client, bucket }, one) => {
    const answer = await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: one.key,
        Body: one.body,
        ContentType: one.type,
        Metadata: one.metadata,
        Tagging: one.tags && new URLSearchParams(one.tags).toString(),
        IfNoneMatch: one.noneMatch,
        IfMatch: one.noneMatch === undefined ? one.match : undefined,
        ChecksumAlgorithm: one.sum,
      }),
    );
    const { ChecksumCRC32, ChecksumCRC32C, ChecksumSHA1, ChecksumSHA256 } = answer;
    return { etag: answer.ETag, sum: ChecksumCRC32 ?? ChecksumCRC32C ?? ChecksumSHA1 ?? ChecksumSHA256 };
  },
);

const conditions = fc.record({
  IfMatch: fc.option(etag, { nil: undefined, freq: 5 }),
  IfNoneMatch: fc.option(etag, { nil: undefined, freq: 5 }),
  IfModifiedSince: fc.constantFrom(undefined, undefined, new Date(0), new Date("2026-01-01T00:00:00Z")),
  IfUnmodifiedSince: fc.constantFrom(undefined, undefined, undefined, new Date(0)),
});

const get = operation(
  "GetObject",
  fc.record({ key: keyOrNone, range, conditions, type: fc.constantFrom(undefined, "text/other") }),
  async ({ client, bucket }, one) => {
    const input = { Bucket: bucket, Key: one.key, Range: one.range, ResponseContentType: one.type, ...one.conditions };
    const answer = await client.send(
      new GetObjectCommand({ ...input, ChecksumMode: one.range ? undefined : "ENABLED" }),
    );
    const text = (await answer.Body?.transformToString()) ?? "";
    return { ...described(answer), body: md5(text) };
  },
);

const head = operation("HeadObject", fc.record({ key: keyOrNone, conditions }), async ({ client, bucket }, one) => {
  const input = { Bucket: bucket, Key: one.key, ...one.conditions };
  return described(await client.send(new HeadObjectCommand({ ...input, ChecksumMode: "ENABLED" })));
});

interface Described {
  ETag?: string | undefined;
  ContentLength?: number | undefined;
  ContentType?: string | undefined;
  ContentRange?: string | undefined;
  Metadata?: Record<string, string> | undefined;
  ChecksumCRC32?: string | undefined;
  ChecksumSHA256?: string | undefined;
}

function described(answer: Described): Outcome {
  const { ETag, ContentLength, ContentType, ContentRange, Metadata, ChecksumCRC32, ChecksumSHA256 } = answer;
  const metadata = Object.entries(Metadata ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ETag, ContentLength, ContentType, ContentRange, metadata, ChecksumCRC32, ChecksumSHA256 };
}

const listing = fc.record({
  Prefix: fc.constantFrom(undefined, "a", "a/", "b/1", "한글/", "none"),
  Delimiter: fc.constantFrom(undefined, "/", "1"),
  MaxKeys: fc.constantFrom(undefined, 1, 2, 3, 1000),
});

/** All pages, at most 30 of them: a side that never ends would be a difference too. */
const listV2 = operation(
  "ListObjectsV2",
  fc.record({ listing, StartAfter: fc.constantFrom(undefined, undefined, "a/1", "b", "é", "zz") }),
  async ({ client, bucket }, one) => {
    const pages: unknown[] = [];
    let token: string | undefined;
    do {
      const input = { Bucket: bucket, ...one.listing, StartAfter: one.StartAfter, ContinuationToken: token };
      const page = await client.send(new ListObjectsV2Command(input));
      pages.push([page.Contents?.map(listed), page.CommonPrefixes?.map(({ Prefix }) => Prefix), page.KeyCount]);
      token = page.NextContinuationToken;
    } while (token !== undefined && pages.length < 30);
    return { pages };
  },
);

const listV1 = operation("ListObjects", listing, async ({ client, bucket }, one) => {
  const pages: unknown[] = [];
  let Marker: string | undefined;
  for (;;) {
    const page = await client.send(new ListObjectsCommand({ Bucket: bucket, ...one, Marker }));
    pages.push([page.Contents?.map(listed), page.CommonPrefixes?.map(({ Prefix }) => Prefix)]);
    Marker = page.NextMarker ?? page.Contents?.at(-1)?.Key;
    if (page.IsTruncated !== true || Marker === undefined || pages.length === 30) return { pages };
  }
});

function listed(one: { Key?: string | undefined; Size?: number | undefined; ETag?: string | undefined }): unknown {
  return [one.Key, one.Size, one.ETag];
}

const remove = operation("DeleteObject", fc.record({ key: keyOrNone }), async ({ client, bucket }, one) => {
  await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: one.key }));
  return {};
});

const removeMany = operation(
  "DeleteObjects",
  fc.record({ keys: fc.uniqueArray(keyOrNone, { minLength: 1, maxLength: 4 }), quiet: fc.boolean() }),
  async ({ client, bucket }, { keys, quiet }) => {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: quiet };
    const answer = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
    return { deleted: new Set(answer.Deleted?.map(({ Key }) => Key)).size, errors: answer.Errors?.length ?? 0 };
  },
);

const copy = operation(
  "CopyObject",
  fc.record({
    from: keyOrNone,
    to: key,
    replace: fc.boolean(),
    metadata,
  }),
  async ({ client, bucket }, one) => {
    const answer = await client.send(
      new CopyObjectCommand({
        Bucket: bucket,
        Key: one.to,
        CopySource: `${bucket}/${encodeURIComponent(one.from)}`,
        MetadataDirective: one.replace ? "REPLACE" : "COPY",
        Metadata: one.replace ? one.metadata : undefined,
        ContentType: one.replace ? "text/copied" : undefined,
      }),
    );
    return { etag: answer.CopyObjectResult?.ETag };
  },
);

const getTags = operation("GetObjectTagging", fc.record({ key: keyOrNone }), async ({ client, bucket }, one) => {
  const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: one.key }));
  return { tags: TagSet?.map(({ Key, Value }) => `${Key}=${Value}`).toSorted((a, b) => (a < b ? -1 : 1)) };
});

const putTags = operation("PutObjectTagging", fc.record({ key: keyOrNone, tags }), async ({ client, bucket }, one) => {
  const TagSet = Object.entries(one.tags).map(([Key, Value]) => ({ Key, Value }));
  await client.send(new PutObjectTaggingCommand({ Bucket: bucket, Key: one.key, Tagging: { TagSet } }));
  return {};
});

const create = operation("CreateMultipartUpload", fc.record({ key, type, metadata }), async (side, one) => {
  const input = { Bucket: side.bucket, Key: one.key, ContentType: one.type, Metadata: one.metadata };
  const { UploadId, Key } = await side.client.send(new CreateMultipartUploadCommand(input));
  side.uploads.push({ key: one.key, id: UploadId });
  return { Key };
});

const MIN_PART = 5 * 1024 ** 2;
const LARGE = Buffer.alloc(MIN_PART, "p");
const upload = fc.nat(5);
const number = fc.constantFrom(1, 2, 3);

/** One of the last few uploads; those that are over too. */
function uploadOf({ bucket, uploads }: Side, back: number) {
  const one = uploads.at(-1 - back) ?? uploads[0] ?? { key: "a", id: "none" };
  return { Bucket: bucket, Key: one.key, UploadId: one.id };
}

const part = operation(
  "UploadPart",
  fc.record({ upload, number, large: fc.boolean(), text: fc.string({ maxLength: 9 }) }),
  async (side, one) => {
    const input = { ...uploadOf(side, one.upload), PartNumber: one.number, Body: one.large ? LARGE : one.text };
    return { etag: (await side.client.send(new UploadPartCommand(input))).ETag };
  },
);

const partCopy = operation(
  "UploadPartCopy",
  fc.record({ upload, number, from: keyOrNone, range: fc.constantFrom(undefined, "bytes=0-4") }),
  async (side, one) => {
    const source = { CopySource: `${side.bucket}/${encodeURIComponent(one.from)}`, CopySourceRange: one.range };
    const input = { ...uploadOf(side, one.upload), PartNumber: one.number, ...source };
    return { etag: (await side.client.send(new UploadPartCopyCommand(input))).CopyPartResult?.ETag };
  },
);

const complete = operation(
  "CompleteMultipartUpload",
  fc.record({ upload, spoil: fc.constantFrom("", "", "", "order", "etag", "number") }),
  async (side, one) => {
    const input = uploadOf(side, one.upload);
    const { Parts = [] } = await side.client.send(new ListPartsCommand(input));
    const parts = Parts.map(({ PartNumber, ETag, ChecksumCRC32 }) => ({ PartNumber, ETag, ChecksumCRC32 }));
    const [first] = parts;
    if (one.spoil === "order") parts.reverse();
    if (one.spoil === "etag" && first) first.ETag = `"${"0".repeat(32)}"`;
    if (one.spoil === "number") parts.push({ PartNumber: 9, ETag: `"${"0".repeat(32)}"`, ChecksumCRC32: undefined });
    const answer = await side.client.send(
      new CompleteMultipartUploadCommand({ ...input, MultipartUpload: { Parts: parts } }),
    );
    return { etag: answer.ETag, key: answer.Key };
  },
);

const abort = operation("AbortMultipartUpload", fc.record({ upload }), async (side, one) => {
  await side.client.send(new AbortMultipartUploadCommand(uploadOf(side, one.upload)));
  return {};
});

const parts = operation(
  "ListParts",
  fc.record({ upload, max: fc.constantFrom(undefined, 1, 2) }),
  async (side, one) => {
    const answer = await side.client.send(new ListPartsCommand({ ...uploadOf(side, one.upload), MaxParts: one.max }));
    const found = answer.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]) ?? [];
    return { found, truncated: answer.IsTruncated };
  },
);

const uploads = operation(
  "ListMultipartUploads",
  fc.record({ prefix: fc.constantFrom(undefined, "a") }),
  async (side, one) => {
    const input = { Bucket: side.bucket, Prefix: one.prefix };
    const { Uploads = [] } = await side.client.send(new ListMultipartUploadsCommand(input));
    return { keys: Uploads.map(({ Key }) => Key).toSorted((a = "", b = "") => (a < b ? -1 : 1)) };
  },
);

/** Any operation, often ones that change what the bucket holds. */
export const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 20, arbitrary: put },
  { weight: 14, arbitrary: get },
  { weight: 8, arbitrary: head },
  { weight: 12, arbitrary: listV2 },
  { weight: 4, arbitrary: listV1 },
  { weight: 5, arbitrary: remove },
  { weight: 2, arbitrary: removeMany },
  { weight: 8, arbitrary: copy },
  { weight: 3, arbitrary: getTags },
  { weight: 3, arbitrary: putTags },
  { weight: 5, arbitrary: create },
  { weight: 8, arbitrary: part },
  { weight: 3, arbitrary: partCopy },
  { weight: 6, arbitrary: complete },
  { weight: 2, arbitrary: abort },
  { weight: 2, arbitrary: parts },
  { weight: 2, arbitrary: uploads },
);
