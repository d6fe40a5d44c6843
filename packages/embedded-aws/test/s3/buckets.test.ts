import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { refusal, startS3 } from "./support/server.ts";

describe("a bucket", () => {
  it("is made, found, listed and removed when it is empty", async () => {
    const { client } = await startS3();
    const Bucket = "more";
    expect(await refusal(client.send(new HeadBucketCommand({ Bucket })))).toMatch(/^404/);
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new HeadBucketCommand({ Bucket }));
    expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
    expect((await client.send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name)).toEqual(["files", "more"]);
    await client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "" }));
    expect(await refusal(client.send(new DeleteBucketCommand({ Bucket })))).toBe("409 BucketNotEmpty");
    await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
    await client.send(new DeleteBucketCommand({ Bucket }));
    expect(await refusal(client.send(new ListObjectsV2Command({ Bucket })))).toBe("404 NoSuchBucket");
  });

  it.each(["ab", "Upper", "a..b", "1.2.3.4", "-a-"])("is not named %s", async (name) => {
    const { raw } = await startS3();
    expect((await raw(`/${name}`, { method: "PUT" })).status).toBe(400);
  });

  it("keeps what it holds when it is deployed again", async () => {
    const { client, deploy } = await startS3();
    await client.send(new PutObjectCommand({ Bucket: "files", Key: "a", Body: "" }));
    deploy("files");
    expect((await client.send(new ListObjectsV2Command({ Bucket: "files" }))).KeyCount).toBe(1);
  });

  it.each([
    [{ VersioningConfiguration: { Status: "Enabled" } }, "VersioningConfiguration"],
    [{ NotificationConfiguration: {} }, "NotificationConfiguration"],
    [{ ObjectLockEnabled: true }, "ObjectLockEnabled"],
    [{ LifecycleConfiguration: { Rules: [{ Status: "On" }] } }, "LifecycleConfiguration.Rules.0.Status"],
  ])("with %j is refused by name", async (properties, name) => {
    const { deploy } = await startS3();
    expect(() => deploy("more", properties)).toThrow(name);
  });
});

describe("what is not served", () => {
  it.each([
    ["GET", "/files?versioning", "versioning"],
    ["GET", "/files?policy=", "policy"],
    ["GET", "/files/a?acl", "acl"],
    ["GET", "/files/a?versionId=1", "versionId"],
    ["PUT", "/files?lifecycle", "lifecycle"],
    ["PUT", "/files/a?retention", "retention"],
    ["POST", "/files/a?restore", "restore"],
    ["POST", "/files/a", "without a query parameter"],
    ["DELETE", "/files?cors", "cors"],
    ["PATCH", "/files/a", "PATCH"],
    ["GET", "/files?list-type=3", "list-type"],
  ])("%s %s is refused with 501, by its name", async (method, path, name) => {
    const { raw } = await startS3();
    const answer = await raw(path, { method });
    expect([answer.status, await answer.text()]).toEqual([
      501,
      expect.stringMatching(`<Code>NotImplemented</Code>.*${name}`),
    ]);
  });

  it.each([
    ["a path with escapes that are none", "GET", "/files/%E3%81", 400],
    ["a document that is none", "POST", "/files?delete", 400],
  ])("%s is refused", async (_, method, path, status) => {
    const { raw } = await startS3();
    expect((await raw(path, { method, ...(method === "POST" && { body: "<Delete><Object>" }) })).status).toBe(status);
  });
});

describe("CORS", () => {
  const CorsRules = [
    {
      AllowedOrigins: ["https://app.example", "https://*.test"],
      AllowedMethods: ["GET", "POST"],
      AllowedHeaders: ["*"],
      MaxAge: "7200",
      ExposedHeaders: ["ETag"],
    },
  ];
  const ask = async (headers: Record<string, string>, properties: object = { CorsConfiguration: { CorsRules } }) => {
    const { deploy, url } = await startS3();
    deploy("files", { ...properties });
    return fetch(`${url}/files/a`, { method: "OPTIONS", headers });
  };
  const method = { "access-control-request-method": "POST" };

  it("lets the origins of the template in", async () => {
    const answer = await ask({ origin: "https://a.test", ...method, "access-control-request-headers": "X-A" });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, "https://a.test"]);
    expect(answer.headers.get("access-control-allow-headers")).toBe("x-a");
    expect(answer.headers.get("access-control-max-age")).toBe("7200");
    expect(answer.headers.get("vary")).toContain("Origin");
  });

  it.each([
    ["another origin", { origin: "https://other.example", ...method }],
    ["another method", { origin: "https://a.test", "access-control-request-method": "PUT" }],
  ])("keeps %s out", async (_, headers) => {
    const answer = await ask(headers);
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([403, null]);
  });

  it("keeps everyone out of a bucket without rules", async () => {
    expect(await (await ask({ origin: "https://a.test", ...method }, {})).text()).toContain("CORS is not enabled");
  });

  it("is on each answer to an origin that may read it, errors too", async () => {
    const { deploy, raw } = await startS3();
    deploy("files", { CorsConfiguration: { CorsRules } });
    const read = async (origin: string) =>
      (await raw("/files/none", { headers: { origin } })).headers.get("access-control-allow-origin");
    expect([await read("https://app.example"), await read("https://other.example")]).toEqual([
      "https://app.example",
      null,
    ]);
  });
});

describe("a lifecycle rule", () => {
  const DAY = 86_400_000;
  const Rules = [
    { Id: "short", Status: "Enabled", Prefix: "tmp/", ExpirationInDays: 1 },
    { Id: "off", Status: "Disabled", ExpirationInDays: 1 },
    { Id: "tagged", Status: "Enabled", TagFilters: [{ Key: "t", Value: "1" }], ExpirationInDays: 2 },
  ];

  it("ends objects at the midnight after their days", async () => {
    let now = Date.parse("2026-01-01T10:00:00Z");
    const { client, deploy } = await startS3({ now: () => now });
    deploy("files", { LifecycleConfiguration: { Rules } });
    const put = (Key: string, Tagging?: string) =>
      client.send(new PutObjectCommand({ Bucket: "files", Key, Body: "x", Tagging }));
    const { Expiration } = await put("tmp/a");
    expect(Expiration).toBe('expiry-date="Sat, 03 Jan 2026 00:00:00 GMT", rule-id="short"');
    await put("b");
    await put("c", "t=1");
    const keys = async () =>
      (await client.send(new ListObjectsV2Command({ Bucket: "files" }))).Contents?.map(({ Key }) => Key);
    now += DAY;
    expect(await keys()).toEqual(["b", "c", "tmp/a"]);
    now = Date.parse("2026-01-03T00:00:00Z");
    expect(await refusal(client.send(new GetObjectCommand({ Bucket: "files", Key: "tmp/a" })))).toBe("404 NoSuchKey");
    expect(await keys()).toEqual(["b", "c"]);
    now += DAY;
    expect(await keys()).toEqual(["b"]);
  });
});
