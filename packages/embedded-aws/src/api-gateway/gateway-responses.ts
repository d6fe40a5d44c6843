import { isRecord } from "../values.ts";
import type { GatewayResponseDefinition } from "./definition.ts";
import { asHeaderText } from "./header-text.ts";

/** Why the gateway itself answers, by API Gateway's response types. */
export type RefusalType =
  | "ACCESS_DENIED"
  | "API_CONFIGURATION_ERROR"
  | "AUTHORIZER_FAILURE"
  | "BAD_REQUEST_PARAMETERS"
  | "DEFAULT_4XX"
  | "INTEGRATION_FAILURE"
  | "INTEGRATION_TIMEOUT"
  | "INVALID_API_KEY"
  | "INVALID_SIGNATURE"
  | "MISSING_AUTHENTICATION_TOKEN"
  | "REQUEST_TOO_LARGE"
  | "THROTTLED"
  | "UNAUTHORIZED";

/** An answer of the gateway's own, before the template's gateway responses have had their say. */
export interface Refusal {
  readonly type: RefusalType;
  readonly status: number;
  readonly message: string;
  /** The `x-amzn-ErrorType` header. */
  readonly errorType: string;
}

/** The gateway's refusals with the status, words and error type that AWS gives them. */
export const refusals = {
  missingAuthenticationToken: {
    type: "MISSING_AUTHENTICATION_TOKEN",
    status: 403,
    message: "Missing Authentication Token",
    errorType: "MissingAuthenticationTokenException",
  },
  /** No token, none that the authorizer's pattern fits, or one that it refused. */
  unauthorized: { type: "UNAUTHORIZED", status: 401, message: "Unauthorized", errorType: "UnauthorizedException" },
  /** The authorizer's policy does not allow the method. */
  accessDenied: {
    type: "ACCESS_DENIED",
    status: 403,
    message: "User is not authorized to access this resource",
    errorType: "AccessDeniedException",
  },
  /** The authorizer failed, or its answer is none. */
  authorizerFailed: {
    type: "AUTHORIZER_FAILURE",
    status: 500,
    message: "Internal server error",
    errorType: "AuthorizerConfigurationException",
  },
  invalidApiKey: { type: "INVALID_API_KEY", status: 403, message: "Forbidden", errorType: "ForbiddenException" },
  bodyTooLarge: {
    type: "REQUEST_TOO_LARGE",
    status: 413,
    message: "HTTP content length exceeded 10485760 bytes.",
    errorType: "RequestTooLargeException",
  },
  /** The body fits the gateway, but the event made of it does not fit Lambda. */
  eventTooLarge: {
    type: "REQUEST_TOO_LARGE",
    status: 413,
    message: "Request Too Long",
    errorType: "RequestTooLargeException",
  },
  /** AWS: request line and headers together are at most 10,240 bytes. */
  headersTooLarge: {
    type: "DEFAULT_4XX",
    status: 431,
    message: "HTTP header is larger than 10240 bytes.",
    errorType: "BadRequestException",
  },
  throttled: { type: "THROTTLED", status: 429, message: "Too Many Requests", errorType: "TooManyRequestsException" },
  integrationTimeout: {
    type: "INTEGRATION_TIMEOUT",
    status: 504,
    message: "Endpoint request timed out",
    errorType: "InternalServerErrorException",
  },
  /** A function that failed, or whose answer is no proxy response. */
  malformedProxyResponse: {
    type: "API_CONFIGURATION_ERROR",
    status: 502,
    message: "Internal server error",
    errorType: "InternalServerErrorException",
  },
  /** Lambda refused the invocation: reserved concurrency. A 500 on AWS unless INTEGRATION_FAILURE is mapped. */
  functionThrottled: {
    type: "INTEGRATION_FAILURE",
    status: 500,
    message: "Internal server error",
    errorType: "InternalServerErrorException",
  },
  /** The function does not exist or cannot be reached. */
  functionUnreachable: {
    type: "API_CONFIGURATION_ERROR",
    status: 500,
    message: "Internal server error",
    errorType: "InternalServerErrorException",
  },
} as const satisfies Record<string, Refusal>;

