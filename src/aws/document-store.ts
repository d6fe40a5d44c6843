import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
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
import { outputKey, outputName } from "../core/document.ts";
import { s3Client } from "./clients/s3.ts";
import { ENV } from "./env.ts";

/** Seconds within which an upload has to begin. */
const UPLOAD_SECONDS = 900;

/** What curl sends for `--data-binary`: S3 answers a request of this type as a form, which a document is not. */
const FORM_TYPE = "application/x-www-form-urlencoded";

/** Outputs up to so many bytes are sent from memory, since they can be sent again when S3 fails; larger ones as a stream. */
const MAX_BUFFERED_OUTPUT = 32 * 1024 * 1024;

/** A file on this machine, and its size. */
export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
}

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
    const isForm = contentType?.toLowerCase().startsWith(FORM_TYPE) === true;
    await s3Client().send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Body: bytes,
        ContentType: contentType === null || isForm ? "application/octet-stream" : contentType,
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
      const { Body, ContentLength = 0 } = await s3Client().send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: key, Range }),
      );
      // In one piece from the start: collecting pieces takes twice the memory.
      const bytes = new Uint8Array(ContentLength);
      let length = 0;
      if (Body instanceof Readable) {
        for await (const chunk of Body) {
          const piece: Uint8Array = chunk;
          bytes.set(piece, length);
          length += piece.length;
        }
        return bytes.subarray(0, length);
      }
      return (await Body?.transformToByteArray()) ?? bytes;
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

  /** Stores a file as the output of a task. @returns its name. */
  async putOutputFile(taskId: string, { path, bytes }: LocalFile): Promise<string> {
    await s3Client().send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: outputKey(taskId),
        Body: bytes > MAX_BUFFERED_OUTPUT ? createReadStream(path) : await readFile(path),
        ContentLength: bytes,
        ContentType: "text/plain; charset=utf-8",
      }),
    );
    return outputName(taskId);
  }

  /** The lines of a task's output, one by one. @throws Error where it is gone. */
  async *outputLines(taskId: string): AsyncGenerator<string> {
    try {
      const { Body } = await s3Client().send(new GetObjectCommand({ Bucket: this.#bucket, Key: outputKey(taskId) }));
      if (!(Body instanceof Readable)) return;
      yield* createInterface({ input: Body, crlfDelay: Number.POSITIVE_INFINITY });
    } catch (cause) {
      if (cause instanceof NoSuchKey)
        throw new Error(`The output of the task ${taskId} is not there: its time is over, or it was forgotten.`, {
          cause,
        });
      throw cause;
    }
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
