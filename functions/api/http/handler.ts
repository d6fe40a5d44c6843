import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import middy from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { readAuth, readCorsOrigins } from "../../../src/aws/env.ts";
import { type Services, createServices } from "../../../src/aws/services.ts";
import type { Auth } from "../../../src/core/http/auth.ts";
import type { Caller, Right } from "../../../src/core/record/caller.ts";
import { MAX_BODY, MB } from "../../../src/core/limits.ts";
import { Problem, invalidInput } from "../../../src/core/http/problem.ts";
import { IDEMPOTENCY_KEY } from "../../../src/core/http/requests.ts";
import { ROUTES } from "../../../src/core/http/routes.ts";
import { logLine } from "../../../src/log.ts";
import { callerOf, demandRight } from "./caller.ts";
import { cors } from "./cors.ts";
import type { ApiAnswer, ApiRequest, Operation } from "./request.ts";
import { correlation, problems } from "./middleware.ts";

/** Characters of an answer that goes as text unseen: in Lambda's JSON each takes 3 bytes at the most, a quote 2. */
const SHORT_ANSWER = 1 * MB;
/**
 * Bytes of an answer's text in Lambda's JSON: with its headers (10 KB at the most) it must fit the 6,291,556 B that a
 * function answers.
 */
const MAX_TEXT = 6_000_000;

/** What tells nothing of tasks: whether the stage is up, and what it takes. */
const NEEDS_NO_RIGHT: ReadonlySet<string> = new Set(["/health", "/openapi.json"]);

/**
 * The handler of one API function. Everything that operations have in common happens around them here and in the
 * middleware.
 * @param operations by the names of their routes. @param right what a caller needs for any of them.
 */
export function createHandler(
  operations: Readonly<Record<string, Operation>>,
  right: Right,
): middy.MiddyfiedHandler<APIGatewayProxyEvent, APIGatewayProxyResult> {
  const services = createServices(fileURLToPath(new URL(".", import.meta.url)));
  const auth = readAuth();
  const routes = new Map(ROUTES.map((route) => [`${route.method} ${route.path}`, operations[route.name]]));
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(cors(readCorsOrigins()))
    .use(correlation())
    .use(problems())
    .handler((event) => serve(event, routes, services, { auth, right }));
}

async function serve(
  event: APIGatewayProxyEvent,
  routes: ReadonlyMap<string, Operation | undefined>,
  services: Services,
  access: { readonly auth: Auth; readonly right: Right },
): Promise<APIGatewayProxyResult> {
  const operation = routes.get(`${event.httpMethod} ${event.resource}`);
  if (operation === undefined) throw unknownRoute(event);
  const started = performance.now();
  const caller = callerOf(event, access.auth);
  if (!NEEDS_NO_RIGHT.has(event.resource)) demandRight(caller, access.right);
  const request = readRequest(event, caller);
  const answered = await operation(request, services);
  const fields = {
    method: event.httpMethod,
    route: event.resource,
    status: answered.status,
    milliseconds: Math.round(performance.now() - started),
  };
  logLine("INFO", "answered", { correlation_id: request.correlationId }, fields);
  return toResult(answered, baseOf(event));
}

/** Neither the path nor, where the path is known, the method. */
function unknownRoute(event: APIGatewayProxyEvent): Problem {
  const allowed = ROUTES.filter((route) => route.path === event.resource).map((route) => route.method);
  if (allowed.length === 0)
    return new Problem(404, "unknown_route", "There is nothing at this path. GET /openapi.json lists what there is.");
  const allow = [...new Set(allowed)].join(", ");
  return new Problem(405, "method_not_allowed", `This path takes ${allow} only.`, { headers: { allow } });
}

function readRequest(event: APIGatewayProxyEvent, caller: Caller): ApiRequest {
  const headers = Object.fromEntries(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? ""]),
  );
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (body.length > MAX_BODY) {
    const detail = `The body has ${body.length} bytes; ${MAX_BODY} are allowed. Larger files go through POST /documents/uploads.`;
    throw new Problem(413, "too_large", detail);
  }
  return {
    // At a domain name with a base path the event's path has it too; a key is remembered by the route's own.
    path: event.requestContext.path.slice(baseOf(event).length),
    params: Object.fromEntries(Object.entries(event.pathParameters ?? {}).map(([name, value]) => [name, value ?? ""])),
    query: readQuery(event),
    headers,
    body,
    correlationId: headers["x-correlation-id"] ?? randomUUID(),
    caller,
    idempotencyKey: readIdempotencyKey(headers["idempotency-key"]),
  };
}

function readQuery(event: APIGatewayProxyEvent): Record<string, string> {
  const entries = Object.entries(event.multiValueQueryStringParameters ?? {}).map(([name, values]) => {
    if ((values?.length ?? 0) > 1) throw invalidInput([{ path: `/${name}`, message: "is given more than once" }]);
    return [name, values?.[0] ?? ""];
  });
  return Object.fromEntries(entries);
}

function readIdempotencyKey(key: string | undefined): string | null {
  if (key === undefined) return null;
  if (IDEMPOTENCY_KEY.test(key)) return key;
  throw new Problem(400, "invalid_idempotency_key", "An Idempotency-Key is 1 to 255 visible ASCII characters.");
}

/**
 * What paths begin with where the request came: the stage (`/v1`) at API Gateway's own URL, the mapping's base path at
 * a domain name of one's own, nothing where there is none. The gateway tells the whole path, and the route's is known.
 */
function baseOf({ resource, requestContext }: APIGatewayProxyEvent): string {
  const segmentsOf = (path: string): string[] => path.split("/").filter(Boolean);
  const whole = segmentsOf(requestContext.path);
  const base = whole.slice(0, Math.max(0, whole.length - segmentsOf(resource).length));
  return base.map((segment) => `/${segment}`).join("");
}

function toResult({ status, json, headers: given }: ApiAnswer, base: string): APIGatewayProxyResult {
  const { location } = given ?? {};
  const headers = location?.startsWith("/") === true ? { ...given, location: base + location } : given;
  const text = fitsAsText(json);
  return {
    statusCode: status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: text ? json : Buffer.from(json).toString("base64"),
    isBase64Encoded: !text,
  };
}

/**
 * Quotes and backslashes double in Lambda's JSON, which base64 spares them: it takes a third more, whatever it is made
 * of.
 */
function fitsAsText(json: string): boolean {
  return json.length <= SHORT_ANSWER || Buffer.byteLength(JSON.stringify(json)) <= MAX_TEXT;
}
