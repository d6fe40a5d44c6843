import type { InvokeResult } from "../types.ts";

/**
 * Invokes a function for what calls it, a method or an authorizer, which its ARN names. Throws where the function
 * cannot be reached.
 */
export type InvokeFor = (functionArn: string, event: string, sourceArn: string) => Promise<InvokeResult>;

/** A REST API as its template describes it: what the router, the gateway responses and the control plane work from. */
export interface RestApiDefinition {
  readonly id: string;
  readonly name: string;
  readonly binaryMediaTypes: readonly string[];
  readonly stage: ApiStage;
  /** The root first, parents before their children. */
  readonly resources: readonly ApiResource[];
  readonly apiKeys: readonly ApiKeyDefinition[];
  /** By response type, such as `THROTTLED` or `DEFAULT_4XX`. */
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponseDefinition>;
}

/** The one stage that is served. */
export interface ApiStage {
  readonly name: string;
  readonly deploymentId: string;
  readonly variables: Readonly<Record<string, string>> | null;
  readonly methodSettings: readonly MethodSetting[];
}

/** A throttle for the methods that match; `*` and `/*` stand for all of them. */
export interface MethodSetting {
  readonly httpMethod: string;
  readonly resourcePath: string;
  /** Requests per second; null where the setting is about something else. */
  readonly rateLimit: number | null;
  /** Requests at once. */
  readonly burstLimit: number | null;
}

/** One path of the API. */
export interface ApiResource {
  readonly id: string;
  /** Null for the root. */
  readonly parentId: string | null;
  /** `tasks`, `{task_id}`, `{proxy+}`; empty for the root. */
  readonly pathPart: string;
  /** `/tasks/{task_id}`. */
  readonly path: string;
  /** By HTTP method; `ANY` for the seven that API Gateway understands. */
  readonly methods: ReadonlyMap<string, ApiMethod>;
}

/** One method of a resource and the function behind it. */
export interface ApiMethod {
  readonly httpMethod: string;
  readonly authorization: "NONE" | "AWS_IAM" | "CUSTOM";
  /** The authorizer of a method with CUSTOM. */
  readonly authorizer: TokenAuthorizer | null;
  readonly apiKeyRequired: boolean;
  readonly functionArn: string;
  readonly timeoutMillis: number;
}

/** A Lambda that judges a request by a header of its own (an authorizer of type TOKEN). */
export interface TokenAuthorizer {
  readonly id: string;
  readonly functionArn: string;
  /** The header that holds the token, in lower case. */
  readonly header: string;
  /** What a token must look like to be shown to the function at all. */
  readonly pattern: RegExp | null;
  /** Seconds for which its answer to a token holds; 0: each request asks. */
  readonly ttl: number;
}

/** A key of the API's, as API Gateway made it. */
export interface ApiKeyDefinition {
  readonly id: string;
  /** What clients send as `x-api-key`. */
  readonly value: string;
}

/** What replaces an error of the gateway's own. */
export interface GatewayResponseDefinition {
  readonly statusCode: number | null;
  /** `gatewayresponse.header.X` to `'static'` or a mapping such as `context.requestId`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** By content type. */
  readonly templates: Readonly<Record<string, string>>;
}
