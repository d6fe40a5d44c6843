import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { DeployedResource } from "../types.ts";
import type { Fauxqs } from "./fauxqs.ts";
import { checkPostPolicy } from "./post-policy.ts";
import type { S3Failure } from "./post-policy.ts";

/** The buckets of a run. S3 gets requests whole, as streams: objects are too large to pass around. */
export interface S3 {
  readonly handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  /** Creates an `AWS::S3::Bucket`. Lifecycle rules have no effect on a local run. */
  readonly deploy: (resource: DeployedResource) => void;
}

/**
 * S3 on fauxqs. What fauxqs leaves out is checked here: the expiry of presigned URLs and the policies of presigned POSTs.
 * @param secretOf the secret of an access key; undefined for one that this run did not give out
 */
export function createS3({ s3: store, app }: Fauxqs, secretOf: (accessKey: string) => string | undefined): S3 {
  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? "/", "http://localhost");
    if (isExpired(url.searchParams, Date.now())) {
      return fail(res, { status: 403, code: "AccessDenied", message: "Request has expired" });
    }
    if (req.method === "POST" && req.headers["content-type"]?.toLowerCase().startsWith("multipart/form-data")) {
      return postObject(req, res, url);
    }
    app.routing(req, res);
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
    const failure = checkPostPolicy({ bucket, fields, fileBytes: file.length }, new Date(), secretOf);
    if (failure) return fail(res, failure);
    const key = fields.get("key") ?? "";
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
