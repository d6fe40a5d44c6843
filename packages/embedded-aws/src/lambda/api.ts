import { randomUUID } from "node:crypto";
import type { Functions } from "./functions.ts";
import { MAX_SYNC_BYTES } from "./functions.ts";
import type { FunctionConfig } from "./config.ts";
import type { Log } from "../log.ts";
import type { AwsResponse, AwsService } from "../types.ts";
import { messageOf, parseJson } from "../values.ts";

/** Bytes of an event that is invoked asynchronously (Lambda quota: 1 MB). */
const MAX_ASYNC_BYTES = 1_048_576;

const ROUTE = /^\/2015-03-31\/functions(?:\/?|\/([^/]+)(?:\/(invocations))?)$/;

/** Lambda's ListFunctions, GetFunction and Invoke (RequestResponse, Event, DryRun). */
export function createLambda(functions: Functions, log: Log): AwsService {
  async function invoke(config: FunctionConfig, type: string, body: Buffer): Promise<AwsResponse> {
    const payload = body.length === 0 ? "{}" : body.toString();
    const limit = type === "Event" ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
    if (body.length > limit) {
      const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
      return failure(413, "RequestTooLargeException", message);
    }
    if (parseJson(payload) === undefined) {
      return failure(400, "InvalidRequestContentException", "Could not parse request body into json.");
    }
    if (type === "DryRun") return { status: 204, headers: {}, body: "" };
    if (type === "Event") {
      functions
        .invoke(config.name, payload)
        .catch((error: unknown) => log.line("ERROR", config.name, messageOf(error)));
      return { status: 202, headers: {}, body: "" };
    }
    const result = await functions.invoke(config.name, payload);
    if (result.throttled) return failure(429, "TooManyRequestsException", "Rate Exceeded.");
    const error = result.functionError === null ? {} : { "x-amz-function-error": result.functionError };
    const headers = { "content-type": "application/json", "x-amz-executed-version": "$LATEST", ...error };
    return { status: 200, headers, body: result.payload };
  }

  return async ({ method, path, headers, body }) => {
    const [matched, name, invocations] = ROUTE.exec(path) ?? [];
    if (matched === undefined)
      return failure(404, "UnknownOperationException", `The local Lambda does not serve ${method} ${path}.`);
    if (name === undefined) return answer({ Functions: functions.list().map(describe) });

    const config = functions.find(decodeURIComponent(name));
    if (!config) return failure(404, "ResourceNotFoundException", `Function not found: ${decodeURIComponent(name)}`);
    if (invocations !== undefined) return invoke(config, headers["x-amz-invocation-type"] ?? "RequestResponse", body);
    return answer({ Configuration: describe(config), Code: { Location: `file://${config.directory}` }, Tags: {} });
  };
}

function describe(config: FunctionConfig): object {
  return {
    FunctionName: config.name,
    FunctionArn: config.arn,
    Runtime: config.runtime,
    Handler: config.handler,
    MemorySize: config.memory,
    Timeout: config.timeout,
    Version: "$LATEST",
    State: "Active",
    PackageType: "Zip",
    Environment: { Variables: config.variables },
  };
}

function answer(body: object): AwsResponse {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function failure(status: number, type: string, message: string): AwsResponse {
  const headers = { "content-type": "application/json", "x-amzn-errortype": type, "x-amzn-requestid": randomUUID() };
  return { status, headers, body: JSON.stringify({ Type: "User", Message: message, message }) };
}
