import { PayloadGone } from "../core/errors.ts";
import { MAX_INLINE_PAYLOAD, MAX_INLINE_RESULT } from "../core/limits.ts";
import type { Payload } from "../core/record/message.ts";
import type * as Objects from "./objects.ts";

/** Seconds for which the URL of a large result or a document's output works. */
const URL_SECONDS = 300;

/** S3's client is loaded with the first payload that is too large: it would be a third of each function's start. */
const objects = (): Promise<typeof Objects> => import("./objects.ts");

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
    const { putObject } = await objects();
    await putObject({ bucket: this.#bucket, key }, json, "application/json");
    return { key, bytes };
  }

  /** The JSON text of a payload. @throws PayloadGone */
  async load(payload: Payload): Promise<string> {
    if ("json" in payload) return payload.json;
    const { getObject } = await objects();
    const bytes = await getObject({ bucket: this.#bucket, key: payload.key });
    if (bytes === null) throw new PayloadGone(payload.key);
    return bytes.length === 0 ? "null" : Buffer.from(bytes).toString();
  }

  /**
   * `value` with a result as its `result`, as JSON text; one over 1 MB as `result_url`. A result is passed on as it is
   * stored: parsing a megabyte only to write it again takes time.
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
  async urlOf(key: string, options: { filename?: string; contentType?: string } = {}): Promise<string> {
    const { urlOfObject } = await objects();
    const { filename, contentType = "application/json" } = options;
    return urlOfObject({ bucket: this.#bucket, key }, { seconds: URL_SECONDS, contentType, filename });
  }
}
