import { fromHttp } from "@aws-sdk/credential-provider-http";
import type { Credentials } from "./options.ts";

/**
 * Stands for `@aws-sdk/credential-provider-node` in the bundles of functions (lib/bundle.ts): Lambda gives credentials
 * in the environment, or at an address that the environment names (SnapStart). There are no profiles, single sign-on or
 * instance metadata in a function, whose readers are 90 KB and half of the clients' files.
 * @throws CredentialsProviderError where the environment has neither.
 */
export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = process.env;
    if (!accessKeyId || !secretAccessKey) return fromHttp()();
    return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}) };
  };
}
