import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { createCallFaults } from "../faults/calls.ts";
import { serveFaults } from "../faults/endpoint.ts";
import type { FaultRig } from "../faults/rig.ts";
import { callsOf } from "../iam/calls.ts";
import type { Iam } from "../iam/index.ts";
import { refusalOf } from "../iam/refusal.ts";
import { identifyCall } from "./identify.ts";
import type { Call } from "./identify.ts";
import type { Log } from "../log.ts";
import { outboxPage } from "../ses/outbox.ts";
import type { Outbox } from "../ses/outbox.ts";
import type { S3 } from "../s3/s3.ts";
import type { AwsRequest, AwsResponse, AwsService } from "../types.ts";
import { messageOf } from "../values.ts";

/**
 * Sees every call to every service before it is served, and may answer it instead, or have it take effect and its answer get
 * lost. S3 calls come without their body.
 */
export type Guard = (request: AwsRequest) => AwsResponse | "lose-reply" | null;

export interface GatewayOptions {
  /** By the name of the signature's scope: `sqs`, `dynamodb`, ... */
  readonly services: Readonly<Record<string, AwsService>>;
  readonly s3: S3;
  readonly outbox: Outbox;
  /** The function to which an access key was given; null for any other. */
  readonly callerOf: (accessKey: string) => string | null;
  readonly iam: Iam;
  /** The state machine whose task waits with a token; null where none does. */
  readonly machineOf: (token: string) => string | null;
  readonly guard?: Guard | undefined;
  readonly rig: FaultRig;
  readonly log: Log;
}

/** The one address of the local AWS: tells services apart by the signature, as there is one host for all. */
export function createGateway(options: GatewayOptions): (req: IncomingMessage, res: ServerResponse) => void {
  const { services, s3, outbox, callerOf, guard, rig, log } = options;
  const faults = createCallFaults(rig);

  /** The answer; null where S3 has given it already, in a stream, or where there is to be none. */
  async function serve(req: IncomingMessage, res: ServerResponse): Promise<AwsResponse | null> {
    if (req.url?.startsWith("/_outbox")) return showOutbox(req, outbox);
    if (req.url === "/_faults") return serveFaults(req, rig);
    const call = identifyCall(req);
    const body = call.service === "s3" ? Buffer.alloc(0) : await buffer(req);
    const request = requestOf(req, call, body, call.accessKey === null ? null : callerOf(call.accessKey));

    const refused = guard?.(request) ?? unauthorized(request) ?? faults.refuse(request);
    if (refused !== null && refused !== "lose-reply") return refused;
    if (call.service === "s3") {
      await s3.handle(req, res, request.caller);
      return null;
    }
    const service = services[call.service];
    if (!service) return unknownService(request, Object.keys(services));
    const answer = await service(request);
    if (refused !== "lose-reply" && !faults.losesReply(request)) return answer;
    req.socket.destroy();
    return null;
  }

  /** Only functions come with an identity of the template; any other key is the account's owner's. */
  function unauthorized(request: AwsRequest): AwsResponse | null {
    if (request.caller === null) return null;
    const denied = options.iam.check({ kind: "function", name: request.caller }, callsOf(request, options.machineOf));
    return denied && refusalOf(request, denied);
  }

  return (req, res) => {
    serve(req, res).then(
      (answer) => answer && write(res, answer),
      (error: unknown) => failed(req, res, error, log),
    );
  };
}

function failed(req: IncomingMessage, res: ServerResponse, error: unknown, log: Log): void {
  // A client that went away in the middle of its request.
  if (!req.complete || res.headersSent) return void res.destroy();
  log.line("ERROR", "aws", `${req.method} ${req.url}: ${messageOf(error)}`);
  const body = JSON.stringify({ __type: "InternalFailure", message: messageOf(error) });
  write(res, { status: 500, headers: { "content-type": "application/json" }, body });
}

function requestOf(req: IncomingMessage, call: Call, body: Buffer, caller: string | null): AwsRequest {
  const headers = Object.entries(req.headers).map(([name, value]) => [name, String(value)]);
  const form = req.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  const operation = call.operation ?? (form ? new URLSearchParams(body.toString()).get("Action") : null);
  return {
    service: call.service,
    operation,
    method: req.method ?? "GET",
    path: call.url.pathname,
    query: call.url.searchParams,
    headers: Object.fromEntries(headers),
    body,
    caller,
  };
}

function write(res: ServerResponse, { status, headers, body }: AwsResponse): void {
  // Clients of every protocol show a request id; the services need not each make one.
  res.writeHead(status, { "x-amzn-requestid": randomUUID(), ...headers, "content-length": Buffer.byteLength(body) });
  res.end(body);
}

function unknownService(request: AwsRequest, known: readonly string[]): AwsResponse {
  const operation = request.operation ?? `${request.method} ${request.path}`;
  const services = [...known, "s3"].toSorted().join(", ");
  const message = `The local AWS does not serve ${request.service} (${operation}). It serves ${services}.`;
  if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    const error = `<Error><Type>Sender</Type><Code>UnknownService</Code><Message>${message}</Message></Error>`;
    return { status: 501, headers: { "content-type": "text/xml" }, body: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  const headers = { "content-type": "application/json", "x-amzn-errortype": "UnknownService" };
  return { status: 501, headers, body: JSON.stringify({ __type: "UnknownService", message }) };
}

function showOutbox(req: IncomingMessage, outbox: Outbox): AwsResponse {
  const mails = outbox.list();
  const url = new URL(req.url ?? "/", "http://localhost");
  const json = url.searchParams.get("format") === "json" || req.headers.accept?.includes("application/json");
  const headers = { "content-type": json ? "application/json" : "text/html; charset=utf-8" };
  return { status: 200, headers, body: json ? JSON.stringify(mails, null, 2) : outboxPage(mails) };
}
