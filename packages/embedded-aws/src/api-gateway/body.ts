import type { IncomingMessage, ServerResponse } from "node:http";

/** REST APIs take 10 MB of request body. */
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

/** What a refused upload may still send before its connection is cut: it has its answer by then. */
const DRAIN_BYTES = 64 * 1024 * 1024;
const DRAIN_MILLIS = 15_000;

const EMPTY = Buffer.alloc(0);

/** How reading a request's body ended. */
export type ReadBody =
  | { readonly kind: "complete"; readonly bytes: Buffer }
  | { readonly kind: "too large" }
  /** The client went away; nobody is left to answer. */
  | { readonly kind: "aborted" };

/** Whether the request announces a body at all. */
export function hasBody(req: IncomingMessage): boolean {
  const length = req.headers["content-length"];
  return (length !== undefined && length !== "0") || req.headers["transfer-encoding"] !== undefined;
}

/**
 * Reads the body up to `limit` bytes; stops at the first byte over it, before anything is kept of an announced excess.
 */
export async function readBody(req: IncomingMessage, limit: number = MAX_REQUEST_BYTES): Promise<ReadBody> {
  if (!hasBody(req)) return { kind: "complete", bytes: EMPTY };
  if (Number(req.headers["content-length"] ?? 0) > limit) return { kind: "too large" };
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (result: ReadBody): void => {
      req.off("data", onData).off("end", onEnd).off("close", onClose);
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) settle({ kind: "too large" });
      else chunks.push(chunk);
    };
    const onEnd = (): void => settle({ kind: "complete", bytes: join(chunks) });
    const onClose = (): void => settle({ kind: "aborted" });
    // The listener for errors stays: a connection that resets later must not become an uncaught error.
    req.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  });
}

function join(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}

/**
 * Ends an answer whose request may still be on its way. Closing right away would reset the connection and could take
 * the answer with it, so the answer goes out, the rest of the upload is thrown away up to a bound, and then it ends.
 */
export function endPolitely(req: IncomingMessage, res: ServerResponse, body: Buffer): void {
  if (req.complete || !hasBody(req)) {
    res.end(body);
    return;
  }
  if (body.length > 0) res.write(body);
  else res.flushHeaders();
  let drained = 0;
  const finish = (): void => {
    clearTimeout(timer);
    res.end();
  };
  const cut = (): void => {
    clearTimeout(timer);
    req.destroy();
  };
  const timer = setTimeout(cut, DRAIN_MILLIS).unref();
  req.on("data", (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > DRAIN_BYTES) cut();
  });
  req.once("end", finish).once("close", finish).on("error", finish);
  req.resume();
}
