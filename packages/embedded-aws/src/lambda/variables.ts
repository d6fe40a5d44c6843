import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { REGION } from "../types.ts";
import { credentialsOf } from "./config.ts";
import type { FunctionConfig } from "./config.ts";

/**
 * The whole environment of a function's process: the template's variables, what Lambda sets itself
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), and `AWS_ENDPOINT_URL`. Nothing of the
 * developer's own environment reaches a function, for it would be missing on AWS.
 */
export function environmentVariables(
  config: FunctionConfig,
  logStream: string,
  addresses: { readonly runtimeApi: string; readonly awsUrl: string },
  preload?: string,
): Record<string, string> {
  const { accessKey, secret, sessionToken } = credentialsOf(config.name);
  return {
    ...config.variables,
    _HANDLER: config.handler,
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_DEFAULT_REGION: REGION,
    AWS_ENDPOINT_URL: addresses.awsUrl,
    AWS_EXECUTION_ENV: `AWS_Lambda_${config.runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memory),
    AWS_LAMBDA_FUNCTION_NAME: config.name,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${config.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_RUNTIME_API: addresses.runtimeApi,
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
