import type { Call } from "./access.ts";
import { listing } from "./access.ts";
import type { Buckets } from "./buckets.ts";
import { accessDenied, noSuchKey } from "./errors.ts";
import type { S3Request } from "./request.ts";
import type { Segment, Segments } from "./segments.ts";

/** What operations work on. */
export interface S3Context {
  readonly buckets: Buckets;
  readonly segments: Segments;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signerOf: (accessKey: string) => { readonly name: string; readonly secret: string } | null;
  readonly denial: (functionName: string, call: Call) => Error | null;
}

/** An operation's answer; without `xml` and `content` it has no body. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** A whole document. */
  readonly xml?: string;
  /** Bytes from `start` to before `end`. */
  readonly content?: { readonly segments: readonly Segment[]; readonly start: number; readonly end: number };
}

/** Does what a request asks for. Throws ServiceError where S3 refuses. */
export type Operation = (context: S3Context, request: S3Request) => Answer | Promise<Answer>;

/**
 * What a caller is told of a missing object: 404, but 403 without s3:ListBucket (GetObject, API reference).
 * @param bucket where the object would be
 */
export function missingKey(context: S3Context, caller: string | null, bucket: string, key: string): Error {
  const denied = caller === null ? null : context.denial(caller, listing(bucket));
  return denied === null ? noSuchKey(key) : accessDenied(denied.message);
}
