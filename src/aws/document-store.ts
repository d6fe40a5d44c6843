import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { outputKey, outputName } from "../core/record/document.ts";
import type { Owner } from "../core/record/caller.ts";
import { ENV } from "./env.ts";
import { mayRead, ownerMark, runningFor } from "./owner-mark.ts";
import type * as Objects from "./objects.ts";

/** Seconds within which an upload has to begin. */
const UPLOAD_SECONDS = 900;

/** What curl sends for `--data-binary`: S3 answers a request of this type as a form, which a document is not. */
const FORM_TYPE = "application/x-www-form-urlencoded";

/**
 * Outputs of up to this size are sent from memory, since they can be sent again when S3 fails; larger ones as a stream.
 */
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

/** S3's client is loaded with the first document: see Payloads. */
const objects = (): Promise<typeof Objects> => import("./objects.ts");

/** Documents and their outputs in S3. What is another's is as if it were not there. */
export class DocumentStore {
  readonly #bucket: string;
  readonly #owner: () => Owner | null;

  /** @param owner for whom it is read, and whose that is what is stored. */
  constructor(bucket: string, owner: () => Owner | null) {
    this.#bucket = bucket;
    this.#owner = owner;
  }

  /** Stores a document. */
  async put(key: string, bytes: Uint8Array, contentType: string | null): Promise<void> {
    const { putObject } = await objects();
    const isForm = contentType?.toLowerCase().startsWith(FORM_TYPE) === true;
    const type = contentType === null || isForm ? "application/octet-stream" : contentType;
    await putObject(this.#place(key), bytes, type, { purpose: "document", ...this.#mark() });
  }

  /** The size of a document in bytes, or null where there is none. */
  async size(key: string): Promise<number | null> {
    const { sizeOfObject } = await objects();
    return sizeOfObject(this.#place(key), this.#mayRead);
  }

  /** A document's bytes, or of a long one the first `first`. @throws Error where it is gone. */
  async get(key: string, first?: number): Promise<Uint8Array> {
    const { getObject } = await objects();
    const bytes = await getObject(this.#place(key), first, this.#mayRead);
    if (bytes === null)
      throw new Error(`The document ${key} is not there: it was never uploaded, or its time is over.`);
    return bytes;
  }

  /** Removes a document: one that cannot be read is not kept. */
  async remove(key: string): Promise<void> {
    const { deleteObject } = await objects();
    await deleteObject(this.#place(key));
  }

  /** Stores the text that a task made of a document. @returns its name. */
  async putOutput(taskId: string, text: string): Promise<string> {
    const { putObject } = await objects();
    await putObject(this.#place(outputKey(taskId)), text, "text/plain; charset=utf-8", this.#mark());
    return outputName(taskId);
  }

  /** Stores a file as the output of a task. @returns its name. */
  async putOutputFile(taskId: string, { path, bytes }: LocalFile): Promise<string> {
    const { putObject } = await objects();
    const body = bytes > MAX_BUFFERED_OUTPUT ? { stream: createReadStream(path), bytes } : await readFile(path);
    await putObject(this.#place(outputKey(taskId)), body, "text/plain; charset=utf-8", this.#mark());
    return outputName(taskId);
  }

  /** The lines of a task's output, one by one. @throws Error where it is gone. */
  async *outputLines(taskId: string): AsyncGenerator<string> {
    const { streamObject } = await objects();
    const input = await streamObject(this.#place(outputKey(taskId)), this.#mayRead);
    if (input === null)
      throw new Error(`The output of the task ${taskId} is not there: its time is over, or it was forgotten.`);
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  }

  /** A form that uploads a file of 1 to `maxBytes` bytes to `key`, and nothing else. */
  async uploadForm(key: string, contentType: string, maxBytes: number, now: number): Promise<UploadForm> {
    const { formOfObject } = await objects();
    const limits = { contentType, maxBytes, seconds: UPLOAD_SECONDS, metadata: this.#mark() };
    const { url, fields } = await formOfObject(this.#place(key), limits);
    return { url, fields, expires: now + UPLOAD_SECONDS * 1000 };
  }

  #mayRead = (metadata: Readonly<Record<string, string>> | undefined): boolean => mayRead(this.#owner(), metadata);

  #mark(): Readonly<Record<string, string>> {
    return ownerMark(this.#owner());
  }

  #place(key: string): { bucket: string; key: string } {
    return { bucket: this.#bucket, key };
  }
}

/**
 * The store of the stage that this process belongs to, for the task that runs in it. @throws Error outside a function
 * of a stage.
 */
export function documentStore(): DocumentStore {
  const bucket = process.env[ENV.bucket];
  if (bucket === undefined)
    throw new Error(`${ENV.bucket} is not set: documents can only be used in a function of a stage.`);
  return new DocumentStore(bucket, runningFor);
}