/** What a gateway response may quote from: `$context`, `$stageVariables` and the request's own parameters. */
export interface GatewayResponseScope {
  readonly context: Readonly<Record<string, unknown>>;
  readonly stageVariables: Readonly<Record<string, string>> | null;
  /** Resolves `method.request.header.X`, `.querystring.X` and `.path.X`. */
  readonly requestParameter: (place: string, name: string) => string | undefined;
}

/** A rendered answer. */
export interface RenderedResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}';

/** Renders a refusal: by the gateway response of its type, else DEFAULT_4XX or DEFAULT_5XX, else AWS's own JSON. */
export function renderRefusal(
  refusal: Refusal,
  responses: ReadonlyMap<string, GatewayResponseDefinition>,
  scope: GatewayResponseScope,
): RenderedResponse {
  const fallback = refusal.status >= 500 ? "DEFAULT_5XX" : "DEFAULT_4XX";
  const response = responses.get(refusal.type) ?? responses.get(fallback);
  const error = {
    message: refusal.message,
    messageString: JSON.stringify(refusal.message),
    responseType: refusal.type,
  };
  const scoped: GatewayResponseScope = { ...scope, context: { ...scope.context, error } };
  const [contentType, template] = pickTemplate(response);
  const headers = new Map<string, [string, string]>([["content-type", ["content-type", contentType]]]);
  headers.set("x-amzn-errortype", ["x-amzn-ErrorType", refusal.errorType]);
  for (const [target, mapping] of Object.entries(response?.parameters ?? {})) {
    const name = target.replace(/^gatewayresponse\.header\./u, "");
    const value = mapParameter(mapping, scoped);
    if (value !== undefined) headers.set(name.toLowerCase(), [name, asHeaderText(value)]);
  }
  return {
    status: response?.statusCode ?? refusal.status,
    headers: [...headers.values()],
    body: renderTemplate(template, scoped),
  };
}

function pickTemplate(response: GatewayResponseDefinition | undefined): readonly [string, string] {
  const templates = Object.entries(response?.templates ?? {});
  const json = templates.find(([type]) => type === "application/json");
  return json ?? templates[0] ?? ["application/json", DEFAULT_TEMPLATE];
}

function mapParameter(mapping: string, scope: GatewayResponseScope): string | undefined {
  if (mapping.startsWith("'") && mapping.endsWith("'")) return mapping.slice(1, -1);
  const request = /^method\.request\.(?<place>header|querystring|path)\.(?<name>.+)$/u.exec(mapping)?.groups;
  if (request !== undefined) return scope.requestParameter(request["place"] ?? "", request["name"] ?? "");
  if (mapping.startsWith("context.")) return lookUp(scope.context, mapping.slice("context.".length));
  if (mapping.startsWith("stageVariables.")) return scope.stageVariables?.[mapping.slice("stageVariables.".length)];
  return undefined;
}

/**
 * Substitutes `$context.a.b` and `$stageVariables.x`; there is no VTL in gateway responses. Unlike AWS, what comes
 * from the request is escaped as JSON text, so that a quote in a header cannot break the document.
 */
function renderTemplate(template: string, scope: GatewayResponseScope): string {
  return template.replaceAll(
    /\$(?<root>context|stageVariables)(?<path>(?:\.[A-Za-z_]\w*)+)/gu,
    (_match, root: string, path: string) => {
      const name = path.slice(1);
      if (name === "error.messageString") return lookUp(scope.context, name) ?? "";
      const value = root === "context" ? lookUp(scope.context, name) : scope.stageVariables?.[name];
      return JSON.stringify(value ?? "").slice(1, -1);
    },
  );
}

function lookUp(context: Readonly<Record<string, unknown>>, path: string): string | undefined {
  let value: unknown = context;
  for (const name of path.split(".")) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
