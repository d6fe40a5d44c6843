import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { ServeDirect } from "../types.ts";
import type { FunctionConfig } from "./config.ts";
import { createFrameReader, createFrameWriter } from "./frames.mjs";
import type { Reaper } from "./reaper.ts";
import { environmentVariables } from "./variables.ts";

/** What all environments of a run share. */
export interface Host {
  readonly reaper: Reaper;
  readonly log: Log;
  readonly awsUrl: string;
  /** Path of the socket on which the AWS services are served as well; null where there is none. */
  readonly awsSocket: string | null;
  /** Serves a call that comes over an environment's own connection. */
  readonly call: ServeDirect;
  /** Resolves when an item of DynamoDB is what a function waits for, see the frame AWAIT. */
  readonly awaitItem: (caller: string, wish: unknown) => Promise<void>;
  /** Directory of V8's compile cache, which saves most of a cold start. */
  readonly compileCache: string;
  /** The time of the functions' processes. */
  readonly clock: Pick<Clock, "now" | "preload">;
}

/** What is heard of a process. */
export interface ProcessEvents {
  readonly onFrame: (kind: number, id: number, head: unknown, body: Buffer) => void;
  /** It could not be started. */
  readonly onError: (error: Error) => void;
  /** It is gone. `how` is `exit status N` or `signal: NAME`. */
  readonly onExit: (how: string) => void;
}

/** The process of an environment, with the connection to it. */
export interface FunctionProcess {
  readonly send: (kind: number, id: number, head: object | null, body: string | Uint8Array) => void;
  /** Kills its process group with all that it started. */
  readonly kill: () => void;
}

const BOOTSTRAP = fileURLToPath(new URL("bootstrap.mjs", import.meta.url));

/** Starts the process of an environment. Its reaper knows it until it is gone. */
export function startProcess(
  config: FunctionConfig,
  host: Host,
  concurrency: number,
  { onFrame, onError, onExit }: ProcessEvents,
): FunctionProcess {
  const today = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
  const logStream = `${today}/[$LATEST]${randomBytes(16).toString("hex")}`;
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${config.memory}`, BOOTSTRAP, host.compileCache, config.arn],
    // Detached: a process group of its own, which can be killed with all that it started. The fourth is the connection.
    {
      cwd: config.directory,
      env: environmentVariables(config, logStream, host, concurrency),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    },
  );
  const { pid } = child;
  if (pid !== undefined) host.reaper.add(pid);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) forwardLines(stream, (line) => host.log.fromFunction(config.name, line));
  }
  const connection = child.stdio[3];
  // Frames for a process that has just died: its exit tells the rest.
  connection?.on("error", () => {}).on("data", createFrameReader(onFrame));
  child.once("error", onError);
  // Not at the exit itself: what the process wrote before it may still be on its way.
  child.once("exit", (code, signal) => {
    killGroup(child);
    if (pid !== undefined) host.reaper.remove(pid);
    const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
    whenRead(connection, () => onExit(how));
  });
  const write = connection instanceof Socket ? createFrameWriter(connection) : undefined;
  return {
    send: (kind, id, head, body) => {
      if (connection instanceof Socket && connection.writable) write?.(kind, id, head, body);
    },
    kill: () => killGroup(child),
  };
}

/** Calls back once all that a process wrote has been read. */
function whenRead(connection: unknown, callback: () => void): void {
  if (!(connection instanceof Socket) || connection.readableEnded || connection.destroyed) return callback();
  connection.once("close", callback);
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

function forwardLines(stream: Readable, write: (line: string) => void): void {
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
