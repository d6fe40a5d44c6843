import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, it } from "vitest";
import { newDirectory, startRun } from "./support/run.ts";

const client = (endpoint: string) =>
  new SecretsManagerClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });

it("gives out the secrets of a file, by name, by ARN, and as they are at the time", async () => {
  const file = join(newDirectory(), "secrets.json");
  writeFileSync(file, JSON.stringify({ "shop/api-key": "one" }));
  const { embedded } = await startRun({}, {}, { secrets: file });
  const secrets = client(embedded.awsUrl);
  const first = await secrets.send(new GetSecretValueCommand({ SecretId: "shop/api-key" }));
  expect(first).toMatchObject({ Name: "shop/api-key", SecretString: "one" });
  writeFileSync(file, JSON.stringify({ "shop/api-key": "two" }));
  const second = await secrets.send(new GetSecretValueCommand({ SecretId: first.ARN }));
  expect(second.SecretString).toBe("two");
});

it("has no secret that nobody gave it, and says how to", async () => {
  const { embedded } = await startRun({});
  await expect(client(embedded.awsUrl).send(new GetSecretValueCommand({ SecretId: "a" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: expect.stringContaining("--secrets FILE"),
  });
});
