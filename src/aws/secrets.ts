import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { secretsManagerClient } from "./clients/secrets-manager.ts";

/**
 * The values of secrets: one call for each, once in an environment's life ($0.05 for 10,000).
 * @param names variable -> name or ARN of a secret. @returns variable -> value
 * @throws Error naming the secret that cannot be read: then no environment of the module starts, and its log says why.
 */
export async function readSecrets(names: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const entries = Object.entries(names).map(
    async ([variable, secret]) => [variable, await readSecret(variable, secret)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function readSecret(variable: string, secret: string): Promise<string> {
  const { SecretString } = await secretsManagerClient()
    .send(new GetSecretValueCommand({ SecretId: secret }))
    .catch((cause: unknown) => {
      throw new Error(`The secret "${secret}" of the variable ${variable} cannot be read: ${String(cause)}`, { cause });
    });
  if (SecretString !== undefined) return SecretString;
  throw new Error(`The secret "${secret}" of the variable ${variable} is binary; store it as text.`);
}
