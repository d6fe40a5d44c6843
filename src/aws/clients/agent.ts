import { release, type } from "node:os";
import { InvokeStore } from "@aws/lambda-invoke-store";

/** Characters that a part of a user agent may have (RFC 9110, "User-Agent": tokens). */
const NO_TOKEN = /[^\w!$%&'*+.^`|~-]/g;

/** Who calls, for AWS's logs: in the form of the SDK's own user agent, without what would change from call to call. */
export function userAgent(service: string, variables: NodeJS.ProcessEnv = process.env): string {
  const environment = variables["AWS_EXECUTION_ENV"];
  const application = variables["AWS_SDK_UA_APP_ID"];
  const parts = [
    "celeriac",
    `os/${token(type().toLowerCase())}#${token(release())}`,
    "lang/js",
    `md/nodejs#${process.versions.node}`,
    `api/${service}`,
    ...(environment ? [`exec-env/${token(environment)}`] : []),
    ...(application ? [`app/${token(application)}`] : []),
  ];
  return parts.join(" ");
}

const token = (text: string): string => text.replaceAll(NO_TOKEN, "-");

let store: Awaited<ReturnType<typeof InvokeStore.getInstanceAsync>> | undefined;

/**
 * Headers by which AWS knows of which invocation a call is part: X-Ray joins them, and Lambda finds functions that call
 * each other without end. As the SDK sends them: of the invocation in whose context the call is made, else of the
 * environment, and only within a function.
 */
export async function loadTracing(variables: NodeJS.ProcessEnv = process.env): Promise<() => Record<string, string>> {
  if (!variables["AWS_LAMBDA_FUNCTION_NAME"]) return () => ({});
  const known = (store ??= await InvokeStore.getInstanceAsync());
  return () => {
    const id = known.getXRayTraceId() ?? variables["_X_AMZN_TRACE_ID"];
    return id ? { "x-amzn-trace-id": id } : {};
  };
}
