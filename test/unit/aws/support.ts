import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import * as z from "zod";
import type { SenderOptions } from "../../../src/aws/clients/options.ts";

/** A request as it came in. */
export interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the fake answers to a request: a status with a body, or whatever a function does. */
export type Reply = Text | ((response: ServerResponse) => void);

/** An answer that comes at once. */
export interface Text {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Something that answers as AWS would. */
export interface Fake {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** Options of a client that calls it, with pauses and limits of its own where given. */
  readonly options: SenderOptions;
}

/**
 * A server that gives its replies in turn, the last one for ever. It ends with the test.
 * @param socketPath where it listens. @default a free port
 */
export async function fakeAws(replies: readonly Reply[], socketPath?: string): Promise<Fake> {
  const seen: Seen[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await buffer(request)).toString();
    seen.push({ path: request.url ?? "", headers: request.headers, body });
    const reply = replies[Math.min(seen.length, replies.length) - 1] ?? {};
    if (typeof reply === "function") return reply(response);
    response.writeHead(reply.status ?? 200, { "x-amzn-requestid": `request-${seen.length}`, ...reply.headers });
    response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {}));
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => {
    if (socketPath === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(socketPath, resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = z.union([z.object({ port: z.number() }), z.string()]).parse(server.address());
  const url = typeof address === "string" ? "http://aws.test" : `http://127.0.0.1:${address.port}`;
  const options = { endpoint: url, region: "eu-west-1", credentials: () => Promise.resolve(STATIC) };
  return { url, seen, options };
}

/** Somebody's credentials. */
export const STATIC = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI", sessionToken: "session" };

/** What AWS answers to a request that it refuses, in AWS JSON. */
export function refusal(status: number, type: string, more: Readonly<Record<string, unknown>> = {}): Text {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "No.", ...more } };
}

/** What a call that must fail has thrown. */
export async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  const nothing = Symbol("nothing");
  const thrown: unknown = await call.then(
    () => nothing,
    (error: unknown) => error,
  );
  if (thrown === nothing) throw new Error("The call went well, and should have failed.");
  return thrown;
}
