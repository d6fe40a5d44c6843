import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

let client: SecretsManagerClient | undefined;

/** The Secrets Manager client of this process. */
export function secretsManagerClient(): SecretsManagerClient {
  return (client ??= new SecretsManagerClient());
}
