import { ServiceError } from "../json-service.ts";
import { objectArn } from "./access.ts";
import type { Answer, Operation, S3Context } from "./context.ts";
import { describe, tagsOfXml } from "./describe.ts";
import { claimsOf, createDigester } from "./digests.ts";
import { drain } from "./drain.ts";
import { accessDenied, entityTooLarge, entityTooSmall, invalidArgument } from "./errors.ts";
import { boundaryOf, createFormReader, malformedForm } from "./form-data.ts";
import { checksumHeaders, storeReceived, writtenHeaders } from "./objects.ts";
import { checkPostPolicy } from "./post-policy.ts";
import type { SizeLimits } from "./post-policy.ts";
import { MAX_PUT_BYTES } from "./receive.ts";
import type { Received } from "./receive.ts";
import type { Description, StoredObject } from "./records.ts";
import { checkKey } from "./request.ts";
import type { HeaderReader, S3Request } from "./request.ts";
import { parseXml, xmlDocument } from "./xml.ts";

const METADATA = "x-amz-meta-";

/** An upload by an HTML form. Its policy is checked when its fields are there, before a byte of its file is kept. */
export const postObject: Operation = async (context, request): Promise<Answer> => {
  const bucket = context.buckets.get(request.bucket);
  const boundary = boundaryOf(request.req.headers["content-type"]);
  if (boundary === null) {
    const message = "Bucket POST must be of the enclosure-type multipart/form-data";
    throw new ServiceError("PreconditionFailed", message, 412);
  }
  const { fields, received } = await readForm(context, request, boundary);
  const key = fields.get("key") ?? "";
  const object = storeReceived(context, request.bucket, key, describeForm(fields), received);
  return answerOf(request, fields, object, { ...writtenHeaders(bucket, object), ...checksumHeaders(object.checksum) });
};

interface ReadForm {
  readonly fields: ReadonlyMap<string, string>;
  readonly received: Received;
}

async function readForm(context: S3Context, request: S3Request, boundary: string): Promise<ReadForm> {
  const fields = new Map<string, string>();
  const writer = context.segments.writer();
  let limits: SizeLimits = { min: 0, max: MAX_PUT_BYTES };
  let digester: ReturnType<typeof createDigester> | null = null;
  let size = 0;
  const reader = createFormReader(boundary, {
    field: (name, value) => void fields.set(name.toLowerCase(), value),
    file: (filename) => {
      const last = filename.split(/[\\/]/).at(-1) ?? "";
      fields.set(
        "key",
        (fields.get("key") ?? "").replaceAll("${filename}", () => last),
      );
      limits = authorize(context, request.bucket, fields);
      digester = createDigester(claimsOf(asHeaders(fields)));
    },
    data: (bytes) => {
      size += bytes.length;
      if (size > limits.max) throw entityTooLarge(size, limits.max);
      digester?.update(bytes);
      writer.add(bytes);
    },
  });
  try {
    await drain(request.req, (bytes) => {
      reader.push(bytes);
      return writer.flush();
    });
    if (!reader.end()) {
      throw fields.has("policy")
        ? invalidArgument("file", "0", "POST requires exactly one file upload per request.")
        : malformedForm();
    }
    if (size < limits.min) throw entityTooSmall(size, limits.min);
    const digests = digestsOf(digester);
    return { fields, received: { ...digests, segment: await writer.finish() } };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function digestsOf(digester: ReturnType<typeof createDigester> | null): Omit<Received, "segment"> {
  if (digester === null) throw malformedForm();
  return digester.end(new Map());
}

/** The form's policy, and its signer's right to upload what it says. @throws ServiceError */
function authorize(context: S3Context, bucket: string, fields: ReadonlyMap<string, string>): SizeLimits {
  const limits = checkPostPolicy({ bucket, fields }, context.now(), (key) => context.signerOf(key)?.secret ?? null);
  const key = fields.get("key") ?? "";
  if (key === "") throw invalidArgument("key", "", "Bucket POST must contain a field named 'key'.");
  checkKey(key);
  // A form uploads with the rights that its signer has now.
  const signer = context.signerOf(fields.get("x-amz-credential")?.split("/")[0] ?? "");
  const denied = signer && context.denial(signer.name, { action: "s3:PutObject", resource: objectArn(bucket, key) });
  if (denied) throw accessDenied(denied.message);
  return { min: limits.min, max: Math.min(limits.max, MAX_PUT_BYTES) };
}

/** Checksums of a form stand in its fields. */
function asHeaders(fields: ReadonlyMap<string, string>): HeaderReader {
  const headersWith = (prefix: string): Record<string, string> =>
    Object.fromEntries(
      [...fields].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
    );
  return { header: (name) => fields.get(name), headersWith };
}

function describeForm(fields: ReadonlyMap<string, string>): Description {
  const own = [...fields].filter(([name]) => name.startsWith(METADATA));
  const metadata = Object.fromEntries(own.map(([name, value]) => [name.slice(METADATA.length), value]));
  const tagging = fields.get("tagging");
  // Fields are text in UTF-8, headers are bytes: what is given back must be the same bytes.
  const header = (name: string): string | undefined => {
    const value = fields.get(name);
    return value === undefined ? undefined : Buffer.from(value).toString("latin1");
  };
  const bytes = Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value).toString("latin1")]),
  );
  return describe(header, bytes, tagging === undefined ? {} : tagsOfXml(parseXml(tagging)));
}

function answerOf(
  request: S3Request,
  fields: ReadonlyMap<string, string>,
  object: StoredObject,
  headers: Readonly<Record<string, string>>,
): Answer {
  const { bucket, key, etag } = object;
  const redirect = redirectOf(fields.get("success_action_redirect") ?? fields.get("redirect"), object);
  if (redirect !== null) return { status: 303, headers: { ...headers, location: redirect } };
  const location = `http://${request.req.headers.host ?? "localhost"}/${bucket}/${encodeURIComponent(key)}`;
  const status = fields.get("success_action_status");
  if (status !== "201") return { status: status === "200" ? 200 : 204, headers: { ...headers, location } };
  const parts = { Location: location, Bucket: bucket, Key: key, ETag: `"${etag}"` };
  return { status: 201, headers: { ...headers, location }, xml: xmlDocument("PostResponse", parts) };
}

/** An address that is none is passed over (POST Object, "success_action_redirect"). */
function redirectOf(text: string | undefined, { bucket, key, etag }: StoredObject): string | null {
  if (text === undefined || !URL.canParse(text)) return null;
  const url = new URL(text);
  url.searchParams.set("bucket", bucket);
  url.searchParams.set("key", key);
  url.searchParams.set("etag", `"${etag}"`);
  return url.href;
}
