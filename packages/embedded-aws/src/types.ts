import type { IncomingMessage, ServerResponse } from "node:http";

/** How an invocation ended, in the terms of Lambda's Invoke. */
export interface InvokeResult {
  /** The function's answer, or the error document (`errorType`, `errorMessage`, `trace`), as JSON text. */
  readonly payload: string;
  /** Null where the function returned. */
  readonly functionError: "Handled" | "Unhandled" | null;
  /** True if reserved concurrency refused it: the function did not run. */
  readonly throttled: boolean;
  /** True if the function's timeout ended it. */
  readonly timedOut: boolean;
}

/**
 * Invokes a function synchronously, by name or ARN, with a JSON payload of up to 6 MB. Throws for an unknown function.
 */
export type Invoke = (functionNameOrArn: string, payload: string) => Promise<InvokeResult>;

/** The data plane of a REST API, and the operations of its control plane. */
export interface RestApiServer {
  readonly handle: (req: IncomingMessage, res: ServerResponse) => void;
  readonly control: AwsService;
}

/** A call to an AWS service as it reached the gateway. */
export interface AwsRequest {
  /** The service of the signature's scope: `sqs`, `dynamodb`, `states`, ... */
  readonly service: string;
  /** From `X-Amz-Target` or the `Action` of a query; null where method and path say what is asked. */
  readonly operation: string | null;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; repeated ones joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /**
   * The body, read once: members of a JSON object, or fields of a form. Empty for S3 and Lambda, whose bodies are
   * payloads, and for what is no object.
   */
  readonly input: Readonly<Record<string, unknown>>;
  /** The function whose credentials signed the call; null for anyone else's. */
  readonly caller: string | null;
}

/** What goes back; `content-length` is added by the gateway. */
export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A service behind the gateway. It answers errors itself, in its own protocol's shape. */
export type AwsService = (request: AwsRequest) => Promise<AwsResponse>;

/**
 * A call that a function makes over its environment's own connection, without HTTP: for services that take a target and
 * JSON.
 */
export interface DirectCall {
  readonly service: string;
  /** As in `X-Amz-Target`, such as `DynamoDB_20120810.GetItem`. */
  readonly target: string;
  readonly body: Buffer;
  /** The function whose connection it is. */
  readonly caller: string;
}

/**
 * Serves a direct call as the gateway serves the same over HTTP. `lose-reply`: it took effect, and its answer is to get
 * lost.
 */
export type ServeDirect = (call: DirectCall) => Promise<AwsResponse | "lose-reply">;
