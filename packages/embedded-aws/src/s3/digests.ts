import { createHash } from "node:crypto";
import { ServiceError } from "../json-service.ts";
import { ALGORITHMS, algorithmOf, createHasher, DIGEST_BYTES } from "./checksums.ts";
import type { Algorithm } from "./checksums.ts";
import { badDigest, invalidRequest, notImplemented } from "./errors.ts";
import type { HeaderReader } from "./request.ts";

/** What a client says about its bytes. */
export interface Claims {
  /** Base64, of `Content-MD5`. */
  readonly md5: string | null;
  /** Hexadecimal, of `x-amz-content-sha256`, where that is a digest. */
  readonly sha256: string | null;
  /** The checksum that is computed; its value is null where it comes in a trailer, or was only asked for. */
  readonly checksum: { readonly algorithm: Algorithm; readonly value: string | null } | null;
}

const MD5 = /^[A-Za-z0-9+/]{22}==$/;
const SHA256 = /^[0-9a-f]{64}$/i;
/** Headers of this prefix that are no checksums. */
const OTHERS = new Set(["mode", "type", "algorithm"]);

/**
 * What headers claim. A presigned URL's query claims nothing: the SDK writes the checksum of an empty body into it, and
 * S3 ignores that (aws-sdk-js-v3#4448; "Download and upload objects with presigned URLs", User Guide).
 * @throws ServiceError for claims that cannot be, or an algorithm that is not served
 */
export function claimsOf({ header, headersWith }: HeaderReader): Claims {
  const md5 = header("content-md5") ?? null;
  if (md5 !== null && !MD5.test(md5)) {
    throw new ServiceError("InvalidDigest", "The Content-MD5 you specified is not valid.");
  }
  const sha256 = header("x-amz-content-sha256") ?? "";
  const given = Object.entries(headersWith("x-amz-checksum-")).filter(([name]) => !OTHERS.has(name));
  return { md5, sha256: SHA256.test(sha256) ? sha256.toLowerCase() : null, checksum: checksumOf(given, header) };
}

function checksumOf(given: readonly (readonly [string, string])[], header: HeaderReader["header"]): Claims["checksum"] {
  const [first, second] = given;
  if (second)
    throw invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  if (first) {
    const algorithm = servedAlgorithm(first[0]);
    checkValue(algorithm, first[1]);
    return { algorithm, value: first[1] };
  }
  const trailer = header("x-amz-trailer")?.toLowerCase();
  const trailing = trailer?.startsWith("x-amz-checksum-") ? trailer.slice("x-amz-checksum-".length) : undefined;
  const asked = trailing ?? header("x-amz-sdk-checksum-algorithm") ?? header("x-amz-checksum-algorithm");
  return asked === undefined ? null : { algorithm: servedAlgorithm(asked), value: null };
}

/** @throws ServiceError NotImplemented for an algorithm that is not served */
export function servedAlgorithm(name: string): Algorithm {
  const algorithm = algorithmOf(name);
  if (algorithm === null) throw notImplemented(`the checksum algorithm ${name}, only ${ALGORITHMS.join(", ")}`);
  return algorithm;
}

function checkValue(algorithm: Algorithm, value: string): void {
  const bytes = Buffer.from(value, "base64");
  if (bytes.length === DIGEST_BYTES[algorithm] && bytes.toString("base64") === value) return;
  throw invalidRequest(`Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`);
}

/** What was computed of bytes. */
export interface Digests {
  /** Hexadecimal. */
  readonly md5: string;
  /** Base64; null where none was given or asked for. */
  readonly checksum: { readonly algorithm: Algorithm; readonly value: string } | null;
}

/** Computes what claims need as bytes pass, and compares in the end. */
export interface Digester {
  readonly update: (bytes: Buffer) => void;
  /**
   * @param trailers headers behind the body
   * @throws ServiceError BadDigest or XAmzContentSHA256Mismatch where a claim is not so
   */
  readonly end: (trailers: ReadonlyMap<string, string>) => Digests;
}

/** A digester of an upload. */
export function createDigester(claims: Claims): Digester {
  const md5 = createHash("md5");
  const sha256 = claims.sha256 === null ? null : createHash("sha256");
  const hasher = claims.checksum && createHasher(claims.checksum.algorithm);

  const update = (bytes: Buffer): void => {
    md5.update(bytes);
    sha256?.update(bytes);
    hasher?.update(bytes);
  };

  const endChecksum = (trailers: ReadonlyMap<string, string>): Digests["checksum"] => {
    if (hasher === null || claims.checksum === null) return null;
    const { algorithm } = claims.checksum;
    const value = hasher.digest().toString("base64");
    const claimed = claims.checksum.value ?? trailers.get(`x-amz-checksum-${algorithm.toLowerCase()}`);
    if (claimed !== undefined) checkValue(algorithm, claimed);
    if (claimed !== undefined && claimed !== value) throw badDigest(algorithm);
    return { algorithm, value };
  };

  const end = (trailers: ReadonlyMap<string, string>): Digests => {
    const digest = md5.digest();
    if (claims.md5 !== null && digest.toString("base64") !== claims.md5) throw badDigest("Content-MD5");
    if (sha256 !== null && sha256.digest("hex") !== claims.sha256) {
      const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
      throw new ServiceError("XAmzContentSHA256Mismatch", message);
    }
    return { md5: digest.toString("hex"), checksum: endChecksum(trailers) };
  };

  return { update, end };
}
