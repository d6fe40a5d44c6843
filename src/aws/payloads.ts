import { GetObjectCommand, NoSuchKey, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { PayloadGone } from "../core/errors.ts";
import { MAX_INLINE_PAYLOAD, MAX_INLINE_RESULT } from "../core/limits.ts";
import type { Payload } from "../core/record/message.ts";
import { s3Client } from "./clients/s3.ts";

/** Seconds for which the URL of a large result or a document's output works. */
const URL_SECONDS = 300;

/** JSON that is too large for an item or a message, in S3. */
export class Payloads {
  readonly #bucket: string;

  constructor(bucket: string) {
    this.#bucket = bucket;
  }

  /** `json` in place if it is small, else stored under `key`. */
  async store(key: string, json: string): Promise<Payload> {
    const bytes = Buffer.byteLength(json);
    if (bytes <= MAX_INLINE_PAYLOAD) return { json };
    await s3Client().send(
      new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: json, ContentType: "application/json" }),
    );
    return { key, bytes };
  }

  /** The JSON text of a payload. @throws PayloadGone */
  async load(payload: Payload): Promise<string> {
    if ("json" in payload) return payload.json;
    try {
      const { Body } = await s3Client().send(new GetObjectCommand({ Bucket: this.#bucket, Key: payload.key }));
      return (await Body?.transformToString("utf8")) ?? "null";
    } catch (cause) {
      if (cause instanceof NoSuchKey) throw new PayloadGone(payload.key, { cause });
      throw cause;
    }
  }

  /**
   * `value` with a result as its `result`, as JSON text; one over 1 MB as `result_url`. A result is passed on as it is stored: parsing
   * a megabyte only to write it again takes time.
   */
  async embed(value: Readonly<Record<string, unknown>>, result: Payload): Promise<string> {
    if ("key" in result && result.bytes > MAX_INLINE_RESULT) {
      return JSON.stringify({ ...value, result: null, result_url: await this.urlOf(result.key) });
    }
    return `${JSON.stringify(value).slice(0, -1)},"result":${await this.load(result)}}`;
  }

  /** Bytes of JSON that {@link embed} puts in place of a result. */
  inlineBytes(result: Payload): number {
    if ("json" in result) return Buffer.byteLength(result.json);
    return result.bytes > MAX_INLINE_RESULT ? 0 : result.bytes;
  }

  /** A short-lived URL of an object. */
  urlOf(key: string, options: { filename?: string; contentType?: string } = {}): Promise<string> {
    return getSignedUrl(
      s3Client(),
      new GetObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        ResponseContentType: options.contentType ?? "application/json",
        ResponseContentDisposition:
          options.filename === undefined
            ? undefined
            : `attachment; filename*=UTF-8''${encodeURIComponent(options.filename)}`,
      }),
      { expiresIn: URL_SECONDS },
    );
  }
}
