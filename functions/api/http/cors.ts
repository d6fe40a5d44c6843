import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { ROUTES } from "../../../src/core/http/routes.ts";

type Middleware = MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult>;

/** Seconds for which a browser need not ask again: Chrome's most. */
const MAX_AGE = 7_200;

/** What requests may carry: bodies' types, SigV4's headers, tokens and keys, and those of the contract. */
const REQUEST_HEADERS = [
  "authorization",
  "content-type",
  "idempotency-key",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
  "x-api-key",
  "x-correlation-id",
];

/** What scripts may read of an answer besides its body. */
const ANSWER_HEADERS = ["location", "retry-after", "x-correlation-id"];

/**
 * Lets pages of `origins` call the API: answers the browser's preflight, and names the origin on answers. Others get
 * the answers too, but their browsers keep them from the page: who may call is for the authorizer to say.
 */
export function cors(origins: readonly string[]): Middleware {
  const headersFor = (event: APIGatewayProxyEvent): Record<string, string> => {
    const origin = originOf(event);
    if (!origins.includes(origin)) return { vary: "origin" };
    const expose = ANSWER_HEADERS.join(", ");
    return { vary: "origin", "access-control-allow-origin": origin, "access-control-expose-headers": expose };
  };
  const finish: NonNullable<Middleware["after"]> = ({ event, response }) => {
    if (response && origins.length > 0) response.headers = { ...response.headers, ...headersFor(event) };
  };
  return {
    before: ({ event }) => {
      if (event.httpMethod !== "OPTIONS" || origins.length === 0) return undefined;
      return { statusCode: 204, headers: { ...headersFor(event), ...preflight(event) }, body: "" };
    },
    after: finish,
    onError: finish,
  };
}

/** The methods of a path that is no route are asked for in vain: the answer to the request itself says 404. */
function preflight({ resource }: APIGatewayProxyEvent): Record<string, string> {
  const methods = ROUTES.filter((route) => route.path === resource).map((route) => route.method);
  return {
    "access-control-allow-methods": [...new Set(methods), "OPTIONS"].join(", "),
    "access-control-allow-headers": REQUEST_HEADERS.join(", "),
    "access-control-max-age": String(MAX_AGE),
  };
}

function originOf(event: APIGatewayProxyEvent): string {
  const entry = Object.entries(event.headers ?? {}).find(([name]) => name.toLowerCase() === "origin");
  return entry?.[1] ?? "";
}
