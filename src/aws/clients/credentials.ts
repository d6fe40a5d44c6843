import type { Credentials } from "./options.ts";

/** Milliseconds before their end from which credentials are renewed; the SDK's own figure. */
const MARGIN = 300_000;

/**
 * Keeps what `load` gave until five minutes before it expires, and asks once however many wait. Credentials that cannot
 * be renewed serve until they have expired. @returns the credentials, at once where they are known.
 */
export function keepCredentials(
  load: () => Promise<Credentials>,
  now: () => number = Date.now,
): () => Credentials | Promise<Credentials> {
  let kept: Credentials | undefined;
  let renewal: Promise<Credentials> | undefined;
  const lastsFor = (credentials: Credentials): number =>
    (credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - now();
  const renew = async (): Promise<Credentials> => {
    try {
      return (kept = await load());
    } catch (error) {
      if (kept !== undefined && lastsFor(kept) > 0) return kept;
      throw error;
    } finally {
      renewal = undefined;
    }
  };
  return () => (kept !== undefined && lastsFor(kept) > MARGIN ? kept : (renewal ??= renew()));
}

/**
 * Credentials from the environment, which is where Lambda puts a function's; else from the SDK's default chain, which
 * is loaded for that alone. A profile that is named goes before the environment, as in the SDK.
 */
export async function loadCredentials(variables: NodeJS.ProcessEnv = process.env): Promise<Credentials> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = variables;
  if (!accessKeyId || !secretAccessKey || variables["AWS_PROFILE"]) return (await defaultChain())();
  const expiry = variables["AWS_CREDENTIAL_EXPIRATION"];
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken: variables["AWS_SESSION_TOKEN"] || undefined,
    expiration: expiry ? new Date(expiry) : undefined,
  };
}

let chain: Promise<() => Promise<Credentials>> | undefined;

function defaultChain(): Promise<() => Promise<Credentials>> {
  return (chain ??= import("@aws-sdk/credential-provider-node").then(({ defaultProvider }) => defaultProvider()));
}
