import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServiceError } from "../json-service.ts";
import type { Answer } from "./context.ts";
import type { Segments } from "./segments.ts";
import { errorDocument } from "./xml.ts";

/** Ids need not be unguessable, only different. */
const RUN = randomBytes(4).toString("hex").toUpperCase();
let requests = 0;

/** The id of an answer, as S3's look. */
export function nextRequestId(): string {
  requests = (requests + 1) % 0x1_0000_0000;
  return RUN + requests.toString(16).toUpperCase().padStart(8, "0");
}

/** Writes an answer, its content in a stream that goes no faster than the client reads. */
export async function respond(
  req: IncomingMessage,
  res: ServerResponse,
  answer: Answer & { readonly requestId: string },
  segments: Segments,
): Promise<void> {
  const { status, xml, content, requestId } = answer;
  const headers: Record<string, string | number> = { "x-amz-request-id": requestId, ...answer.headers };
  if (xml !== undefined) {
    headers["content-type"] = "application/xml";
    headers["content-length"] = Buffer.byteLength(xml);
  } else if (content === undefined && status !== 204 && status !== 304) {
    headers["content-length"] ??= 0;
  }
  res.writeHead(status, headers);
  if (req.method === "HEAD" || content === undefined) return void res.end(req.method === "HEAD" ? undefined : xml);
  const [only, second] = content.segments;
  if (second === undefined && only !== undefined && "bytes" in only) {
    return void res.end(only.bytes.subarray(content.start, content.end));
  }
  for await (const bytes of segments.read(content.segments, content.start, content.end)) {
    if (res.destroyed) return;
    if (!res.write(bytes)) await room(res);
  }
  res.end();
}

/** Until the client has read, or is gone. */
function room(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off("drain", done).off("close", done);
      resolve();
    };
    res.on("drain", done).on("close", done);
  });
}

/** Bytes of a refused upload that are read and dropped, so that its client gets to read why. */
const MAX_DROPPED_BYTES = 64 * 1024 ** 2;

/** Writes an error, and lets the client finish what it sends. A HEAD's error has no body. */
export function respondError(
  req: IncomingMessage,
  res: ServerResponse,
  { code, message, status, details }: ServiceError,
  extra: { readonly requestId: string; readonly headers: Readonly<Record<string, string>> },
): void {
  const resource = (req.url ?? "/").split("?", 1)[0] ?? "/";
  const shown = Object.fromEntries(Object.entries(details).map(([name, value]) => [name, String(value)]));
  const fields = { Code: code, Message: message, Resource: resource, ...shown };
  const body = errorDocument({ ...fields, RequestId: extra.requestId });
  const headers = {
    "x-amz-request-id": extra.requestId,
    "content-type": "application/xml",
    ...(req.method === "HEAD" ? {} : { "content-length": Buffer.byteLength(body) }),
    ...extra.headers,
  };
  res.writeHead(status, headers).end(req.method === "HEAD" ? undefined : body);
  if (req.complete) return;
  let dropped = 0;
  req.on("data", (bytes: Buffer) => {
    dropped += bytes.length;
    if (dropped > MAX_DROPPED_BYTES) req.destroy();
  });
  req.on("error", () => {});
  req.resume();
}
