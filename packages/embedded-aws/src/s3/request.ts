import type { IncomingMessage } from "node:http";
import { ServiceError } from "../json-service.ts";

/** Headers of a request, or fields of a form that stand for them. */
export interface HeaderReader {
  /** By its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** All whose names begin with the prefix, without it. */
  readonly headersWith: (prefix: string) => Readonly<Record<string, string>>;
}

/** What a request is about, parsed once. */
export interface S3Request extends HeaderReader {
  readonly req: IncomingMessage;
  readonly method: string;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for a bucket or the service. */
  readonly key: string;
  /** Decoded, the first of each name. */
  readonly query: ReadonlyMap<string, string>;
  /**
   * A header by its lower-case name. Headers that begin with `x-amz-` may be given in the query instead, as presigned
   * URLs do (S3 API reference, "Authenticating Requests: Using Query Parameters").
   */
  readonly header: (name: string) => string | undefined;
  /** Headers alone, without what the query has for them. */
  readonly sent: HeaderReader;
  /** The function that signed the request; null for anyone else. */
  readonly caller: string | null;
}

/** S3 takes keys of up to 1,024 bytes of UTF-8 ("Naming Amazon S3 objects", User Guide). */
const MAX_KEY_BYTES = 1_024;

const NOTHING: ReadonlyMap<string, string> = new Map();

/**
 * Bucket and key of a path-style path, as it came. It is decoded once and never normalised: `..` is a part of a key
 * like any other. Authorization must use this too, since `new URL` would make another key of it.
 * @param target the request's path, with or without its query
 * @throws ServiceError InvalidURI for escapes that are none, KeyTooLongError
 */
export function targetOf(target: string): { readonly bucket: string; readonly key: string } {
  const mark = target.indexOf("?");
  const path = mark === -1 ? target : target.slice(0, mark);
  const slash = path.indexOf("/", 1);
  const bucket = decode(slash === -1 ? path.slice(1) : path.slice(1, slash));
  const key = slash === -1 ? "" : decode(path.slice(slash + 1));
  checkKey(key);
  return { bucket, key };
}

/** @throws ServiceError KeyTooLongError */
export function checkKey(key: string): void {
  // A UTF-16 unit is three bytes at the most.
  if (key.length * 3 <= MAX_KEY_BYTES) return;
  const bytes = Buffer.byteLength(key);
  if (bytes <= MAX_KEY_BYTES) return;
  const details = { Size: bytes, MaxSizeAllowed: MAX_KEY_BYTES };
  throw new ServiceError("KeyTooLongError", "Your key is too long", 400, details);
}

/** Parses a request's line and makes its headers readable. */
export function parseRequest(req: IncomingMessage, caller: string | null): S3Request {
  const target = req.url ?? "/";
  const mark = target.indexOf("?");
  const query = mark === -1 ? NOTHING : parseQuery(target.slice(mark + 1));
  const hoisted = mark === -1 ? null : hoistedHeaders(query);
  return {
    req,
    method: req.method ?? "GET",
    ...targetOf(target),
    query,
    header: (name) => sentHeader(req, name) ?? hoisted?.get(name),
    headersWith: (prefix) => withPrefix(req, hoisted, prefix),
    sent: {
      header: (name) => sentHeader(req, name),
      headersWith: (prefix) => withPrefix(req, null, prefix),
    },
    caller,
  };
}

function sentHeader(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return typeof value === "string" ? value : value?.join(", ");
}

function withPrefix(req: IncomingMessage, hoisted: ReadonlyMap<string, string> | null, prefix: string) {
  const found: Record<string, string> = {};
  for (const [name, value] of hoisted ?? []) if (name.startsWith(prefix)) found[name.slice(prefix.length)] = value;
  for (const name in req.headers) {
    if (name.startsWith(prefix)) found[name.slice(prefix.length)] = String(req.headers[name]);
  }
  return found;
}

function hoistedHeaders(query: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of query) if (isHoisted(name)) headers.set(name.toLowerCase(), value);
  return headers;
}

/** True for a query parameter that stands for a header, or belongs to a presigned URL. */
export function isHoisted(name: string): boolean {
  return name.slice(0, 6).toLowerCase() === "x-amz-";
}

/** Text of a URL's query as a map; `+` is a space there. */
export function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode((equals === -1 ? pair : pair.slice(0, equals)).replaceAll("+", " "));
    const value = equals === -1 ? "" : decode(pair.slice(equals + 1).replaceAll("+", " "));
    if (!query.has(name)) query.set(name, value);
  }
  return query;
}

function decode(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceError("InvalidURI", "Couldn't parse the specified URI.", 400, { URI: text });
  }
}
