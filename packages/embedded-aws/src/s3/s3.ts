import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { listing, objectArn } from "../iam/calls.ts";
import type { Call } from "../iam/evaluate.ts";
import type { DeployedResource } from "../types.ts";
import type { Fauxqs } from "../sqs/fauxqs.ts";
import { checkPostPolicy } from "./post-policy.ts";
import type { S3Failure } from "./post-policy.ts";

/** The buckets of a run. S3 gets requests whole, as streams: objects are too large to pass around. */
export interface S3 {
  /** @param caller the function that signed the request; null for anyone else */
  readonly handle: (req: IncomingMessage, res: ServerResponse, caller: string | null) => Promise<void>;
  /** Creates an `AWS::S3::Bucket`. Lifecycle rules have no effect on a local run. */
  readonly deploy: (resource: DeployedResource) => void;
}

/** What S3 asks of the rest of a run. */
export interface S3Options {
  /** The function to which an access key was given, and the key's secret; null for any other key. */
  readonly signerOf: (accessKey: string) => { readonly name: string; readonly secret: string } | null;
  /** Why a function may not do a call; null if it may. */
  readonly denial: (functionName: string, call: Call) => Error | null;
}

/**
 * S3 on fauxqs. What fauxqs leaves out is checked here: the expiry of presigned URLs, the policies of presigned POSTs, and who is told
 * that an object is missing.
 */
export function createS3({ s3: store, app }: Fauxqs, { signerOf, denial }: S3Options): S3 {
  const handle: S3["handle"] = async (req, res, caller) => {
    const url = new URL(req.url ?? "/", "http://localhost");
    if (isExpired(url.searchParams, Date.now())) {
      return fail(res, { status: 403, code: "AccessDenied", message: "Request has expired" });
    }
    if (req.method === "POST" && req.headers["content-type"]?.toLowerCase().startsWith("multipart/form-data")) {
      return postObject(req, res, url);
    }
    const hidden = caller === null ? null : hiddenMissing(req, url, caller);
    if (hidden) return fail(res, { status: 403, code: "AccessDenied", message: hidden.message });
    app.routing(req, res);
  };

  /** Whoever may not list a bucket is not told that an object is missing (GetObject, API reference: 403 instead of 404). */
  const hiddenMissing = (req: IncomingMessage, url: URL, caller: string): Error | null => {
    const [bucket = "", ...rest] = url.pathname.slice(1).split("/");
    const key = decodeURIComponent(rest.join("/"));
    if (key === "" || (req.method !== "GET" && req.method !== "HEAD")) return null;
    return store.hasBucket(bucket) && !hasObject(bucket, key) ? denial(caller, listing(bucket)) : null;
  };

  const hasObject = (bucket: string, key: string): boolean => {
    try {
      store.headObject(bucket, key);
      return true;
    } catch {
      return false;
    }
  };

  const postObject = async (req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> => {
    const bucket = decodeURIComponent(url.pathname.split("/")[1] ?? "");
    if (!store.hasBucket(bucket)) {
      return fail(res, { status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist" });
    }
    const form = await readForm(req);
    if (!form) {
      const message = "The body of your POST request is not well-formed multipart/form-data with a file in the end.";
      return fail(res, { status: 400, code: "MalformedPOSTRequest", message });
    }
    const { fields, file } = form;
    const failure = checkPostPolicy(
      { bucket, fields, fileBytes: file.length },
      new Date(),
      (accessKey) => signerOf(accessKey)?.secret,
    );
    if (failure) return fail(res, failure);
    const key = fields.get("key") ?? "";
    // A form uploads with the rights that its signer has now.
    const signer = signerOf(fields.get("X-Amz-Credential")?.split("/")[0] ?? "");
    const denied = signer && denial(signer.name, { action: "s3:PutObject", resource: objectArn(bucket, key) });
    if (denied) return fail(res, { status: 403, code: "AccessDenied", message: denied.message });
    const { etag } = store.putObject(bucket, key, file, fields.get("Content-Type"), metadataOf(fields));
    const status = Number(fields.get("success_action_status") ?? "204");
    res.setHeader("etag", etag);
    if (status !== 201) return void res.writeHead(status === 200 ? 200 : 204).end();
    res.writeHead(201, { "content-type": "application/xml" });
    const parts = { Location: `${url.pathname}/${key}`, Bucket: bucket, Key: key, ETag: etag };
    res.end(`<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${elements(parts)}</PostResponse>`);
  };

  const deploy = ({ physicalId }: DeployedResource): void => {
    if (!store.hasBucket(physicalId)) store.createBucket(physicalId);
  };

  return { handle, deploy };
}

/** True for a presigned URL whose `X-Amz-Expires` seconds are over. */
function isExpired(query: URLSearchParams, now: number): boolean {
  const [date, seconds] = [query.get("X-Amz-Date"), query.get("X-Amz-Expires")];
  if (date === null || seconds === null) return false;
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  return signedAt + Number(seconds) * 1000 < now;
}

async function readForm(req: IncomingMessage): Promise<{ fields: Map<string, string>; file: Buffer } | null> {
  const headers = { "content-type": req.headers["content-type"] ?? "" };
  const form = await new Response(new Uint8Array(await buffer(req)), { headers }).formData().catch(() => null);
  const upload = form?.get("file");
  if (!form || upload === null || upload === undefined) return null;
  const fields = new Map<string, string>();
  for (const [name, value] of form) {
    // Fields behind the file count for nothing.
    if (name === "file") break;
    if (typeof value === "string") fields.set(name, value);
  }
  const filename = typeof upload === "string" ? "" : (upload.name.split(/[\\/]/).at(-1) ?? "");
  fields.set("key", (fields.get("key") ?? "").replaceAll("${filename}", filename));
  const file = typeof upload === "string" ? Buffer.from(upload) : Buffer.from(await upload.arrayBuffer());
  return { fields, file };
}

function metadataOf(fields: ReadonlyMap<string, string>): Record<string, string> {
  const prefix = "x-amz-meta-";
  const own = [...fields].filter(([name]) => name.toLowerCase().startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length).toLowerCase(), value]));
}

function fail(res: ServerResponse, { status, code, message, details = {} }: S3Failure): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements({ Code: code, Message: message, ...details })}</Error>`;
  // What is left of a refused upload is not read.
  res.writeHead(status, { "content-type": "application/xml", connection: "close" }).end(body);
}

function elements(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
    .join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
