import { ACCOUNT } from "../resource.ts";
import type { Identity } from "./authorization.ts";
import type { ApiStage } from "./definition.ts";
import type { Incoming } from "./incoming.ts";
import type { Route } from "./router.ts";

/** Lambda takes 6 MB of event and the quotes around it: 6,291,556 bytes. The same bound holds for its answer. */
export const MAX_LAMBDA_BYTES = 6_291_556;

/** What requests are numbered and dated with. */
export interface RequestStamp {
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly traceId: string;
  readonly receivedAt: Date;
}

/** `$context`, and an event's `requestContext`. Without a route, it lacks the resource. */
export function createRequestContext(
  api: { readonly id: string; readonly stage: ApiStage },
  incoming: Incoming,
  route: Route | null,
  stamp: RequestStamp,
  { accessKey, apiKey, authorizer }: Identity,
): Readonly<Record<string, unknown>> {
  return {
    ...(route === null ? {} : { resourceId: route.resource.id, resourcePath: route.resource.path }),
    httpMethod: incoming.httpMethod,
    extendedRequestId: stamp.extendedRequestId,
    requestTime: commonLogTime(stamp.receivedAt),
    path: incoming.base + incoming.rawPath,
    accountId: ACCOUNT,
    protocol: incoming.protocol,
    stage: api.stage.name,
    domainPrefix: incoming.host.split(".", 1)[0],
    requestTimeEpoch: stamp.receivedAt.getTime(),
    requestId: stamp.requestId,
    identity: {
      cognitoIdentityPoolId: null,
      accountId: accessKey === null ? null : ACCOUNT,
      cognitoIdentityId: null,
      caller: null,
      sourceIp: incoming.sourceIp,
      principalOrgId: null,
      accessKey,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      // Every key is a user of its own.
      userArn: accessKey === null ? null : `arn:aws:iam::${ACCOUNT}:user/${accessKey}`,
      userAgent: incoming.userAgent,
      user: accessKey,
      ...(apiKey === null ? {} : { apiKey: apiKey.value, apiKeyId: apiKey.id }),
    },
    ...(authorizer === null ? {} : { authorizer }),
    domainName: incoming.host,
    deploymentId: api.stage.deploymentId,
    apiId: api.id,
  };
}

/** The proxy event (payload format 1.0) as JSON text; null if it is more than Lambda takes. */
export function createProxyEvent(
  incoming: Incoming,
  route: Route,
  stageVariables: ApiStage["variables"],
  requestContext: Readonly<Record<string, unknown>>,
  body: Buffer,
  binaryMediaTypes: readonly string[],
): string | null {
  const isBinary = body.length > 0 && isBinaryType(incoming.contentType, binaryMediaTypes);
  // Base64 makes 4 characters of 3 bytes; what cannot fit is not worth encoding.
  if (body.length > MAX_LAMBDA_BYTES || (isBinary && body.length * (4 / 3) > MAX_LAMBDA_BYTES)) return null;
  const event = JSON.stringify({
    resource: route.resource.path,
    path: incoming.path,
    httpMethod: incoming.httpMethod,
    headers: incoming.headers.last,
    multiValueHeaders: incoming.headers.all,
    queryStringParameters: incoming.query?.last ?? null,
    multiValueQueryStringParameters: incoming.query?.all ?? null,
    pathParameters: route.pathParameters,
    stageVariables,
    requestContext,
    body: body.length === 0 ? null : body.toString(isBinary ? "base64" : "utf8"),
    isBase64Encoded: isBinary,
  });
  return fitsLambda(event) ? event : null;
}

/** Whether JSON text fits Lambda's 6 MB; counts bytes only where characters leave it open. */
export function fitsLambda(text: string): boolean {
  return text.length * 3 <= MAX_LAMBDA_BYTES || Buffer.byteLength(text) <= MAX_LAMBDA_BYTES;
}

/** Whether a content type is among the API's binary ones: the same type, its main type with `*`, or every type. */
export function isBinaryType(contentType: string | undefined, binaryMediaTypes: readonly string[]): boolean {
  if (binaryMediaTypes.length === 0) return false;
  if (binaryMediaTypes.includes("*/*")) return true;
  const type = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return binaryMediaTypes.includes(type) || binaryMediaTypes.includes(`${type.split("/", 1)[0]}/*`);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `22/Nov/2026:11:05:00 +0000`. */
function commonLogTime(date: Date): string {
  const iso = date.toISOString();
  return `${iso.slice(8, 10)}/${MONTHS[date.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
