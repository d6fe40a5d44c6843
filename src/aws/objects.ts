import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { presignClient, s3Client } from "./clients/s3.ts";

/** An object of a bucket. */
export interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** A form that uploads one file to S3 by itself. */
export interface Form {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Bytes that are not held in memory, and how many they are. */
export interface Stream {
  readonly stream: Readable;
  readonly bytes: number;
}

/** Stores an object. @param metadata of the caller's own, by names. */
export async function putObject(
  { bucket, key }: Place,
  body: Uint8Array | string | Stream,
  contentType: string,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(body instanceof Uint8Array || typeof body === "string"
      ? { Body: body }
      : { Body: body.stream, ContentLength: body.bytes }),
    ContentType: contentType,
    Metadata: metadata,
  });
  await s3Client().send(command);
}

/** Whether one may have an object with these metadata. */
type May = (metadata: Readonly<Record<string, string>> | undefined) => boolean;

const anyone: May = () => true;

/**
 * An object's bytes, or of a long one the first `first`.
 * @returns null where there is none, or one that may not be read. @default may any
 */
export async function getObject({ bucket, key }: Place, first?: number, may: May = anyone): Promise<Uint8Array | null> {
  const Range = first === undefined ? undefined : `bytes=0-${first - 1}`;
  try {
    const answer = await s3Client().send(new GetObjectCommand({ Bucket: bucket, Key: key, Range }));
    const { Body, ContentLength = 0, Metadata } = answer;
    if (!may(Metadata)) return dropped(Body);
    return Body instanceof Readable ? await inOnePiece(Body, ContentLength) : new Uint8Array();
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}

/** In one piece from the start: collecting pieces takes twice the memory. */
async function inOnePiece(body: Readable, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let end = 0;
  for await (const chunk of body) {
    const piece: Uint8Array = chunk;
    bytes.set(piece, end);
    end += piece.length;
  }
  return bytes.subarray(0, end);
}

/** Bytes that nobody reads must not keep their connection. */
function dropped(body: unknown): null {
  if (body instanceof Readable) body.destroy();
  return null;
}

/** An object as a stream. @returns null where there is none, or one that may not be read. @default may any */
export async function streamObject({ bucket, key }: Place, may: May = anyone): Promise<Readable | null> {
  try {
    const { Body, Metadata } = await s3Client().send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (!may(Metadata)) return dropped(Body);
    return Body instanceof Readable ? Body : Readable.from([]);
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}

/** An object's size in bytes. @returns null where there is none, or one that may not be read. @default may any */
export async function sizeOfObject({ bucket, key }: Place, may: May = anyone): Promise<number | null> {
  try {
    const { ContentLength, Metadata } = await s3Client().send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return may(Metadata) ? (ContentLength ?? 0) : null;
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
}

/** Removes an object; one that is not there is no error. */
export async function deleteObject({ bucket, key }: Place): Promise<void> {
  await s3Client().send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
}

/**
 * A URL by which anyone gets an object.
 * @param seconds for which it works.
 * @param filename under which browsers save it.
 */
export function urlOfObject(
  { bucket, key }: Place,
  options: { readonly seconds: number; readonly contentType: string; readonly filename?: string | undefined },
): Promise<string> {
  const { seconds, contentType, filename } = options;
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: key,
    ResponseContentType: contentType,
    ResponseContentDisposition:
      filename === undefined ? undefined : `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`,
  });
  return getSignedUrl(presignClient(), command, { expiresIn: seconds });
}

/**
 * A form by which anyone uploads a file of 1 to `maxBytes` bytes to a key, and nothing else.
 * @param seconds within which to begin.
 */
export function formOfObject(
  { bucket, key }: Place,
  options: {
    readonly contentType: string;
    readonly maxBytes: number;
    readonly seconds: number;
    readonly metadata: Readonly<Record<string, string>>;
  },
): Promise<Form> {
  const metadata = Object.entries(options.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return createPresignedPost(presignClient(), {
    Bucket: bucket,
    Key: key,
    Fields: { "Content-Type": options.contentType, ...Object.fromEntries(metadata) },
    Conditions: [["content-length-range", 1, options.maxBytes]],
    Expires: options.seconds,
  });
}
