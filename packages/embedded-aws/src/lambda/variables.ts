import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { REGION } from "../resource.ts";
import { credentialsOf } from "./config.ts";
import type { FunctionConfig } from "./config.ts";
import type { Host } from "./process.ts";

/**
 * The whole environment of a function's process: the template's variables, what Lambda sets itself
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), and where AWS is: `AWS_ENDPOINT_URL`, and
 * `AWS_ENDPOINT_SOCKET`, a socket's path at which the same is served by the same HTTP, for a client that can use one: a
 * hop costs a third. Nothing of the developer's own environment reaches a function: it would be missing on AWS.
 * @param concurrency invocations that one process may have in flight
 */
export function environmentVariables(
  config: FunctionConfig,
  logStream: string,
  { awsUrl, awsSocket, clock: { preload } }: Pick<Host, "awsUrl" | "awsSocket" | "clock">,
  concurrency: number,
): Record<string, string> {
  const { accessKey, secret, sessionToken } = credentialsOf(config.name);
  return {
    ...config.variables,
    _HANDLER: config.handler,
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_DEFAULT_REGION: REGION,
    ...(awsSocket !== null && { AWS_ENDPOINT_SOCKET: awsSocket }),
    AWS_ENDPOINT_URL: awsUrl,
    AWS_EXECUTION_ENV: `AWS_Lambda_${config.runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memory),
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${config.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    // Lambda sets it where a function's instances take several invocations at a time (Lambda Managed Instances).
    ...(concurrency > 1 && { AWS_LAMBDA_MAX_CONCURRENCY: String(concurrency) }),
    AWS_REGION: REGION,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: sessionToken,
    // As on Lambda it is a home without the developer's dotfiles, ~/.aws/config among them.
    HOME: tmpdir(),
    LAMBDA_TASK_ROOT: config.directory,
    LANG: "en_US.UTF-8",
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    TZ: ":UTC",
    // By the environment, so that it reaches the processes that a function starts.
    ...(preload !== undefined && { NODE_OPTIONS: `--import=${preload}` }),
  };
}
