import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { ServiceError } from "../json-service.ts";
import { accessDenied } from "./errors.ts";
import type { S3Request } from "./request.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";
/** A presigned URL lives seven days at the most. */
const MAX_EXPIRES_SECONDS = 604_800;
/** A clock may be ahead by this (`RequestTimeTooSkewed`, S3's error codes). */
const MAX_SKEW_MILLIS = 15 * 60_000;

/**
 * Checks a presigned URL: that it is whole, not over, and, where the access key is one that the run gave out, signed
 * with its secret for this method, path, query and these headers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 * @param secretOf the secret of an access key; null for one that is not of the run
 * @throws ServiceError
 */
export function checkPresigned(request: S3Request, now: number, secretOf: (accessKey: string) => string | null): void {
  const [credential, date, expires] = ["Credential", "Date", "Expires"].map((name) => parameter(request, name));
  const [signed, signature] = ["SignedHeaders", "Signature"].map((name) => parameter(request, name));
  if (parameter(request, "Algorithm") !== ALGORITHM) {
    throw parametersError(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  }
  const started = parseAmzDate(date ?? "");
  const seconds = Number(expires);
  if (!credential || !signed || !signature || started === null || !/^\d+$/.test(expires ?? "")) {
    throw parametersError(
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    );
  }
  if (seconds > MAX_EXPIRES_SECONDS) {
    throw parametersError(
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    );
  }
  if (started > now + MAX_SKEW_MILLIS) throw accessDenied("Request is not yet valid");
  if (started + seconds * 1000 < now) throw accessDenied("Request has expired");
  const [accessKey = "", ...scope] = credential.split("/");
  const secret = secretOf(accessKey);
  if (secret === null) return;
  const text = [ALGORITHM, date, scope.join("/"), sha256(canonicalRequest(request, signed))].join("\n");
  if (!isSignature(signature, signatureOf(secret, scope, text))) throw signatureMismatch();
}

/** 403: signed with another secret, or for something else. */
export function signatureMismatch(): ServiceError {
  const message =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
  return new ServiceError("SignatureDoesNotMatch", message, 403);
}

/** Signature version 4 of a text, in hexadecimal. */
export function signatureOf(secret: string, scope: readonly string[], text: string): string {
  const key = scope.reduce<Buffer>((signing, part) => hmac(signing, part), Buffer.from(`AWS4${secret}`));
  return hmac(key, text).toString("hex");
}

/** Compares in a time that tells nothing. */
export function isSignature(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function parameter({ query }: S3Request, name: string): string | undefined {
  return query.get(`X-Amz-${name}`);
}

function canonicalRequest(request: S3Request, signedHeaders: string): string {
  const { req, method, query } = request;
  const pairs = [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)));
  const path = encode(decodeURIComponent((req.url ?? "/").split("?", 1)[0] ?? "/")).replaceAll("%2F", "/");
  const names = signedHeaders.split(";");
  const headers = names.map(
    (name) =>
      `${name}:${String(req.headers[name] ?? "")
        .trim()
        .replace(/\s+/g, " ")}\n`,
  );
  const query4 = pairs.map(([name, value]) => `${name}=${value}`).join("&");
  const payload = request.header("x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD";
  return [method, path, query4, headers.join(""), signedHeaders, payload].join("\n");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function parseAmzDate(text: string): number | null {
  if (!/^\d{8}T\d{6}Z$/.test(text)) return null;
  const time = Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  return Number.isNaN(time) ? null : time;
}

function parametersError(message: string): ServiceError {
  return new ServiceError("AuthorizationQueryParametersError", message);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
