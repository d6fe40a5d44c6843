import { once } from "node:events";
import { STATUS_CODES, createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { createOriginGuard, guarded } from "./guard-origin.ts";
import type { OriginGuard } from "./guard-origin.ts";

/**
 * Milliseconds that an idle connection stays open: longer than clients keep one, so that none uses one that just
 * closed.
 */
const KEEP_ALIVE = 65_000;

/**
 * Bytes of headers that Node.js reads before it hangs up by itself, so that the gateway's own refusal (above 10,240) is
 * what a client gets.
 */
const MAX_HEADERS = 256 * 1024;

/** An HTTP server whose handler can change while it runs. */
export interface Front {
  /** `http://localhost:PORT`. */
  readonly url: string;
  readonly serve: (handler: RequestListener) => void;
  /** Ends it with all its connections. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a server that answers 503 until it is told how to serve, and 403 to pages that it is not for.
 * @param port 0 for a free one
 * @param flag what the port can be changed with, for the message
 * @param guard whom it is for. Default: programs and pages on this machine
 * @throws Error in one line, saying what to do, for a port that is taken or not allowed
 */
export async function openFront(port: number, flag: string, guard: OriginGuard = createOriginGuard()): Promise<Front> {
  let handler: RequestListener = notDeployed;
  const server = newServer(guarded(guard, (req, res) => handler(req, res)));
  const actual = await listen(server, port, flag);
  return {
    url: `http://localhost:${actual}`,
    serve: (next) => {
      handler = next;
    },
    close: () => closeServer(server),
  };
}

function newServer(handler: RequestListener): Server {
  const server = createServer({ maxHeaderSize: MAX_HEADERS }, handler);
  server.keepAliveTimeout = KEEP_ALIVE;
  server.on("clientError", answerUnreadable);
  return server;
}

/** A server at a path of the file system, or a named pipe on Windows: no page reaches it. */
export interface SocketFront {
  readonly path: string;
  /** Ends it with all its connections. */
  readonly close: () => Promise<void>;
}

/** Bytes of a socket's path, the closing zero among them, where it is shortest (macOS: 104). */
const MAX_SOCKET_PATH = 103;

/**
 * Serves at a socket of its own, in a directory that only this user may enter; null where the system's temporary
 * directory has too long a name.
 */
export async function openSocket(handler: RequestListener): Promise<SocketFront | null> {
  if (process.platform === "win32")
    return serveAt(String.raw`\\.\pipe\embedded-aws-${process.pid}-${Date.now()}`, handler, async () => {});
  if (Buffer.byteLength(join(tmpdir(), "embedded-aws-XXXXXX", "aws")) > MAX_SOCKET_PATH) return null;
  const directory = await mkdtemp(join(tmpdir(), "embedded-aws-"));
  return serveAt(join(directory, "aws"), handler, () => rm(directory, { recursive: true, force: true }));
}

async function serveAt(path: string, handler: RequestListener, cleanUp: () => Promise<void>): Promise<SocketFront> {
  const server = newServer(handler);
  server.listen(path);
  await once(server, "listening");
  return {
    path,
    close: async () => {
      await closeServer(server);
      await cleanUp();
    },
  };
}

/**
 * Listens on the loopback interface of IPv4, which `localhost` reaches everywhere.
 * @returns the port
 * @throws Error as {@link openFront} does
 */
export async function listen(server: Server, port: number, flag?: string): Promise<number> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const remedy = flag === undefined ? "" : ` or give another one with --${flag}`;
    if (code === "EADDRINUSE") {
      throw new Error(`Port ${port} is in use. Stop what listens there${remedy}.`, { cause: error });
    }
    if (code === "EACCES")
      throw new Error(`Port ${port} may not be opened: take one above 1023${remedy}.`, { cause: error });
    throw error;
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on no port.");
  return address.port;
}

/** Closes a server without waiting for its clients. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

const PROBLEM = "application/problem+json";

/** A problem of RFC 9457, as text. */
function problem(status: number, code: string, detail: string): string {
  return JSON.stringify({ type: "about:blank", title: STATUS_CODES[status], status, code, detail });
}

const notDeployed: RequestListener = (_req, res) => {
  res
    .writeHead(503, { "content-type": PROBLEM, "retry-after": "1" })
    .end(problem(503, "starting", "Nothing is deployed here yet. Try again in a moment."));
};

/** What Node.js could not read as HTTP never comes to a handler: Node's own answer would have no body. */
function answerUnreadable(error: Error & { readonly code?: string }, socket: Duplex): void {
  // Part of an answer may be on its way already, and a client that has gone reads none.
  if (error.code === "ECONNRESET" || !socket.writable || ("bytesWritten" in socket && socket.bytesWritten !== 0)) {
    socket.destroy();
    return;
  }
  const status = UNREADABLE[error.code ?? ""] ?? 400;
  const body = problem(status, "unreadable", `The request is no HTTP that can be read: ${error.message}.`);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** The status by the code of Node's error; of all others it is 400. */
const UNREADABLE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};
