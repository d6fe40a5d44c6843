import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { closeServer, listen } from "../gateway/listen.ts";

/** What an environment hears of its process. */
export interface RuntimeClient {
  /** The process asks for an invocation; it waits until `response` is ended. */
  readonly onNext: (response: ServerResponse) => void;
  readonly onResponse: (requestId: string, body: Buffer) => void;
  readonly onError: (requestId: string, body: Buffer) => void;
  readonly onInitError: (body: Buffer) => void;
}

/** The Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), one server for all environments. */
export interface RuntimeApi {
  /** The `AWS_LAMBDA_RUNTIME_API` of an environment: host, port, and its id as a path. */
  readonly addressOf: (environmentId: string) => string;
  readonly register: (environmentId: string, client: RuntimeClient) => void;
  readonly unregister: (environmentId: string) => void;
  readonly stop: () => Promise<void>;
}

const ROUTE =
  /^\/([^/]+)\/2018-06-01\/runtime\/(?:invocation\/(next)|invocation\/([^/]+)\/(response|error)|(init\/error))$/;

export async function startRuntimeApi(): Promise<RuntimeApi> {
  const clients = new Map<string, RuntimeClient>();

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [, environmentId = "", next, requestId, outcome] = ROUTE.exec(req.url ?? "") ?? [];
    const client = clients.get(environmentId);
    if (!client) return void res.writeHead(403).end();
    if (next !== undefined) return client.onNext(res);
    const body = await buffer(req);
    // Answered first: the process may ask for its next invocation while its answer goes on its way.
    res.writeHead(202, { "content-length": 0 }).end();
    if (requestId === undefined) client.onInitError(body);
    else if (outcome === "response") client.onResponse(requestId, body);
    else client.onError(requestId, body);
  }

  // A request body breaks off when its environment is killed; the environment's exit tells the rest.
  const server = createServer((req, res) => void handle(req, res).catch(() => res.destroy()));
  server.keepAliveTimeout = 0;
  const port = await listen(server, 0);

  return {
    addressOf: (environmentId) => `127.0.0.1:${port}/${environmentId}`,
    register: (environmentId, client) => void clients.set(environmentId, client),
    unregister: (environmentId) => void clients.delete(environmentId),
    stop: () => closeServer(server),
  };
}
