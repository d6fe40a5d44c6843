import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Endpoint } from "./endpoint.ts";

/** What goes out. */
export interface Outgoing {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came back, whole. */
export interface Answer {
  readonly status: number;
  /** Names in lower case; of one that came twice, the values are joined. */
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Milliseconds: to connect, and without a byte from the other side. */
export interface Timeouts {
  readonly connect: number;
  readonly idle: number;
}

/**
 * Sends one request to an endpoint.
 * @throws AbortError, TimeoutError (by name, as the SDK's), and Node's own errors.
 */
export type Exchange = (outgoing: Outgoing, signal: AbortSignal | undefined) => Promise<Answer>;

/** Connections to one host at once; more requests wait. The SDK's own figure. */
const MAX_SOCKETS = 50;

/**
 * An exchange over connections that stay open between requests. HTTP is not imported: an import of `node:http` asks for
 * each of its exports, one of which is the WebSocket, and so loads Node's fetch, which takes a quarter of a function's
 * start.
 */
export function createExchange(endpoint: Endpoint, timeouts: Timeouts): Exchange {
  const { url, socketPath } = endpoint;
  const options = { keepAlive: true, maxSockets: MAX_SOCKETS, ...(socketPath === undefined ? {} : { socketPath }) };
  const secure = url.protocol === "https:";
  const { Agent, request: start } = process.getBuiltinModule(secure ? "node:https" : "node:http");
  const target = {
    host: url.hostname.replaceAll(/^\[|\]$/g, ""),
    port: url.port || (secure ? 443 : 80),
    path: pathOf(url),
    method: "POST",
    agent: new Agent(options),
    ...(socketPath === undefined ? {} : { socketPath }),
  };
  return (outgoing, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(abortError());
      const request = start({ ...target, headers: outgoing.headers }, (response) => {
        collect(response, resolve, reject);
      });
      request.once("error", (error) => reject(named(error)));
      request.once("socket", (socket: Socket) => limit(request, socket, timeouts));
      if (signal !== undefined) abortWith(request, signal, reject);
      request.end(outgoing.body);
    });
}

/** The path that requests go to: that of the endpoint, closed by a slash as the SDK does. */
export function pathOf(url: URL): string {
  return url.pathname.endsWith("/") ? url.pathname : `${url.pathname}/`;
}

/** By events: an async iterator over a stream takes 15 us more than they do. */
function collect(response: IncomingMessage, resolve: (answer: Answer) => void, reject: (error: Error) => void): void {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.once("error", (error) => reject(named(error)));
  response.once("end", () => {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers))
      if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ");
    const [first] = chunks;
    const body = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
    resolve({ status: response.statusCode ?? 0, headers, body });
  });
}

/** A timer is started only where a connection has to be made, which is seldom. */
function limit(request: ClientRequest, socket: Socket, { connect, idle }: Timeouts): void {
  if (socket.connecting) {
    const timer = setTimeout(() => request.destroy(timeoutError("no connection", connect)), connect);
    const done = (): void => clearTimeout(timer);
    socket.once("connect", done);
    request.once("close", done);
  }
  request.setTimeout(idle, () => request.destroy(timeoutError("no answer", idle)));
}

function abortWith(request: ClientRequest, signal: AbortSignal, reject: (error: Error) => void): void {
  const onAbort = (): void => {
    reject(abortError());
    request.destroy();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  request.once("close", () => signal.removeEventListener("abort", onAbort));
}

/** The error of a call whose signal was aborted, as the SDK has it: known by its name. */
export function abortError(): Error {
  return Object.assign(new Error("Request aborted"), { name: "AbortError" });
}

function timeoutError(what: string, milliseconds: number): Error {
  return Object.assign(new Error(`There was ${what} within ${milliseconds} ms.`), { name: "TimeoutError" });
}

const LOST = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT"]);

/** A lost connection is a TimeoutError, as the SDK names it. */
function named(error: NodeJS.ErrnoException): Error {
  return LOST.has(error.code ?? "") ? Object.assign(error, { name: "TimeoutError" }) : error;
}
