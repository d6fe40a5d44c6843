import type { IncomingMessage, ServerResponse } from "node:http";
import { ServiceError } from "../json-service.ts";
import type { Deployable } from "../json-service.ts";
import type { Storage } from "../storage/storage.ts";
import type { Call } from "./access.ts";
import { Buckets } from "./buckets.ts";
import type { S3Context } from "./context.ts";
import { corsForbidden, corsHeaders } from "./cors.ts";
import type { CorsRequest } from "./cors.ts";
import { accessDenied } from "./errors.ts";
import { checkPresigned } from "./presigned.ts";
import { parseRequest } from "./request.ts";
import type { S3Request } from "./request.ts";
import { nextRequestId, respond, respondError } from "./respond.ts";
import { operationOf } from "./routes.ts";
import { createSegments } from "./segments.ts";
import { readBucketProps } from "./template.ts";

/** The buckets of a run. S3 gets requests whole, as streams: objects are too large to pass around. */
export interface S3 extends Deployable {
  /** @param caller the function that signed the request; null for anyone else */
  readonly handle: (req: IncomingMessage, res: ServerResponse, caller: string | null) => Promise<void>;
  /** Removes the files of a run that keeps nothing. What is being read or written is cut off. */
  readonly close: () => void;
}

/** What S3 asks of the rest of a run. */
export interface S3Options {
  readonly storage: Storage;
  /** Where large objects are files. Default: a temporary directory, removed by `close`. */
  readonly directory?: string | undefined;
  /** Milliseconds since 1970. Default: the machine's. */
  readonly now?: (() => number) | undefined;
  /** The function to which an access key was given, and the key's secret; null for any other key. */
  readonly signerOf: (accessKey: string) => { readonly name: string; readonly secret: string } | null;
  /** Why a function may not do a call; null if it may. */
  readonly denial: (functionName: string, call: Call) => Error | null;
  /** Gets a line for each record that could not be read. Default: they are dropped. */
  readonly warn?: ((line: string) => void) | undefined;
  /** Bytes up to which objects stay in memory. Default: 256 KiB. */
  readonly smallBytes?: number | undefined;
  /** Bytes of all objects in memory; beyond, small ones are files too. Default: 128 MiB. */
  readonly memoryBytes?: number | undefined;
}

const SMALL_BYTES = 256 * 1024;
const MEMORY_BYTES = 128 * 1024 ** 2;

/** S3 in memory and, with a directory and a storage, on disk. */
export function createS3(options: S3Options): S3 {
  const { storage, signerOf, denial, now = Date.now, warn = () => {} } = options;
  const segments = createSegments({
    directory: options.directory,
    smallBytes: options.smallBytes ?? SMALL_BYTES,
    memoryBytes: options.memoryBytes ?? MEMORY_BYTES,
    written: storage.written,
  });
  const buckets = new Buckets(storage, segments, now, warn);
  const context: S3Context = { buckets, segments, now, signerOf, denial };

  const handle: S3["handle"] = async (req, res, caller) => {
    const requestId = nextRequestId();
    let cors: Readonly<Record<string, string>> = {};
    try {
      buckets.sweep();
      const request = parseRequest(req, caller);
      if (req.method === "OPTIONS") return preflight(res, request, requestId);
      cors = corsOf(request);
      authenticate(request);
      const answer = await operationOf(request)(context, request);
      // What is answered is kept.
      await storage.written();
      await respond(req, res, { ...answer, headers: { ...answer.headers, ...cors }, requestId }, segments);
    } catch (error) {
      if (res.headersSent || res.destroyed) return void res.destroy();
      if (!(error instanceof ServiceError)) warn(`s3: ${req.method} ${req.url}: ${String(error)}`);
      const known = error instanceof ServiceError ? error : internal(error);
      respondError(req, res, known, { requestId, headers: cors });
    }
  };

  /** Requests have to be signed, in a header or in their query; a form has its signature in its fields. */
  const authenticate = (request: S3Request): void => {
    if (request.query.has("X-Amz-Signature") || request.query.has("X-Amz-Algorithm")) {
      return checkPresigned(request, now(), (accessKey) => signerOf(accessKey)?.secret ?? null);
    }
    if (request.req.headers.authorization !== undefined || isForm(request)) return;
    throw accessDenied("Access Denied");
  };

  const corsOf = (request: S3Request): Readonly<Record<string, string>> => {
    const { origin } = request.req.headers;
    const rules = origin === undefined ? [] : (buckets.find(request.bucket)?.cors ?? []);
    return (origin !== undefined && corsHeaders(rules, { origin, method: request.method, headers: [] })) || {};
  };

  const preflight = (res: ServerResponse, request: S3Request, requestId: string): void => {
    const { rules, asked } = preflightOf(buckets.find(request.bucket)?.cors ?? [], request);
    const headers = corsHeaders(rules, asked);
    if (headers === null) throw corsForbidden(rules);
    res.writeHead(200, { ...headers, "x-amz-request-id": requestId, "content-length": 0 }).end();
  };

  const deploy: S3["deploy"] = ({ physicalId, properties }) => {
    const props = readBucketProps(physicalId, properties);
    const bucket = buckets.find(physicalId) ?? buckets.create(physicalId);
    bucket.cors = props.CorsConfiguration?.CorsRules ?? [];
    bucket.lifecycle = props.LifecycleConfiguration?.Rules ?? [];
  };

  return { handle, deploy, close: segments.close };
}

function isForm({ method, key, query }: S3Request): boolean {
  return method === "POST" && key === "" && !query.has("delete");
}

function preflightOf<R>(rules: R, { req }: S3Request): { readonly rules: R; readonly asked: CorsRequest } {
  const { origin, "access-control-request-method": method, "access-control-request-headers": names } = req.headers;
  if (origin === undefined || method === undefined) {
    throw new ServiceError("BadRequest", "Insufficient information. Origin request header needed.");
  }
  const headers = (names ?? "").split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
  return { rules, asked: { origin, method, headers } };
}

function internal(error: unknown): ServiceError {
  const message = error instanceof Error ? error.message : String(error);
  return new ServiceError("InternalError", `We encountered an internal error. Please try again. (${message})`, 500);
}
