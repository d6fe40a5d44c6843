import { type AwsCredentials, signed } from "./sign.ts";

/** A request to the API, its path without the version. */
export interface ApiCall {
  readonly method: string;
  /** With the query: `/tasks?limit=5`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Gives AWS credentials, new ones where the last are over. */
export type Credentials = () => Promise<AwsCredentials>;

/** How requests to a stage say whose they are. */
export type Identity =
  | { readonly kind: "none" }
  | { readonly kind: "signature"; readonly credentials: Credentials; readonly region: string }
  | { readonly kind: "token"; readonly token: string | (() => string | Promise<string>) }
  | { readonly kind: "key"; readonly key: string };

/** What sends requests: `fetch`, or what stands for it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How requests are sent. */
export interface Sending {
  /** Ends what is under way. */
  readonly signal?: AbortSignal | undefined;
  /** @default the global one, looked up at each request */
  readonly fetch?: Fetch | undefined;
  /** Milliseconds for one request. @default 30,000, after which API Gateway has given up (29 s, its quota) */
  readonly timeout?: number | undefined;
}

const TIMEOUT = 30_000;

/**
 * Sends requests to the API at `base`, signed with Signature Version 4 or with the token or key that the stage asks
 * for. Redirects are not followed.
 * @param base with the version in its path, without a slash at the end.
 */
export function createCaller(
  base: string,
  identity: Identity,
  sending: Sending = {},
): (call: ApiCall, signal?: AbortSignal) => Promise<Response> {
  return async ({ method, path, headers, body }, signal) => {
    const send = sending.fetch ?? fetch;
    const signals = [AbortSignal.timeout(sending.timeout ?? TIMEOUT), sending.signal, signal];
    const url = new URL(base + path);
    return send(url.href, {
      method,
      headers: await identified(identity, { method, url, headers, body }),
      redirect: "manual",
      signal: AbortSignal.any(signals.filter((one) => one !== undefined)),
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
  };
}

/** The headers of a request with those that say whose it is. */
async function identified(
  identity: Identity,
  request: Omit<ApiCall, "path"> & { readonly url: URL },
): Promise<Record<string, string>> {
  const { headers } = request;
  switch (identity.kind) {
    case "none":
      return { ...headers };
    case "key":
      return { ...headers, "x-api-key": identity.key };
    case "token": {
      const { token } = identity;
      return { ...headers, authorization: `Bearer ${typeof token === "string" ? token : await token()}` };
    }
    case "signature": {
      const credentials = await identity.credentials();
      return signed(request, { credentials, region: identity.region, date: new Date() });
    }
  }
}
