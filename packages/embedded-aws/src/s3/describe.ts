import { ServiceError } from "../json-service.ts";
import { invalidArgument, malformedXml, notImplemented } from "./errors.ts";
import type { Description } from "./records.ts";
import { parseQuery } from "./request.ts";
import type { S3Request } from "./request.ts";
import { childText } from "./xml.ts";
import type { XmlNode } from "./xml.ts";

/** Headers that are kept with an object and given back. */
const CONTENT_HEADERS = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
  "x-amz-website-redirect-location",
] as const;

/** What S3 says of objects that came without a type. */
const DEFAULT_TYPE = "binary/octet-stream";
/** Names and values of user metadata together (S3 User Guide, "Working with object metadata"). */
const MAX_METADATA_BYTES = 2_048;
/** Headers that would change what is kept, and how; ignoring them would be a lie. */
const UNSERVED = [
  "x-amz-server-side-encryption-customer-algorithm",
  "x-amz-object-lock-mode",
  "x-amz-object-lock-legal-hold",
  "x-amz-write-offset-bytes",
  "x-amz-grant-full-control",
  "x-amz-grant-read",
];
const ACLS = new Set(["private", "bucket-owner-full-control"]);

/**
 * What an upload's headers say of the object.
 * @throws ServiceError for too much metadata, or a header that is not served
 */
export function descriptionOf({ header, headersWith }: S3Request): Description {
  const unserved = UNSERVED.find((name) => header(name) !== undefined);
  if (unserved !== undefined) throw notImplemented(`the header ${unserved}`);
  const acl = header("x-amz-acl");
  if (acl !== undefined && !ACLS.has(acl)) {
    throw new ServiceError("AccessControlListNotSupported", "The bucket does not allow ACLs");
  }
  return describe(header, headersWith("x-amz-meta-"), tagsOfQuery(header("x-amz-tagging") ?? ""));
}

/** An object's description out of its parts. @throws ServiceError MetadataTooLarge */
export function describe(
  header: (name: string) => string | undefined,
  metadata: Description["metadata"],
  tags: Description["tags"],
): Description {
  const bytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + name.length + Buffer.byteLength(value),
    0,
  );
  if (bytes > MAX_METADATA_BYTES) {
    const message = "Your metadata headers exceed the maximum allowed metadata size";
    throw new ServiceError("MetadataTooLarge", message, 400, { Size: bytes, MaxSizeAllowed: MAX_METADATA_BYTES });
  }
  const headers: Record<string, string> = { "content-type": DEFAULT_TYPE };
  for (const name of CONTENT_HEADERS) {
    const value = header(name);
    if (value !== undefined && value !== "") headers[name] = value;
  }
  // `aws-chunked` is how the body travelled, not how it is stored.
  const encoding = (headers["content-encoding"] ?? "").split(",").map((one) => one.trim());
  const stored = encoding.filter((one) => one !== "" && one !== "aws-chunked").join(", ");
  if (stored === "") delete headers["content-encoding"];
  else headers["content-encoding"] = stored;
  return { headers, metadata, tags };
}

const MAX_TAGS = 10;

/** Tags in the form of a query. @throws ServiceError InvalidTag */
export function tagsOfQuery(text: string): Description["tags"] {
  return checkTags([...parseQuery(text)]);
}

/** Tags of a `Tagging` document. @throws ServiceError MalformedXML, InvalidTag */
export function tagsOfXml(root: XmlNode): Description["tags"] {
  const set = root.children.find(({ name }) => name === "TagSet");
  if (root.name !== "Tagging" || set === undefined) throw malformedXml();
  return checkTags(
    set.children.map((tag): [string, string] => {
      const [key, value] = [childText(tag, "Key"), childText(tag, "Value")];
      if (tag.name !== "Tag" || key === undefined || value === undefined) throw malformedXml();
      return [key, value];
    }),
  );
}

function checkTags(tags: readonly (readonly [string, string])[]): Description["tags"] {
  if (tags.length > MAX_TAGS) {
    throw new ServiceError("BadRequest", `Object tags cannot be greater than ${MAX_TAGS}`);
  }
  for (const [key, value] of tags) {
    if (key === "" || key.length > 128) throw new ServiceError("InvalidTag", "The TagKey you have provided is invalid");
    if (value.length > 256) throw new ServiceError("InvalidTag", "The TagValue you have provided is invalid");
  }
  const byKey = Object.fromEntries(tags);
  if (Object.keys(byKey).length === tags.length) return byKey;
  throw new ServiceError("InvalidTag", "Cannot provide multiple Tags with the same key");
}

const OVERRIDES = new Set([
  "response-content-type",
  "response-content-language",
  "response-expires",
  "response-cache-control",
  "response-content-disposition",
  "response-content-encoding",
]);

/** Headers of an answer that the query sets, as presigned downloads do. @throws ServiceError InvalidArgument */
export function overridesOf({ query }: S3Request): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of query) {
    if (!OVERRIDES.has(name)) continue;
    // A line end would begin a header of its own, and HTTP has no characters beyond Latin-1.
    if (!/^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(value)) {
      throw invalidArgument(name, value, "Header value cannot be represented using ISO-8859-1.");
    }
    headers[name.slice("response-".length)] = value;
  }
  return headers;
}
