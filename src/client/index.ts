import { canvasOf } from "../core/define/builders.ts";
import { setSubmitter } from "../core/canvas/submitter.ts";
import type { Credentials, Fetch, Identity } from "./call.ts";
import { type Client, createClientOf } from "./client.ts";
import { createHttp } from "./http.ts";
import { createHttpTransport } from "./http-transport.ts";
import type { AwsCredentials } from "./sign.ts";

/** What a user's own code calls a stage with, in a browser as in Node. Nothing here imports Node, zod or AWS's SDK. */
export { task } from "./tasks.ts";
export type { AnyRef } from "./tasks.ts";
export { chain, chord, group } from "../core/define/builders.ts";
export type { Canvas, CanvasOptions, Group, Step } from "../core/define/builders.ts";
export type { CallOptions, Signature } from "../core/canvas/signature.ts";
export type { TaskRef } from "../core/define/reference.ts";
export type { Call, Client } from "./client.ts";
export type { Handle, Waiting } from "./handle.ts";
export type { AnyRecord, GroupRecord, RunArguments, Submitting, TaskRecord } from "./transport.ts";
export { RequestRefused, ResultTimeout, TaskFailed, TaskRevoked, UnexpectedAnswer, Unreachable } from "./errors.ts";
export type { AwsCredentials } from "./sign.ts";
export type { Credentials, Fetch } from "./call.ts";

/** Where the API is, and who asks: one of `token`, `key` and `credentials`, or none where the stage asks nobody. */
export interface ClientOptions {
  /** With the version in its path: `https://abc.execute-api.eu-west-1.amazonaws.com/v1`. */
  readonly url: string;
  /** A bearer token, or what gives one for each request. */
  readonly token?: string | (() => string | Promise<string>);
  /** An API key. */
  readonly key?: string;
  /** AWS credentials, or what gives them: requests are signed. */
  readonly credentials?: AwsCredentials | Credentials;
  /** The region that is signed for. @default that of the URL */
  readonly region?: string;
  /** Sends the requests. @default the global `fetch` */
  readonly fetch?: Fetch;
  /** Milliseconds for one request. @default 30,000 */
  readonly timeout?: number;
  /** Times that a request is sent at the most where it fails and may be repeated. @default 4 */
  readonly attempts?: number;
}

/**
 * A client of the stage at a URL. A request is sent again on 429, and where it asks only or has an idempotency key also
 * on 5xx and where the network fails, after pauses with jitter.
 * @template Modules the types of task modules: `typeof import("../functions/tasks/math.ts")`
 * @throws TypeError for a URL that is none, or a region that is missing
 */
export function createClient<Modules = unknown>(options: ClientOptions): Client<Modules> {
  const { url, fetch, timeout, attempts } = options;
  const http = createHttp({ url, fetch, timeout, attempts, identity: identityOf(options) });
  return createClientOf<Modules>(createHttpTransport(http, fetch));
}

/** Has `add.delay(1, 2)` and canvases of this process go through a client; null ends it. */
export function connect(client: Client | null): void {
  setSubmitter(client === null ? null : (node) => client.delay(canvasOf(node)));
}

const REGION = /\.execute-api(?:-fips)?\.([\w-]+)\.amazonaws\.com(?:\.cn)?$/;

function identityOf({ url, token, key, credentials, region }: ClientOptions): Identity {
  const { hostname } = new URL(url);
  if (token !== undefined) return { kind: "token", token };
  if (key !== undefined) return { kind: "key", key };
  if (credentials === undefined) return { kind: "none" };
  const known = region ?? REGION.exec(hostname)?.[1];
  if (known === undefined) throw new TypeError(`The URL ${url} does not tell the region to sign for: give "region".`);
  const given = typeof credentials === "function" ? credentials : async () => credentials;
  return { kind: "signature", credentials: given, region: known };
}
