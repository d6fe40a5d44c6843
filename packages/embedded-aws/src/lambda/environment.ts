import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { InvokeResult } from "../types.ts";
import { isRecord, parseJson } from "../values.ts";
import type { FunctionConfig } from "./config.ts";
import type { Reaper } from "./reaper.ts";
import type { RuntimeApi } from "./runtime-api.ts";
import { environmentVariables } from "./variables.ts";

/** Milliseconds from the start of a process to its first request for an invocation (Lambda's limit of the init phase). */
const INIT_TIMEOUT = 10_000;

/** Bytes of a response (Lambda quota for synchronous invocations: 6 MB). */
const MAX_RESPONSE_BYTES = 6_291_556;

/** What all environments of a run share. */
export interface Host {
  readonly runtimeApi: RuntimeApi;
  readonly reaper: Reaper;
  readonly log: Log;
  readonly awsUrl: string;
  /** Directory of V8's compile cache, which saves most of a cold start. */
  readonly compileCache: string;
  /** The time of the functions' processes. */
  readonly clock: Pick<Clock, "now" | "preload">;
}

/** An execution environment of a function: one process (with what it starts), one invocation at a time. */
export interface Environment {
  /** Resolves when it can take an invocation, or has failed to start: then its first invocation tells why. */
  readonly ready: Promise<void>;
  /** False once it must not be used again. */
  readonly alive: () => boolean;
  /** True if it ended by its own fault: loading failed, or its process crashed. */
  readonly failed: () => boolean;
  /** Runs one invocation. Never rejects: what goes wrong is the result. */
  readonly invoke: (payload: string) => Promise<InvokeResult>;
  /** Kills its process group at once: the invocation that it runs fails, as if its process had crashed. */
  readonly kill: (why: string) => void;
  /** Kills its process group. Resolves when the process is gone. */
  readonly end: () => Promise<void>;
}

interface Invocation {
  readonly id: string;
  readonly payload: string;
  readonly settle: (result: InvokeResult) => void;
}

const BOOTSTRAP = fileURLToPath(new URL("bootstrap.mjs", import.meta.url));

