import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { createServer } from "node:http";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import * as z from "zod";
import { keepCredentials, loadCredentials } from "../../../src/aws/clients/credentials.ts";
import { createDynamoSender } from "../../../src/aws/clients/dynamodb.ts";
import { defaultProvider } from "../../../src/aws/clients/function-credentials.ts";
import type { SenderOptions } from "../../../src/aws/clients/options.ts";
import { fakeAws, refusal, STATIC, thrownBy } from "./support.ts";

afterEach(() => vi.unstubAllEnvs());

type Load = NonNullable<SenderOptions["credentials"]>;

const MINUTE = 60_000;
const NOW = 1_800_000_000_000;
const get = () => new GetItemCommand({ TableName: "tasks", Key: { id: { S: "1" } } });

describe("credentials that are kept", () => {
  test("are asked for once where they do not expire, however many wait", async () => {
    const load = vi.fn<Load>(() => Promise.resolve(STATIC));
    const credentials = keepCredentials(load);
    await Promise.all([credentials(), credentials(), credentials()]);
    expect(credentials()).toBe(STATIC);
    expect(load).toHaveBeenCalledOnce();
  });

  test("are renewed five minutes before they expire", async () => {
    let now = NOW;
    const load = vi.fn<Load>(() => Promise.resolve({ ...STATIC, expiration: new Date(now + 15 * MINUTE) }));
    const credentials = keepCredentials(load, () => now);
    await credentials();
    now += 10 * MINUTE - 1;
    await credentials();
    expect(load).toHaveBeenCalledTimes(1);
    now += 1;
    await credentials();
    expect(load).toHaveBeenCalledTimes(2);
  });

  test("serve until they expire where they cannot be renewed, and no longer", async () => {
    let now = NOW;
    const first = { ...STATIC, expiration: new Date(NOW + 6 * MINUTE) };
    const load = vi.fn<Load>(() => Promise.reject(new Error("No one answers.")));
    load.mockResolvedValueOnce(first);
    const credentials = keepCredentials(load, () => now);
    await credentials();
    now += 3 * MINUTE;
    expect(await credentials()).toBe(first);
    now += 3 * MINUTE;
    await expect(credentials()).rejects.toThrow("No one answers.");
    load.mockResolvedValueOnce({ ...first, expiration: new Date(NOW + 60 * MINUTE) });
    expect(await credentials()).toMatchObject({ expiration: new Date(NOW + 60 * MINUTE) });
  });

  test("sign the call that comes after the renewal", async () => {
    const expiring = { ...STATIC, accessKeyId: "FIRST", expiration: new Date(Date.now() + 4 * MINUTE) };
    const load = vi.fn<Load>(() => Promise.resolve({ ...STATIC, accessKeyId: "SECOND" }));
    load.mockResolvedValueOnce(expiring);
    const { seen, options } = await fakeAws([{}]);
    const sender = createDynamoSender({ ...options, credentials: load });
    await sender.send(get());
    await sender.send(get());
    expect(seen.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? "")?.[1])).toEqual([
      "FIRST",
      "SECOND",
    ]);
  });
});

describe("credentials of the environment", () => {
  const variables = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };

  test("are taken with their token and their end", async () => {
    const all = { ...variables, AWS_SESSION_TOKEN: "token", AWS_CREDENTIAL_EXPIRATION: "2026-11-28T12:00:00Z" };
    expect(await loadCredentials(all)).toEqual({
      accessKeyId: "key",
      secretAccessKey: "secret",
      sessionToken: "token",
      expiration: new Date("2026-11-28T12:00:00Z"),
    });
  });

  test("go behind a profile that is named, as in the SDK", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    vi.stubEnv("AWS_PROFILE", "nobody");
    vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    expect(await thrownBy(loadCredentials())).toMatchObject({ name: "CredentialsProviderError" });
  });

  test("may lie at an address in a function, where SnapStart has them", async () => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]) vi.stubEnv(name, undefined);
    const expiration = "2036-11-28T12:00:00Z";
    const server = createServer((request, response) => {
      const told = {
        AccessKeyId: "key",
        SecretAccessKey: "secret",
        Token: request.headers.authorization,
        Expiration: expiration,
      };
      response.end(JSON.stringify(told));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = z.object({ port: z.number() }).parse(server.address());
    vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `http://127.0.0.1:${port}/`);
    vi.stubEnv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "pass");
    expect(await defaultProvider()()).toMatchObject({
      accessKeyId: "key",
      sessionToken: "pass",
      expiration: new Date(expiration),
    });
  });
});

describe("a clock that is wrong", () => {
  const HOUR = 60 * MINUTE;

  test("is set by the answer that refuses the request, which is then sent again", async () => {
    const date = new Date().toUTCString();
    const { seen, options } = await fakeAws([{ ...refusal(400, "InvalidSignatureException"), headers: { date } }, {}]);
    const sender = createDynamoSender({ ...options, now: () => Date.now() - HOUR });
    const { $metadata } = await sender.send(get());
    await sender.send(get());
    expect($metadata.attempts).toBe(2);
    const [wrong, right, next] = seen.map(({ headers }) => timeOf(headers["x-amz-date"]));
    expect(Math.abs((wrong ?? 0) + HOUR - Date.now())).toBeLessThan(5 * MINUTE);
    for (const time of [right, next]) expect(Math.abs((time ?? 0) - Date.now())).toBeLessThan(5 * MINUTE);
  });

  test("is not the cause of a refusal where it is right: the request is sent once", async () => {
    const { seen, options } = await fakeAws([refusal(400, "InvalidSignatureException")]);
    await thrownBy(createDynamoSender(options).send(get()));
    expect(seen).toHaveLength(1);
  });

  test("is not set twice by AWS for the same refusal", async () => {
    const date = new Date().toUTCString();
    const { seen, options } = await fakeAws([{ ...refusal(403, "AccessDeniedException"), headers: { date } }]);
    const sender = createDynamoSender({ ...options, now: () => Date.now() - HOUR });
    expect(await thrownBy(sender.send(get()))).toMatchObject({ name: "AccessDeniedException" });
    expect(seen).toHaveLength(2);
  });
});

/** The time of an `x-amz-date`, milliseconds since 1970. */
function timeOf(text: string | string[] | undefined): number {
  return Date.parse(String(text).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}
