import { AwsClient } from "aws4fetch";

/** A request to the API, its path without the version. */
export interface ApiCall {
  readonly method: string;
  /** With the query: `/tasks?limit=5`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Gives AWS credentials, new ones where the last are over. */
export type Credentials = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}>;

/** How requests to a stage say whose they are. */
export type Identity =
  | { readonly kind: "none" }
  | { readonly kind: "signature"; readonly credentials: Credentials; readonly region: string }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "key"; readonly key: string };

/** Milliseconds after which API Gateway has given up (29 s, its quota), and so do we. */
const TIMEOUT = 30_000;

/**
 * Sends requests to the API at `base`, signed with Signature Version 4 or with the token or key that the stage asks
 * for. Redirects are not followed.
 * @param base with the version in its path, without a slash at the end.
 * @param signal ends what is under way
 */
export function createCaller(
  base: string,
  identity: Identity,
  signal?: AbortSignal,
): (call: ApiCall) => Promise<Response> {
  return async ({ method, path, headers, body }) => {
    const timeout = AbortSignal.timeout(TIMEOUT);
    const init = {
      method,
      headers: { ...headers, ...plainHeaders(identity) },
      redirect: "manual" as const,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    };
    if (identity.kind !== "signature") return fetch(base + path, init);
    const { accessKeyId, secretAccessKey, sessionToken } = await identity.credentials();
    const client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      region: identity.region,
      service: "execute-api",
    });
    return fetch(await client.sign(base + path, init));
  };
}

function plainHeaders(identity: Identity): Record<string, string> {
  if (identity.kind === "token") return { authorization: `Bearer ${identity.token}` };
  return identity.kind === "key" ? { "x-api-key": identity.key } : {};
}
