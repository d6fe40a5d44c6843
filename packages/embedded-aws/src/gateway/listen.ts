import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";

/** Milliseconds that an idle connection stays open: longer than clients keep one, so that none uses one that just closed. */
const KEEP_ALIVE = 65_000;

/** Bytes of headers that Node.js reads before it hangs up by itself, so that the gateway's own refusal (above 10,240) is what a client gets. */
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
 * Opens a server that answers 503 until it is told how to serve.
 * @param port 0 for a free one
 * @param flag what the port can be changed with, for the message
 * @throws Error in one line, saying what to do, for a port that is taken or not allowed
 */
export async function openFront(port: number, flag: string): Promise<Front> {
  let handler: RequestListener = notDeployed;
  const server = createServer({ maxHeaderSize: MAX_HEADERS }, (req, res) => handler(req, res));
  server.keepAliveTimeout = KEEP_ALIVE;
  const actual = await listen(server, port, flag);
  return {
    url: `http://localhost:${actual}`,
    serve: (next) => {
      handler = next;
    },
    close: () => closeServer(server),
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

const notDeployed: RequestListener = (_req, res) => {
  res.writeHead(503, { "content-type": "text/plain", "retry-after": "1" }).end("Nothing is deployed here yet.\n");
};
