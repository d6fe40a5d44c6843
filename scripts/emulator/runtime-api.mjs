// The process of a Lambda function for an emulator that serves the Runtime API: it loads the handler and asks for one
// invocation after the other. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html Plain JavaScript, so that
// a start does not strip types. Argument: the directory of the compile cache.

import { existsSync } from "node:fs";
import { Agent, request } from "node:http";
import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { env } = process;
const runtime = new URL(`http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

enableCompileCache(process.argv[2]);

/** One call to the Runtime API. Without its host this environment has no reason to exist, nor have its children. */
function call(method, path, body) {
  const { promise, resolve } = Promise.withResolvers();
  const { hostname, port, pathname } = runtime;
  const req = request({ agent, hostname, port, method, path: `${pathname}${path}` }, (res) => {
    const chunks = [];
    res.on("data", (chunk) => chunks.push(chunk));
    res.on("end", () => resolve({ headers: res.headers, body: Buffer.concat(chunks).toString() }));
    res.on("error", die);
  });
  req.on("error", die);
  req.end(body);
  return promise;
}

/** Ends the whole process group: whatever this function started goes as well. */
function die() {
  process.kill(-process.pid, "SIGKILL");
}

// The pipe ends with the host, however that dies; during an invocation nothing else would tell.
process.stdin.on("end", die).on("error", die).resume();
process.stdin.unref();

function errorDocument(error) {
  const isError = error instanceof Error;
  return JSON.stringify({
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : String(error),
    trace: isError && error.stack ? error.stack.split("\n") : [],
  });
}

async function loadHandler() {
  const separator = env._HANDLER.lastIndexOf(".");
  const [file, name] = [env._HANDLER.slice(0, separator), env._HANDLER.slice(separator + 1)];
  const path = [".mjs", ".js", ".cjs"]
    .map((extension) => join(env.LAMBDA_TASK_ROOT, file + extension))
    .find(existsSync);
  if (path === undefined) {
    throw Object.assign(new Error(`Cannot find module '${file}'`), { name: "Runtime.ImportModuleError" });
  }
  const handler = (await import(pathToFileURL(path).href))[name];
  if (typeof handler !== "function") {
    const message = `${env._HANDLER} is undefined or not exported`;
    throw Object.assign(new Error(message), { name: "Runtime.HandlerNotFound" });
  }
  return handler;
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  };
}

let requestId;

/** What nobody caught ends the environment, as on Lambda, after it was reported. */
async function crash(error) {
  await call("POST", requestId === undefined ? "/init/error" : `/invocation/${requestId}/error`, errorDocument(error));
  die();
}
process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);

process.chdir(env.LAMBDA_TASK_ROOT);
const handler = await loadHandler().catch(crash);
let flushed = false;

for (;;) {
  const { headers, body } = await call("GET", "/invocation/next");
  requestId = headers["lambda-runtime-aws-request-id"];
  let outcome = "response";
  let answer;
  try {
    answer = JSON.stringify((await handler(JSON.parse(body), contextOf(headers))) ?? null);
  } catch (error) {
    outcome = "error";
    answer = errorDocument(error);
  }
  await call("POST", `/invocation/${requestId}/${outcome}`, answer);
  // Written at exit otherwise, and environments end by SIGKILL.
  if (!flushed) flushCompileCache();
  flushed = true;
}
