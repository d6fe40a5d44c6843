import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { outputKey, outputName } from "../core/record/document.ts";
import { s3Client } from "./clients/s3.ts";
import { ENV } from "./env.ts";

/** Seconds within which an upload has to begin. */
const UPLOAD_SECONDS = 900;

/** A form that uploads one file to S3 by itself. */
export interface UploadForm {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** Documents and their outputs in S3. */
export class DocumentStore {
  readonly #bucket: string;

  constructor(bucket: string) {
    this.#bucket = bucket;
  }

  /** Stores a document. */
  async put(key: string, bytes: Uint8Array, contentType: string | null): Promise<void> {
    const Metadata = { purpose: "document" };
    await s3Client().send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Body: bytes,
        ContentType: contentType ?? "application/octet-stream",
        Metadata,
      }),
    );
  }

  /** The size of a document in bytes, or null where there is none. */
  async size(key: string): Promise<number | null> {
    try {
      const { ContentLength } = await s3Client().send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      return ContentLength ?? 0;
    } catch (error) {
      if (error instanceof NotFound) return null;
      throw error;
    }
  }

  /** A document's bytes, or of a long one the first `first`. @throws Error where it is gone. */
  async get(key: string, first?: number): Promise<Uint8Array> {
    try {
      const Range = first === undefined ? undefined : `bytes=0-${first - 1}`;
      const { Body } = await s3Client().send(new GetObjectCommand({ Bucket: this.#bucket, Key: key, Range }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (cause) {
      if (cause instanceof NoSuchKey)
        throw new Error(`The document ${key} is not there: it was never uploaded, or its time is over.`, { cause });
      throw cause;
    }
  }

  /** Removes a document: one that can't be read is not kept. */
  async remove(key: string): Promise<void> {
    await s3Client().send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  /** Stores the text that a task made of a document. @returns its name. */
  async putOutput(taskId: string, text: string): Promise<string> {
    await s3Client().send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: outputKey(taskId),
        Body: text,
        ContentType: "text/plain; charset=utf-8",
      }),
    );
    return outputName(taskId);
  }

  /** A form that uploads a file of 1 to `maxBytes` bytes to `key`, and nothing else. */
  async uploadForm(key: string, contentType: string, maxBytes: number, now: number): Promise<UploadForm> {
    const { url, fields } = await createPresignedPost(s3Client(), {
      Bucket: this.#bucket,
      Key: key,
      Fields: { "Content-Type": contentType },
      Conditions: [["content-length-range", 1, maxBytes]],
      Expires: UPLOAD_SECONDS,
    });
    return { url, fields, expires: now + UPLOAD_SECONDS * 1000 };
  }
}

/** The store of the stage that this process belongs to. @throws Error outside a function of a stage. */
export function documentStore(): DocumentStore {
  const bucket = process.env[ENV.bucket];
  if (bucket === undefined)
    throw new Error(`${ENV.bucket} is not set: documents can only be used in a function of a stage.`);
  return new DocumentStore(bucket);
}
