import { ResponseType, type RestApi } from "aws-cdk-lib/aws-apigateway";
import type { AuthConfig } from "../auth-config.ts";
import type { StageConfig } from "../config.ts";

/** An answer that API Gateway gives without asking a function. */
interface Problem {
  readonly type: ResponseType;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

const forbidden = (detail: string) => ({ status: 403, title: "Forbidden", detail });
const invalid = (detail: string) => ({ status: 400, title: "Bad Request", detail });
const limited = (detail: string) => ({ status: 429, title: "Too Many Requests", detail });

/**
 * Every kind of answer that the gateway makes itself. The texts are ours, word for word: `$context.error.message` names
 * ARNs where access is denied, and is no JSON without care. A status that is not set in DEFAULT_* would differ from the
 * one in the body.
 */
export function gatewayProblems(auth: AuthConfig["kind"]): readonly Problem[] {
  const unsigned =
    auth === "iam"
      ? { status: 403, title: "Forbidden", detail: "The request is not signed. Sign it with AWS Signature Version 4." }
      : { status: 404, title: "Not Found", detail: "There is no such route." };
  const broken = {
    status: 500,
    title: "Internal Server Error",
    detail: "The gateway could not answer. Try again later.",
  };
  const unsure = {
    status: 503,
    title: "Service Unavailable",
    detail: "Who makes the request cannot be found out at the moment. Try again later.",
  };
  const late = {
    status: 504,
    title: "Gateway Timeout",
    detail: "The answer took too long. Try again, or ask for less.",
  };
  return [
    { type: ResponseType.ACCESS_DENIED, ...forbidden("The caller may not use this route.") },
    { type: ResponseType.API_CONFIGURATION_ERROR, ...broken },
    // The authorizer could not have the issuer's keys: that is no verdict on the token.
    { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, ...unsure },
    { type: ResponseType.AUTHORIZER_FAILURE, ...unsure },
    { type: ResponseType.BAD_REQUEST_BODY, ...invalid("The body is not what this route takes.") },
    { type: ResponseType.BAD_REQUEST_PARAMETERS, ...invalid("The parameters are not what this route takes.") },
    { type: ResponseType.DEFAULT_4XX, ...invalid("The gateway cannot read the request.") },
    { type: ResponseType.DEFAULT_5XX, ...broken },
    { type: ResponseType.EXPIRED_TOKEN, ...forbidden("The credentials that signed the request have expired.") },
    // What Lambda's refusal comes out as where a function's concurrency is used up; of other causes a client can do no
    // more either.
    { type: ResponseType.INTEGRATION_FAILURE, ...limited("Too many requests at once. Try again in a moment.") },
    { type: ResponseType.INTEGRATION_TIMEOUT, ...late },
    { type: ResponseType.INVALID_API_KEY, ...forbidden("The API key is not valid here.") },
    { type: ResponseType.INVALID_SIGNATURE, ...forbidden("The request's signature does not match the request.") },
    { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, ...unsigned },
    { type: ResponseType.QUOTA_EXCEEDED, ...limited("The caller's quota is used up. Try again when it is renewed.") },
    {
      type: ResponseType.REQUEST_TOO_LARGE,
      status: 413,
      title: "Content Too Large",
      detail: "The body is above 4 MB. Upload larger documents by way of POST /documents/uploads.",
    },
    { type: ResponseType.RESOURCE_NOT_FOUND, status: 404, title: "Not Found", detail: "There is no such route." },
    { type: ResponseType.THROTTLED, ...limited("Too many requests at once. Try again in a moment.") },
    {
      type: ResponseType.UNAUTHORIZED,
      status: 401,
      title: "Unauthorized",
      detail: "The request carries no valid credentials.",
    },
    {
      type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
      status: 415,
      title: "Unsupported Media Type",
      detail: "This route does not take a body of that content type.",
    },
    { type: ResponseType.WAF_FILTERED, ...forbidden("The request was refused by a firewall rule.") },
  ];
}

/** Makes the gateway answer as the functions do: in application/problem+json. */
export function addGatewayProblems(api: RestApi, { auth, corsOrigins }: StageConfig): void {
  for (const { type, status, title, detail } of gatewayProblems(auth.kind)) {
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(status),
      responseHeaders: { "content-type": "'application/problem+json'", ...corsHeaders(corsOrigins) },
      // The key chooses the template by the request's Accept; the header above says what the answer is.
      templates: { "application/json": JSON.stringify({ type: "about:blank", title, status, detail }) },
    });
  }
}

/**
 * What lets pages read why the gateway refused them. It cannot choose among several origins, so it names the one that
 * asks, whether it is on the list or not: there is nothing in these answers but the texts above, and no cookies are in
 * play.
 */
function corsHeaders(origins: StageConfig["corsOrigins"]): Record<string, string> {
  const [only] = origins;
  if (only === undefined) return {};
  const origin = origins.length === 1 ? `'${only}'` : "method.request.header.Origin";
  return { "access-control-allow-origin": origin, vary: "'origin'" };
}
