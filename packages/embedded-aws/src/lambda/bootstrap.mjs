// The process of a Lambda environment: it loads the handler and runs the invocations that its host sends over file
// descriptor 3. What it may take for granted is what the Runtime API says
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html): init errors, deadlines, one answer for each
// invocation. A long poll by HTTP cost 90 us of CPU each way; a frame costs 20. Plain JavaScript, so that a cold start
// does not strip types. Argument: the directory of the compile cache.

import { AsyncLocalStorage } from "node:async_hooks";
import { existsSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { Socket } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { KIND, createFrameReader, createFrameWriter } from "./frames.mjs";

const { env } = process;
/** Invocations that it may have in flight; 1 is Lambda's, more is what Lambda Managed Instances have. */
const concurrency = Number(env.AWS_LAMBDA_MAX_CONCURRENCY ?? 1);

enableCompileCache(process.argv[2]);

// The socket ends with the host, however that dies. Without its host this process has no reason to exist, nor have its
// children.
const host = new Socket({ fd: 3, readable: true, writable: true });
host.on("end", die).on("error", die);
const write = createFrameWriter(host);

/** Ends the whole process group: whatever this function started goes as well. */
function die() {
  process.kill(-process.pid, "SIGKILL");
}

/** The invocation whose code runs, be it over: what it left behind is still known as its own. */
const invocations = new AsyncLocalStorage();
/** Numbers of those in flight. */
const inFlight = new Set();

function errorDocument(error) {
  const isError = error instanceof Error;
  return JSON.stringify({
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : String(error),
    trace: isError && error.stack ? error.stack.split("\n") : [],
  });
}

/** Calls to AWS that wait for their answer. */
const calls = new Map();
let callCount = 0;

/**
 * A call to AWS without HTTP and without a signature: the host knows whose connection this is, and serves it as the
 * gateway does, IAM and faults included. For services that take an X-Amz-Target and JSON. Rejects as a socket does
 * where the answer got lost.
 */
globalThis[Symbol.for("embedded-aws.call")] = (service, target, body, signal) => {
  if (signal?.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers();
  callCount = (callCount + 1) >>> 0;
  const id = callCount;
  const onAbort = () => {
    calls.delete(id);
    reject(signal.reason);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  calls.set(id, (head, answer) => {
    calls.delete(id);
    signal?.removeEventListener("abort", onAbort);
    if (head.lost) return reject(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));
    resolve({ status: head.status, headers: head.headers, body: answer });
  });
  write(KIND.CALL, id, { service, target }, body);
  return promise;
};

/**
 * Resolves when an item of DynamoDB has one of the attributes, or the milliseconds are over: who waits for it need not
 * ask again and again. Needs the right to GetItem, without which it resolves at once.
 */
globalThis[Symbol.for("embedded-aws.await")] = (TableName, Key, Attributes, Milliseconds) => {
  const { promise, resolve } = Promise.withResolvers();
  callCount = (callCount + 1) >>> 0;
  const id = callCount;
  calls.set(id, () => {
    calls.delete(id);
    resolve();
  });
  write(KIND.AWAIT, id, { TableName, Key, Attributes, Milliseconds }, "");
  return promise;
};

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

function contextOf({ requestId, deadline }) {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    invokedFunctionArn: functionArn,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  };
}

/**
 * What nobody caught ends the environment, as on Lambda, after it was reported. The invocation whose code threw fails
 * with the error. Where one is in flight at a time, what an earlier one left behind fails the present one, which is
 * what Lambda does; where there are several, it must not.
 */
function crash(error) {
  const { id } = invocations.getStore() ?? { id: 0 };
  const [only] = inFlight;
  const failed = !loaded ? KIND.INIT_ERROR : KIND.CRASH;
  write(failed, concurrency === 1 ? (only ?? 0) : id, null, errorDocument(error), die);
}
process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);

let loaded = false;
let flushed = false;

/** Runs one invocation, in an async context of its own. */
async function run(id, head, event) {
  inFlight.add(id);
  let kind = KIND.RESPONSE;
  let answer;
  try {
    answer = JSON.stringify((await handler(JSON.parse(event), contextOf(head))) ?? null);
  } catch (error) {
    kind = KIND.ERROR;
    answer = errorDocument(error);
  }
  inFlight.delete(id);
  write(kind, id, null, answer);
  // Written at exit otherwise, and environments end by SIGKILL.
  if (!flushed) flushCompileCache();
  flushed = true;
}

const functionArn = process.argv[3];
process.chdir(env.LAMBDA_TASK_ROOT);
const read = createFrameReader((kind, id, head, body) => {
  if (kind === KIND.INVOKE) invocations.run({ id }, run, id, head, body.toString());
  // A copy: the bytes are a view into what the socket read.
  else if (kind === KIND.REPLY) calls.get(id)?.(head, Buffer.from(body));
});
host.on("data", read);
const handler = await loadHandler().catch(crash);
if (handler !== undefined) {
  loaded = true;
  write(KIND.READY, 0, null, "");
}
