import { type ApiCall, type Fetch, type Identity, createCaller } from "./call.ts";
import { RequestRefused, UnexpectedAnswer, Unreachable } from "./errors.ts";
import { pause } from "./pause.ts";
import { refusalOf } from "./problem.ts";

/** What a request has besides its method and path. */
export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  /** Sent as JSON; bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The HTTP API, with what a network does to requests made good where that is safe. */
export interface Http {
  /**
   * Sends a request and gives the JSON of its answer; null where that is empty.
   * @throws RequestRefused, Unreachable, UnexpectedAnswer; the signal's reason
   */
  request(method: string, path: string, options?: RequestOptions): Promise<unknown>;
}

/** Where the API is, who asks, and how long it is tried. */
export interface HttpOptions {
  /** With the version in its path: `https://abc.execute-api.eu-west-1.amazonaws.com/v1`. */
  readonly url: string;
  readonly identity: Identity;
  readonly fetch?: Fetch | undefined;
  /** Milliseconds for one request. @default 30,000 */
  readonly timeout?: number | undefined;
  /** Times that a request is sent at the most. @default 4 */
  readonly attempts?: number | undefined;
  /** Whether an API that has not answered yet is asked again where the network fails. @default true */
  readonly insist?: boolean | undefined;
  /** Ends what is under way. */
  readonly signal?: AbortSignal | undefined;
}

const ATTEMPTS = 4;
/** Milliseconds that the first pause takes at the most; each is twice the last, and half of it at least is waited. */
const FIRST_PAUSE = 300;
/** Seconds that `Retry-After` is followed for: longer is for the caller to decide. */
const LONGEST_WAIT = 30;

/**
 * The API at a URL. A request is sent again, after a pause with jitter or what `Retry-After` says, where that cannot
 * make anything happen twice: on 429, which refuses before anything is stored; and on 500 to 504 or a fault of the
 * network where it asks only, or has an Idempotency-Key.
 */
export function createHttp(options: HttpOptions): Http {
  const { url, attempts = ATTEMPTS, insist = true } = options;
  const base = url.replace(/\/$/, "");
  const send = createCaller(base, options.identity, options);
  let answered = false;

  async function attempt(call: ApiCall, signal: AbortSignal | undefined): Promise<unknown> {
    let response: Response;
    let text: string;
    try {
      response = await send(call, signal);
      text = await response.text();
      answered = true;
    } catch (error) {
      signal?.throwIfAborted();
      options.signal?.throwIfAborted();
      throw new Unreachable(base, error);
    }
    if (response.status >= 400) throw refusalOf(response.status, parse(text), response.headers.get("retry-after"));
    const json = text === "" ? null : parse(text);
    if (json === undefined) throw new UnexpectedAnswer(`The answer to ${call.method} ${call.path}`);
    return json;
  }

  return {
    request: async (method, path, { query, body, headers, signal } = {}) => {
      const call = { method, path: path + queryOf(query), ...contentOf(body, headers) };
      const isRepeatable = method === "GET" || call.headers["idempotency-key"] !== undefined;
      for (let count = 1; ; count += 1) {
        const known = answered;
        try {
          return await attempt(call, signal);
        } catch (error) {
          const isWorthIt = count < attempts && mayHelp(error, isRepeatable && (insist || known));
          if (!isWorthIt || !isRepeatableAfter(error, isRepeatable)) throw error;
          await pause(pauseBefore(count, error), signal ?? options.signal);
        }
      }
    },
  };
}

/** Whether a request may be sent again after this: it has done nothing, or is known by its key. */
function isRepeatableAfter(error: unknown, isRepeatable: boolean): boolean {
  return isRepeatable || (error instanceof RequestRefused && error.status === 429);
}

/** Whether the same request may be answered a moment later. @param hasPatience with a network that fails */
function mayHelp(error: unknown, hasPatience: boolean): boolean {
  if (error instanceof Unreachable) return hasPatience;
  if (!(error instanceof RequestRefused) || (error.retryAfter ?? 0) > LONGEST_WAIT) return false;
  return error.status === 429 || error.status >= 500 || error.code === "idempotency_busy";
}

function pauseBefore(count: number, error: unknown): number {
  const full = FIRST_PAUSE * 2 ** (count - 1);
  const said = error instanceof RequestRefused ? (error.retryAfter ?? 0) * 1_000 : 0;
  return said + full * (0.5 + Math.random() / 2);
}

function contentOf(body: unknown, headers: RequestOptions["headers"] = {}): Pick<ApiCall, "body" | "headers"> {
  if (body === undefined) return { body: new Uint8Array(), headers };
  if (body instanceof Uint8Array) return { body, headers: { "content-type": "application/octet-stream", ...headers } };
  const json = new TextEncoder().encode(JSON.stringify(body));
  return { body: json, headers: { "content-type": "application/json", ...headers } };
}

function queryOf(query: RequestOptions["query"] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? "" : `?${given.join("&")}`;
}

/** What a text says as JSON; undefined for one that is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
