import type { IncomingMessage } from "node:http";
import { isForm } from "./body.ts";

/** What a request to the gateway is about. */
export interface Call {
  /** The service of the signature's scope, or what else tells: target, path. `s3` where nothing does. */
  readonly service: string;
  readonly operation: string | null;
  /** Null for an unsigned request. */
  readonly accessKey: string | null;
  readonly url: URL;
}

/** `Credential=KEY/DATE/REGION/SERVICE/aws4_request`; keys hold no slash. */
const CREDENTIAL = /(?:Credential=)?([^/\s]+)\/\d{8}\/[^/]*\/([^/]+)\/aws4_request/;

/** Prefixes of `X-Amz-Target`, for requests without a signature. */
const TARGETS: Readonly<Record<string, string>> = {
  AmazonSQS: "sqs",
  DynamoDB_20120810: "dynamodb",
  AWSStepFunctions: "states",
};

/** Beginnings of paths, for requests without a signature. */
const PATHS: readonly (readonly [string, string])[] = [
  ["/2015-03-31/functions", "lambda"],
  ["/v2/email/", "ses"],
  ["/restapis", "apigateway"],
  ["/schedules", "scheduler"],
  ["/schedule-groups", "scheduler"],
];

const ROOT = new URL("http://localhost/");

/** Tells service, operation and access key of a request to any AWS service. Form bodies are read elsewhere. */
export function identifyCall(req: IncomingMessage): Call {
  // What every call by JSON has; to parse it again each time costs as much as to tell the service.
  const url = req.url === "/" ? ROOT : new URL(req.url ?? "/", "http://localhost");
  const credential = req.headers.authorization ?? url.searchParams.get("X-Amz-Credential") ?? "";
  const [, accessKey, scope] = CREDENTIAL.exec(credential) ?? [];
  const [target, operation] = String(req.headers["x-amz-target"] ?? "").split(".");
  const byPath = PATHS.find(([path]) => url.pathname.startsWith(path))?.[1];
  const service = scope ?? TARGETS[target ?? ""] ?? byPath ?? (isForm(req.headers["content-type"]) ? "sts" : "s3");
  return { service, operation: operation ?? url.searchParams.get("Action"), accessKey: accessKey ?? null, url };
}
