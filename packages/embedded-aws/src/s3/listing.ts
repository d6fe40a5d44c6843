import type { Bucket, Buckets } from "./buckets.ts";
import type { Operation } from "./context.ts";
import { invalidArgument } from "./errors.ts";
import { compareKeys } from "./key-index.ts";
import type { KeyIndex } from "./key-index.ts";
import type { StoredObject } from "./records.ts";
import { xmlDocument } from "./xml.ts";
import type { XmlFields } from "./xml.ts";

const MAX_KEYS = 1_000;
const OWNER = { ID: "0".repeat(64) };

/** What a listing gives, in one page. */
interface Page<T> {
  readonly items: readonly T[];
  readonly prefixes: readonly string[];
  /** The last key or common prefix of a page that others follow; null for the last page. */
  readonly next: string | null;
}

/** What a listing is asked for. */
interface Asked {
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys and common prefixes come behind this. */
  readonly after: string;
  readonly max: number;
}

/** One page of keys, those with the delimiter behind the prefix rolled up to common prefixes. */
function pageOf<T>(keys: KeyIndex<unknown>, find: (key: string) => T | undefined, asked: Asked): Page<T> {
  const { prefix, delimiter, after, max } = asked;
  const items: T[] = [];
  const prefixes: string[] = [];
  if (max === 0) return { items, prefixes, next: null };
  const cursor = keys.from(compareKeys(after, prefix) > 0 ? after : prefix);
  // A page that ended with a common prefix goes on behind all that it stands for.
  const mark = delimiter === "" ? -1 : after.indexOf(delimiter, prefix.length);
  if (after.startsWith(prefix) && mark !== -1 && mark + delimiter.length === after.length) cursor.skipPrefix(after);
  let last = "";
  for (let key = cursor.next(); key !== null && key.startsWith(prefix); key = cursor.next()) {
    if (key === after) continue;
    const item = find(key);
    if (item === undefined) continue;
    if (items.length + prefixes.length === max) return { items, prefixes, next: last };
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (end === -1) {
      items.push(item);
      last = key;
    } else {
      last = key.slice(0, end + delimiter.length);
      prefixes.push(last);
      cursor.skipPrefix(last);
    }
  }
  return { items, prefixes, next: null };
}

function pageOfObjects(buckets: Buckets, bucket: Bucket, asked: Asked): Page<StoredObject> {
  return pageOf(bucket.objects, (key) => buckets.object(bucket, key), asked);
}

/** ListObjectsV2. */
export const listObjectsV2: Operation = (context, { bucket: name, query }) => {
  const bucket = context.buckets.get(name);
  const encode = encoder(query);
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after") ?? "";
  const after = token === undefined ? startAfter : readToken(token);
  const asked = {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    after,
    max: maxOf(query),
  };
  const { items, prefixes, next } = pageOfObjects(context.buckets, bucket, asked);
  const owner = query.get("fetch-owner") === "true";
  const xml = xmlDocument("ListBucketResult", {
    Name: name,
    Prefix: encode(asked.prefix),
    Delimiter: asked.delimiter === "" ? undefined : encode(asked.delimiter),
    MaxKeys: asked.max,
    EncodingType: query.get("encoding-type"),
    KeyCount: items.length + prefixes.length,
    IsTruncated: next !== null,
    ContinuationToken: token,
    NextContinuationToken: next === null ? undefined : writeToken(next),
    StartAfter: startAfter === "" ? undefined : encode(startAfter),
    Contents: items.map((object) => contentsOf(object, encode, owner)),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
  return { status: 200, xml };
};

/** ListObjects, the first version: a marker in the place of tokens. */
export const listObjects: Operation = (context, { bucket: name, query }) => {
  const bucket = context.buckets.get(name);
  const encode = encoder(query);
  const after = query.get("marker") ?? "";
  const asked = {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    after,
    max: maxOf(query),
  };
  const { items, prefixes, next } = pageOfObjects(context.buckets, bucket, asked);
  const xml = xmlDocument("ListBucketResult", {
    Name: name,
    Prefix: encode(asked.prefix),
    Marker: encode(after),
    Delimiter: asked.delimiter === "" ? undefined : encode(asked.delimiter),
    MaxKeys: asked.max,
    EncodingType: query.get("encoding-type"),
    IsTruncated: next !== null,
    // Without a delimiter the last key is the marker (ListObjects, API reference).
    NextMarker: next === null || asked.delimiter === "" ? undefined : encode(next),
    Contents: items.map((object) => contentsOf(object, encode, true)),
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
  return { status: 200, xml };
};

function contentsOf(object: StoredObject, encode: (text: string) => string, owner: boolean): XmlFields {
  const { checksum } = object;
  return {
    Key: encode(object.key),
    LastModified: new Date(object.modified).toISOString(),
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: checksum?.algorithm,
    ChecksumType: checksum?.type,
    Size: object.size,
    Owner: owner ? OWNER : undefined,
    StorageClass: "STANDARD",
  };
}

/** @throws ServiceError InvalidArgument */
export function encoder(query: ReadonlyMap<string, string>): (text: string) => string {
  const type = query.get("encoding-type");
  if (type === undefined) return (text) => text;
  if (type !== "url") throw invalidArgument("encoding-type", type, "Invalid Encoding Method specified in Request");
  return (text) =>
    encodeURIComponent(text)
      .replaceAll("%2F", "/")
      .replaceAll("%20", "+")
      .replace(/[!'()]/g, escape);
}

function escape(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** @param name of the query parameter: `max-keys`, `max-parts` or `max-uploads` @throws ServiceError InvalidArgument */
export function maxOf(query: ReadonlyMap<string, string>, name = "max-keys"): number {
  const text = query.get(name);
  if (text === undefined || text === "") return MAX_KEYS;
  if (!/^-?\d+$/.test(text))
    throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
  const value = Number(text);
  if (value < 0 || value > 2_147_483_647) {
    throw invalidArgument(name, text, `Argument ${name} must be an integer between 0 and 2147483647`);
  }
  return Math.min(value, MAX_KEYS);
}

function writeToken(key: string): string {
  return Buffer.from(`1${key}`).toString("base64url");
}

function readToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (text.startsWith("1") && writeToken(text.slice(1)) === token) return text.slice(1);
  throw invalidArgument("continuation-token", token, "The continuation token provided is incorrect");
}
