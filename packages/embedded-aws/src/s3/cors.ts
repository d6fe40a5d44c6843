import { ServiceError } from "../json-service.ts";
import type { CorsRule } from "./template.ts";

/** What a browser asks before, or with, a request from another origin. */
export interface CorsRequest {
  readonly origin: string;
  readonly method: string;
  /** Headers that it wants to send; of a preflight alone. */
  readonly headers: readonly string[];
}

/** The headers by which a bucket's rules let an origin read an answer; null where no rule does. */
export function corsHeaders(rules: readonly CorsRule[], request: CorsRequest): Readonly<Record<string, string>> | null {
  const rule = rules.find((one) => allows(one, request));
  if (rule === undefined) return null;
  const any = rule.AllowedOrigins.includes("*");
  return {
    "access-control-allow-origin": any ? "*" : request.origin,
    "access-control-allow-methods": rule.AllowedMethods.join(", "),
    ...(request.headers.length > 0 && { "access-control-allow-headers": request.headers.join(", ").toLowerCase() }),
    ...(rule.ExposedHeaders.length > 0 && { "access-control-expose-headers": rule.ExposedHeaders.join(", ") }),
    ...(rule.MaxAge !== undefined && { "access-control-max-age": String(rule.MaxAge) }),
    ...(!any && { "access-control-allow-credentials": "true" }),
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}

/** 403: what a preflight gets where no rule allows it. */
export function corsForbidden(rules: readonly CorsRule[]): ServiceError {
  const why =
    rules.length === 0
      ? "CORS is not enabled for this bucket."
      : "This CORS request is not allowed. This is usually because the evaluation of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
  return new ServiceError("AccessForbidden", `CORSResponse: ${why}`, 403);
}

function allows(rule: CorsRule, { origin, method, headers }: CorsRequest): boolean {
  return (
    rule.AllowedMethods.includes(method) &&
    rule.AllowedOrigins.some((pattern) => fits(pattern, origin)) &&
    headers.every((name) => rule.AllowedHeaders.some((pattern) => fits(pattern.toLowerCase(), name.toLowerCase())))
  );
}

/** A pattern has one `*` at the most. */
function fits(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star === -1) return pattern === text;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
}
