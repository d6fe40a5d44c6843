import { ServiceError } from "../json-service.ts";
import { createChunkDecoder } from "./chunked.ts";
import { claimsOf, createDigester } from "./digests.ts";
import type { Claims, Digests } from "./digests.ts";
import { drain } from "./drain.ts";
import { entityTooLarge, notImplemented } from "./errors.ts";
import type { S3Request } from "./request.ts";
import type { Segment, Segments } from "./segments.ts";

/** Bytes that were taken in, and what was computed of them. */
export interface Received extends Digests {
  readonly segment: Segment;
}

/** One PUT takes 5 GiB at the most (PutObject, API reference). */
export const MAX_PUT_BYTES = 5 * 1024 ** 3;

const STREAMING = new Set([
  "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
  "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
]);

/**
 * Takes in the body of an upload: decoded, stored and checked in one pass, no more of it in memory than a piece.
 * Nothing stays of a body that is refused.
 * @param wanted a checksum to compute where the request has none
 */
export async function receive(
  request: S3Request,
  segments: Segments,
  wanted: Claims["checksum"] = null,
): Promise<Received> {
  const given = claimsOf(request.sent);
  const chunked = isChunked(request);
  const expected = expectedBytes(request, chunked);
  if (expected > MAX_PUT_BYTES) throw entityTooLarge(expected, MAX_PUT_BYTES);

  const digester = createDigester({ ...given, checksum: given.checksum ?? wanted });
  const writer = segments.writer();
  let size = 0;
  const take = (bytes: Buffer): void => {
    size += bytes.length;
    if (size > expected) throw incomplete();
    digester.update(bytes);
    writer.add(bytes);
  };
  const decoder = chunked ? createChunkDecoder(take) : null;
  try {
    await drain(request.req, (bytes) => {
      if (decoder === null) take(bytes);
      else decoder.push(bytes);
      return writer.flush();
    });
    const digests = digester.end(decoder?.end() ?? NO_TRAILERS);
    if (size !== expected) throw incomplete();
    return { ...digests, segment: await writer.finish() };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

const NO_TRAILERS: ReadonlyMap<string, string> = new Map();

/** Told by the kind of payload, not by the stored encoding: a client may store `aws-chunked` bodies of its own. */
function isChunked({ header }: S3Request): boolean {
  const payload = header("x-amz-content-sha256") ?? "";
  if (!payload.startsWith("STREAMING-")) return false;
  if (!STREAMING.has(payload)) throw notImplemented(`the payload ${payload}`);
  return true;
}

function expectedBytes({ header }: S3Request, chunked: boolean): number {
  const text = header(chunked ? "x-amz-decoded-content-length" : "content-length");
  if (text === undefined || !/^\d+$/.test(text)) {
    throw new ServiceError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
  }
  return Number(text);
}

function incomplete(): ServiceError {
  const message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
  return new ServiceError("IncompleteBody", message);
}
