import { AwsClient } from "aws4fetch";
import type { ApiCall } from "./serve.ts";

/** Gives AWS credentials, new ones where the last are over. */
type Credentials = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}>;

/** How requests to a stage say whose they are. */
export type Identity =
  | { readonly kind: "signature"; readonly credentials: Credentials; readonly region: string }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "key"; readonly key: string };

/** Milliseconds after which API Gateway has given up, and so do we. */
const TIMEOUT = 30_000;

/**
 * Sends requests to the API at `base`, signed with Signature Version 4 or with the token or key that the stage asks for.
 * @param base with the version in its path, without a slash at the end.
 */
export function createCaller(base: string, identity: Identity): (call: ApiCall) => Promise<Response> {
  return async ({ method, path, headers, body }) => {
    const init = {
      method,
      headers: { ...headers, ...plainHeaders(identity) },
      redirect: "manual" as const,
      signal: AbortSignal.timeout(TIMEOUT),
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