/** Starts a function's process. `onEnd` is told once, however it ends. */
export function startEnvironment(config: FunctionConfig, host: Host, onEnd: () => void): Environment {
  const id = randomUUID();
  const today = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
  const logStream = `${today}/[$LATEST]${randomBytes(16).toString("hex")}`;
  const addresses = { runtimeApi: host.runtimeApi.addressOf(id), awsUrl: host.awsUrl };
  const { promise: ready, resolve: markReady } = Promise.withResolvers<void>();
  const { promise: gone, resolve: markGone } = Promise.withResolvers<void>();

  let poll: ServerResponse | null = null;
  let current: Invocation | null = null;
  let failure: InvokeResult | null = null;
  let ended = false;
  let timer: NodeJS.Timeout | undefined;

  host.runtimeApi.register(id, {
    onNext: (response) => {
      poll = response;
      clearTimeout(timer);
      markReady();
      if (current) hand(current);
    },
    onResponse: (requestId, body) => {
      if (body.length <= MAX_RESPONSE_BYTES) return settle(requestId, success(body.toString()));
      const message = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
      settle(requestId, errorResult("Function.ResponseSizeTooLarge", message));
    },
    onError: (requestId, body) => {
      host.log.line("ERROR", config.name, describe(body.toString()));
      settle(requestId, { ...success(body.toString()), functionError: "Unhandled" });
    },
    onInitError: (body) => {
      host.log.line("ERROR", config.name, `failed to load: ${describe(body.toString())}`);
      failure = { ...success(body.toString()), functionError: "Unhandled" };
      void end();
    },
  });

  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${config.memory}`, BOOTSTRAP, host.compileCache],
    // Detached: a process group of its own, which can be killed with all that it started.
    {
      cwd: config.directory,
      env: environmentVariables(config, logStream, addresses, host.clock.preload),
      detached: true,
    },
  );
  if (child.pid !== undefined) host.reaper.add(child.pid);
  forwardLines(child, (line) => host.log.fromFunction(config.name, line));
  // Bytes for a process that has just died.
  child.stdin.on("error", () => {});

  child.once("error", (error) => {
    failure = errorResult("Runtime.InvalidEntrypoint", error.message);
    exited();
  });
  child.once("exit", (code, signal) => {
    const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
    if (!ended && failure === null) {
      host.log.line("ERROR", config.name, `its process ended on its own (${how})`);
      failure = errorResult(
        "Runtime.ExitError",
        `RequestId: ${current?.id ?? id} Error: Runtime exited with error: ${how}`,
      );
    }
    exited();
  });

  timer = setTimeout(() => {
    host.log.line("ERROR", config.name, `did not finish loading within ${INIT_TIMEOUT / 1000} s`);
    failure = errorResult("Sandbox.Timedout", `Init phase timed out after ${INIT_TIMEOUT / 1000}.00 seconds`);
    void end();
  }, INIT_TIMEOUT);

  function exited(): void {
    ended = true;
    clearTimeout(timer);
    killGroup(child);
    if (child.pid !== undefined) host.reaper.remove(child.pid);
    host.runtimeApi.unregister(id);
    if (current) settle(current.id, failure ?? errorResult("Runtime.ExitError", "The environment was ended."));
    markReady();
    markGone();
    onEnd();
  }

  function hand(invocation: Invocation): void {
    if (!poll) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      host.log.line("ERROR", config.name, `timed out after ${config.timeout} s; its processes were killed`);
      const message = `RequestId: ${invocation.id} Error: Task timed out after ${config.timeout.toFixed(2)} seconds`;
      settle(invocation.id, { ...errorResult("Sandbox.Timedout", message), timedOut: true });
      void end();
    }, config.timeout * 1000);
    poll.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": invocation.id,
      "lambda-runtime-deadline-ms": String(host.clock.now() + config.timeout * 1000),
      "lambda-runtime-invoked-function-arn": config.arn,
    });
    poll.end(invocation.payload);
    poll = null;
  }

  function settle(requestId: string, result: InvokeResult): void {
    if (current?.id !== requestId) return;
    clearTimeout(timer);
    const { settle: resolve } = current;
    current = null;
    resolve(result);
  }

  function end(): Promise<void> {
    if (!ended) {
      ended = true;
      killGroup(child);
    }
    return gone;
  }

  function kill(why: string): void {
    if (ended) return;
    host.log.line("WARN", config.name, why);
    const message = `RequestId: ${current?.id ?? id} Error: Runtime exited with error: signal: killed`;
    failure = errorResult("Runtime.ExitError", message);
    void end();
  }

  return {
    ready,
    alive: () => !ended,
    failed: () => failure !== null,
    invoke: (payload) => {
      if (failure !== null || ended)
        return Promise.resolve(failure ?? errorResult("Runtime.ExitError", "The environment was ended."));
      const { promise, resolve } = Promise.withResolvers<InvokeResult>();
      current = { id: randomUUID(), payload, settle: resolve };
      hand(current);
      return promise;
    },
    kill,
    end,
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

function success(payload: string): InvokeResult {
  return { payload, functionError: null, throttled: false, timedOut: false };
}

function errorResult(errorType: string, errorMessage: string): InvokeResult {
  return { ...success(JSON.stringify({ errorType, errorMessage, trace: [] })), functionError: "Unhandled" };
}

/** An error document in one line: type, message, and where in the code. */
function describe(document: string): string {
  const error = parseJson(document);
  if (!isRecord(error)) return document;
  const frames = Array.isArray(error["trace"]) ? error["trace"].map((frame) => String(frame).trim()) : [];
  const place = frames.find((frame) => frame.startsWith("at ") && !frame.includes("node:"));
  const message = String(error["errorMessage"]).replaceAll(/\s*\n\s*/g, " ");
  return `${String(error["errorType"])}: ${message}${place === undefined ? "" : ` ${place}`}`;
}

function forwardLines(child: { stdout: Readable; stderr: Readable }, write: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") write(line);
    });
    stream.on("end", () => {
      if (rest.trim() !== "") write(rest);
    });
  }
}
