import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ACCOUNT, REGION } from "../resource.ts";
import type { DeployedResource } from "../resource.ts";
import type { InvokeResult, RestApiServer } from "../types.ts";
import { createAuthorize, NOBODY } from "./authorization.ts";
import { endPolitely, readBody } from "./body.ts";
import { createControl } from "./control.ts";
import type { ApiMethod, InvokeFor, RestApiDefinition } from "./definition.ts";
import { createProxyEvent, createRequestContext, type RequestStamp } from "./event.ts";
import { type Refusal, refusals, renderRefusal } from "./gateway-responses.ts";
import { headerBytes, type Incoming, MAX_HEADER_BYTES, takeApart, valueOf } from "./incoming.ts";
import { type HttpResponse, readProxyResponse } from "./proxy-response.ts";
import { readRestApi } from "./read-template.ts";
import { createRouter, type Route } from "./router.ts";
import { createThrottle } from "./throttle.ts";

/** A response, or why there is none; null if the client has gone. */
type Outcome = { readonly response: HttpResponse } | { readonly refusal: Refusal } | null;

/**
 * Serves the REST API that a deployment's resources describe: API Gateway's data plane in front of `invoke`, and the
 * read operations of its control plane. `now` (ms) drives the stage's throttles. Throws for an API that it cannot serve
 * faithfully.
 */
export function createRestApi(
  resources: readonly DeployedResource[],
  invoke: InvokeFor,
  now: () => number = Date.now,
): RestApiServer {
  const api = readRestApi(resources);
  const route = createRouter(api.resources);
  const admits = createThrottle(api.stage, now);
  const authorize = createAuthorize(api, invoke, now);

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const stamp = createStamp();
    const incoming = takeApart(req, stamp.traceId, api.stage.name);
    const target = route(incoming.httpMethod, incoming.path);
    const outcome = await decide(req, incoming, target, stamp);
    if (outcome === null || res.destroyed) return;
    const response = "response" in outcome ? outcome.response : refuse(api, outcome.refusal, incoming, target, stamp);
    write(req, res, response, stamp);
  };

  const decide = async (
    req: IncomingMessage,
    incoming: Incoming,
    target: Route | null,
    stamp: RequestStamp,
  ): Promise<Outcome> => {
    if (headerBytes(req) > MAX_HEADER_BYTES) return { refusal: refusals.headersTooLarge };
    if (target === null) return { refusal: refusals.missingAuthenticationToken };
    const authorization = await authorize(target.method, req, incoming, methodArn(api, incoming));
    if (!authorization.allowed) return { refusal: authorization.refusal };
    if (!admits(target.resource, target.method)) return { refusal: refusals.throttled };
    const body = await readBody(req);
    if (body.kind === "aborted") return null;
    if (body.kind === "too large") return { refusal: refusals.bodyTooLarge };
    const context = createRequestContext(api, incoming, target, stamp, authorization.identity);
    const event = createProxyEvent(incoming, target, api.stage.variables, context, body.bytes, api.binaryMediaTypes);
    if (event === null) return { refusal: refusals.eventTooLarge };
    const path = `${api.id}/${api.stage.name}/${incoming.httpMethod}${target.resource.path}`;
    const source = `arn:aws:execute-api:${REGION}:${ACCOUNT}:${path}`;
    return integrate(target.method, event, source, incoming.accept);
  };

  const integrate = async (
    method: ApiMethod,
    event: string,
    source: string,
    accept: string | undefined,
  ): Promise<Outcome> => {
    const result = await invokeWithin(invoke, method, event, source);
    if (result === "timed out") return { refusal: refusals.integrationTimeout };
    if (result === "unreachable") return { refusal: refusals.functionUnreachable };
    if (result.throttled) return { refusal: refusals.functionThrottled };
    const response =
      result.functionError === null ? readProxyResponse(result.payload, accept, api.binaryMediaTypes) : null;
    return response === null ? { refusal: refusals.malformedProxyResponse } : { response };
  };

  return {
    handle: (req, res) => {
      // A client that resets its connection while an answer is written is no error of ours.
      res.on("error", () => {});
      serve(req, res).catch((error: unknown) => {
        console.error(`The embedded API Gateway failed on ${req.method} ${req.url}:`, error);
        if (res.headersSent) res.destroy();
        else res.writeHead(500, { "content-type": "application/json" }).end('{"message":"Internal server error"}');
      });
    },
    control: createControl(api),
  };
}

function methodArn(api: RestApiDefinition, { httpMethod, path }: Incoming): string {
  return `arn:aws:execute-api:${REGION}:${ACCOUNT}:${api.id}/${api.stage.name}/${httpMethod}${path}`;
}

function createStamp(): RequestStamp {
  const requestId = randomUUID();
  const hex = requestId.replaceAll("-", "");
  const receivedAt = new Date();
  const seconds = Math.floor(receivedAt.getTime() / 1000).toString(16);
  return {
    requestId,
    extendedRequestId: `${hex.slice(16)}=`,
    traceId: `Root=1-${seconds}-${hex.slice(0, 24)}`,
    receivedAt,
  };
}

/** Gives the function its 29 s (or what the integration says); what it answers later is lost, as on AWS. */
async function invokeWithin(
  invoke: InvokeFor,
  method: ApiMethod,
  event: string,
  source: string,
): Promise<InvokeResult | "timed out" | "unreachable"> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"timed out">((resolve) => {
    timer = setTimeout(resolve, method.timeoutMillis, "timed out");
  });
  try {
    return await Promise.race([invoke(method.functionArn, event, source), timeout]);
  } catch (error) {
    console.error(`The embedded API Gateway can't reach ${method.functionArn}:`, error);
    return "unreachable";
  } finally {
    clearTimeout(timer);
  }
}

function refuse(
  api: RestApiDefinition,
  refusal: Refusal,
  incoming: Incoming,
  target: Route | null,
  stamp: RequestStamp,
): HttpResponse {
  const { status, headers, body } = renderRefusal(refusal, api.gatewayResponses, {
    context: createRequestContext(api, incoming, target, stamp, NOBODY),
    stageVariables: api.stage.variables,
    requestParameter: (place, name) => {
      if (place === "header") return valueOf(incoming.headers, name);
      return place === "querystring" ? incoming.query?.last[name] : target?.pathParameters?.[name];
    },
  });
  return { status, headers, body: Buffer.from(body) };
}

function write(req: IncomingMessage, res: ServerResponse, response: HttpResponse, stamp: RequestStamp): void {
  const headers: string[] = [];
  for (const [name, value] of response.headers) headers.push(name, value);
  headers.push("x-amzn-RequestId", stamp.requestId, "x-amz-apigw-id", stamp.extendedRequestId);
  headers.push("X-Amzn-Trace-Id", stamp.traceId);
  if (response.status !== 204) headers.push("Content-Length", String(response.body.length));
  res.writeHead(response.status, headers);
  endPolitely(req, res, response.body);
}
