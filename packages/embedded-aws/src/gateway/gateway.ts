import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createCallFaults } from "../faults/calls.ts";
import { serveFaults } from "../faults/endpoint.ts";
import type { FaultRig } from "../faults/rig.ts";
import type { Log } from "../log.ts";
import { outboxPage } from "../ses/outbox.ts";
import type { Outbox } from "../ses/outbox.ts";
import type { S3 } from "../s3/index.ts";
import { createVolatileStorage } from "../storage/storage.ts";
import type { Storage } from "../storage/storage.ts";
import type { AwsRequest, AwsResponse, ServeDirect } from "../types.ts";
import { messageOf } from "../values.ts";
import { inputOf, isForm, readBody } from "./body.ts";
import { identifyCall } from "./identify.ts";
import type { Call } from "./identify.ts";
import { createRequestIds } from "./request-id.ts";
import { createCallServer } from "./serve-call.ts";
import type { CallOptions } from "./serve-call.ts";

/**
 * Sees every call to every service before it is served, and may answer it instead, or have it take effect and its
 * answer get lost. S3 calls come without their body.
 */
export type Guard = (request: AwsRequest) => AwsResponse | "lose-reply" | null;

export interface GatewayOptions extends Omit<CallOptions, "faults" | "storage"> {
  readonly s3: S3;
  readonly outbox: Outbox;
  /** The function to which an access key was given; null for any other. */
  readonly callerOf: (accessKey: string) => string | null;
  readonly rig: FaultRig;
  readonly log: Log;
  /** What answers wait for. Default: nothing outlives the process. */
  readonly storage?: Storage | undefined;
}

/** The one address of the local AWS. */
export interface Gateway {
  /** Tells services apart by the signature, as there is one host for all. */
  readonly handle: RequestListener;
  /**
   * The same without HTTP, for functions: whose connection it is says who calls. S3, whose bodies are streams, is
   * served over HTTP only.
   */
  readonly direct: ServeDirect;
}

const NO_BODY = Buffer.alloc(0);
const NO_QUERY = new URLSearchParams();
const DIRECT_HEADERS = { "content-type": "application/x-amz-json-1.0" };

export function createGateway(options: GatewayOptions): Gateway {
  const { s3, outbox, callerOf, rig, log } = options;
  const faults = createCallFaults(rig);
  const calls = createCallServer({ ...options, faults, storage: options.storage ?? createVolatileStorage() });
  const nextId = createRequestIds();

  /** The answer; null where S3 has given it already, in a stream, or where there is to be none. */
  async function serve(req: IncomingMessage, res: ServerResponse): Promise<AwsResponse | null> {
    if (req.url?.startsWith("/_outbox")) return showOutbox(req, outbox);
    if (req.url === "/_faults") return serveFaults(req, rig);
    const call = identifyCall(req);
    const caller = call.accessKey === null ? null : callerOf(call.accessKey);
    if (call.service === "s3") return serveS3(req, res, requestOf(req, call, NO_BODY, caller));
    const answer = await calls.serve(requestOf(req, call, await readBody(req), caller));
    if (answer !== "lose-reply") return answer;
    req.socket.destroy();
    return null;
  }

  async function serveS3(req: IncomingMessage, res: ServerResponse, request: AwsRequest): Promise<AwsResponse | null> {
    const verdict = calls.judge(request);
    if (verdict !== null && verdict !== "lose-reply") return verdict;
    await s3.handle(req, res, request.caller);
    return null;
  }

  const direct: ServeDirect = async ({ service, target, body, caller }) => {
    const dot = target.indexOf(".");
    const answer = await calls.serve({
      service,
      operation: dot < 0 ? null : target.slice(dot + 1),
      method: "POST",
      path: "/",
      query: NO_QUERY,
      headers: { ...DIRECT_HEADERS, "x-amz-target": target },
      body,
      input: inputOf(service, DIRECT_HEADERS["content-type"], body),
      caller,
    });
    if (answer === "lose-reply") return answer;
    return { ...answer, headers: { "x-amzn-requestid": nextId(), ...answer.headers } };
  };

  const handle: RequestListener = (req, res) => {
    serve(req, res).then(
      (answer) => answer && write(res, answer, nextId()),
      (error: unknown) => failed(req, res, error),
    );
  };

  function failed(req: IncomingMessage, res: ServerResponse, error: unknown): void {
    // A client that went away in the middle of its request.
    if (!req.complete || res.headersSent) return void res.destroy();
    log.line("ERROR", "aws", `${req.method} ${req.url}: ${messageOf(error)}`);
    const body = JSON.stringify({ __type: "InternalFailure", message: messageOf(error) });
    write(res, { status: 500, headers: { "content-type": "application/json" }, body }, nextId());
  }

  return { handle, direct };
}

function requestOf(req: IncomingMessage, call: Call, body: Buffer, caller: string | null): AwsRequest {
  const headers: Record<string, string> = {};
  for (const name in req.headers) headers[name] = String(req.headers[name]);
  const contentType = headers["content-type"] ?? "";
  const input = inputOf(call.service, contentType, body);
  const action = isForm(contentType) ? input["Action"] : undefined;
  return {
    service: call.service,
    operation: call.operation ?? (typeof action === "string" ? action : null),
    method: req.method ?? "GET",
    // A URL takes dots out of a path, and a key may have them: S3 goes by what was sent.
    path: call.service === "s3" ? (req.url ?? "/").replace(/\?.*$/s, "") : call.url.pathname,
    query: call.url.searchParams,
    headers,
    body,
    input,
    caller,
  };
}

/** Clients of every protocol show a request id; the services need not each make one. */
function write(res: ServerResponse, { status, headers, body }: AwsResponse, requestId: string): void {
  res.writeHead(status, { "x-amzn-requestid": requestId, ...headers, "content-length": Buffer.byteLength(body) });
  res.end(body);
}

function showOutbox(req: IncomingMessage, outbox: Outbox): AwsResponse {
  const mails = outbox.list();
  const url = new URL(req.url ?? "/", "http://localhost");
  const json = url.searchParams.get("format") === "json" || req.headers.accept?.includes("application/json");
  const headers = { "content-type": json ? "application/json" : "text/html; charset=utf-8" };
  return { status: 200, headers, body: json ? JSON.stringify(mails, null, 2) : outboxPage(mails) };
}
