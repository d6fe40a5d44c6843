import { Readable } from "node:stream";
import { createHash, randomBytes } from "node:crypto";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { refusal, startS3 } from "./support/server.ts";

const A = { Bucket: "files", Key: "a" };
const text = async (body: { transformToString: () => Promise<string> } | undefined): Promise<string> =>
  (await body?.transformToString()) ?? "";

describe("an object", () => {
  it("comes back with its bytes, type, headers and metadata", async () => {
    const { client } = await startS3();
    const headers = { ContentType: "text/plain", CacheControl: "max-age=1", ContentLanguage: "ko" };
    const put = await client.send(new PutObjectCommand({ ...A, Body: "text", ...headers, Metadata: { owner: "a b" } }));
    expect(put.ETag).toBe(`"${createHash("md5").update("text").digest("hex")}"`);
    const got = await client.send(new GetObjectCommand({ ...A }));
    expect(got).toMatchObject({ ...headers, ContentLength: 4, ETag: put.ETag, Metadata: { owner: "a b" } });
    expect(await text(got.Body)).toBe("text");
    const head = await client.send(new HeadObjectCommand({ ...A }));
    expect(head).toMatchObject({ ...headers, ContentLength: 4, ETag: put.ETag, AcceptRanges: "bytes" });
  });

  it.each([
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "application/x-amz-json-1.0",
    "text/html",
  ])("is stored with the type %s, which decides nothing", async (type) => {
    const { raw } = await startS3();
    expect((await raw("/files/a", { method: "PUT", body: "Action=x", headers: { "content-type": type } })).status).toBe(
      200,
    );
    const got = await raw("/files/a");
    expect([got.headers.get("content-type"), await got.text()]).toEqual([type, "Action=x"]);
  });

  it("may be empty", async () => {
    const { client } = await startS3();
    await client.send(new PutObjectCommand({ ...A, Body: "" }));
    const got = await client.send(new GetObjectCommand({ ...A }));
    expect([got.ContentLength, await text(got.Body)]).toEqual([0, ""]);
  });

  it.each([
    "../..",
    "a/../../b",
    "./a",
    "//",
    "/",
    " +%&?#=",
    "a\u0001b",
    "한".repeat(100),
    "😀",
    "__proto__",
    "constructor",
  ])("is found by the key %j and listed by it", async (Key) => {
    const { client } = await startS3({ smallBytes: 0 });
    await client.send(new PutObjectCommand({ Bucket: "files", Key, Body: Key }));
    expect(await text((await client.send(new GetObjectCommand({ Bucket: "files", Key }))).Body)).toBe(Key);
    const list = await client.send(new ListObjectsV2Command({ Bucket: "files", EncodingType: "url" }));
    expect(list.Contents?.map((one) => decodeURIComponent(one.Key?.replaceAll("+", " ") ?? ""))).toEqual([Key]);
    await client.send(new DeleteObjectCommand({ Bucket: "files", Key }));
    expect((await client.send(new ListObjectsV2Command({ Bucket: "files" }))).KeyCount).toBe(0);
  });

  it("has a key of 1,024 bytes at the most", async () => {
    const { client } = await startS3();
    const put = (Key: string) => refusal(client.send(new PutObjectCommand({ Bucket: "files", Key, Body: "" })));
    expect([await put("가".repeat(341)), await put("가".repeat(342))]).toEqual(["-", "400 KeyTooLongError"]);
  });

  it("of 20 MB is streamed in and out, as a file", async () => {
    const { client } = await startS3();
    const bytes = randomBytes(20_000_001);
    await client.send(new PutObjectCommand({ ...A, Body: Readable.from([bytes]), ContentLength: bytes.length }));
    const got = await client.send(new GetObjectCommand({ ...A, ChecksumMode: "ENABLED" }));
    const back = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    expect(back.equals(bytes)).toBe(true);
    expect(got.ChecksumCRC32).toMatch(/^.{8}$/);
  });

  it("is missing with NoSuchKey, its bucket with NoSuchBucket, and a HEAD has no body", async () => {
    const { client, raw } = await startS3();
    expect(await refusal(client.send(new GetObjectCommand({ ...A })))).toBe("404 NoSuchKey");
    expect(await refusal(client.send(new GetObjectCommand({ Bucket: "none", Key: "a" })))).toBe("404 NoSuchBucket");
    const answer = await raw("/files/a");
    expect(await answer.text()).toMatch(
      /<Code>NoSuchKey<\/Code><Message>.+<\/Message>.*<RequestId>\w{16}<\/RequestId>/,
    );
    const head = await raw("/files/a", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([404, ""]);
  });

  it("is not told to be missing where its caller may not list the bucket", async () => {
    const denied: string[] = [];
    const denial = (name: string, { action, resource }: { action: string; resource: string }) => {
      denied.push(`${name} ${action} ${resource}`);
      return new Error("no");
    };
    const { client } = await startS3({ caller: "function", denial });
    expect(await refusal(client.send(new GetObjectCommand({ ...A })))).toBe("403 AccessDenied");
    expect(denied).toEqual(["function s3:ListBucket arn:aws:s3:::files"]);
  });
});

describe("a read", () => {
  const read = async (headers: Record<string, string>, path = "/files/a"): Promise<string> => {
    const { client, raw } = await startS3();
    await client.send(new PutObjectCommand({ ...A, Body: "0123456789" }));
    const answer = await raw(path, { headers });
    const body = await answer.text();
    return `${answer.status} ${answer.headers.get("content-range") ?? ""} ${/<Code>(.*)<\/Code>/.exec(body)?.[1] ?? body}`;
  };

  it.each([
    ["bytes=2-4", "206 bytes 2-4/10 234"],
    ["bytes=8-", "206 bytes 8-9/10 89"],
    ["bytes=8-99", "206 bytes 8-9/10 89"],
    ["bytes=-3", "206 bytes 7-9/10 789"],
    ["bytes=-99", "206 bytes 0-9/10 0123456789"],
    ["bytes=10-", "416  InvalidRange"],
    ["bytes=-0", "416  InvalidRange"],
    ["bytes=4-2", "200  0123456789"],
    ["bytes=0-1,3-4", "200  0123456789"],
    ["lines=1-2", "200  0123456789"],
  ])("of the range %s answers %s", async (range, expected) => {
    expect(await read({ range })).toBe(expected);
  });

  const etag = `"${createHash("md5").update("0123456789").digest("hex")}"`;
  const [past, future] = [new Date(0).toUTCString(), new Date(Date.now() + 60_000).toUTCString()];
  it.each([
    [{ "if-match": etag }, "200  0123456789"],
    [{ "if-match": '"other"' }, "412  PreconditionFailed"],
    [{ "if-none-match": etag }, "304  "],
    [{ "if-none-match": '"other"' }, "200  0123456789"],
    [{ "if-modified-since": future }, "304  "],
    [{ "if-modified-since": past }, "200  0123456789"],
    [{ "if-unmodified-since": past }, "412  PreconditionFailed"],
    [{ "if-unmodified-since": past, "if-match": etag }, "200  0123456789"],
    [{ "if-none-match": '"other"', "if-modified-since": future }, "200  0123456789"],
  ])("with %j answers %s", async (headers, expected) => {
    expect(await read(Object.fromEntries(Object.entries(headers)))).toBe(expected);
  });

  it("has the headers that its query sets, and none that would begin another", async () => {
    const { client, raw } = await startS3();
    await client.send(new PutObjectCommand({ ...A, Body: "x", ContentType: "text/html" }));
    const got = await raw("/files/a?response-content-type=text%2Fplain&response-content-disposition=attachment");
    expect([got.headers.get("content-type"), got.headers.get("content-disposition")]).toEqual([
      "text/plain",
      "attachment",
    ]);
    expect((await raw("/files/a?response-content-type=a%0D%0Ab:c")).status).toBe(400);
    expect((await raw("/files/a?response-content-disposition=%ED%95%9C")).status).toBe(400);
  });
});

describe("a write", () => {
  it("is made under conditions: that there is none, or that it is the one that was read", async () => {
    const { client } = await startS3();
    const put = (more: object) => client.send(new PutObjectCommand({ ...A, Body: "x", ...more }));
    expect(await refusal(put({ IfMatch: '"x"' }))).toBe("404 NoSuchKey");
    const { ETag } = await put({ IfNoneMatch: "*" });
    expect(await refusal(put({ IfNoneMatch: "*" }))).toBe("412 PreconditionFailed");
    expect(await refusal(put({ IfMatch: '"other"' }))).toBe("412 PreconditionFailed");
    expect(await refusal(put({ IfMatch: ETag }))).toBe("-");
    const remove = (IfMatch: string) => refusal(client.send(new DeleteObjectCommand({ ...A, IfMatch })));
    expect([await remove('"other"'), await remove(ETag ?? ""), await remove("*")]).toEqual([
      "412 PreconditionFailed",
      "-",
      "404 NoSuchKey",
    ]);
  });

  it("of many at once, each on condition that there is none, succeeds once", async () => {
    const { client } = await startS3();
    const put = () => refusal(client.send(new PutObjectCommand({ ...A, Body: "x".repeat(100_000), IfNoneMatch: "*" })));
    const results = await Promise.all(Array.from({ length: 8 }, put));
    expect(results.filter((one) => one === "-")).toHaveLength(1);
  });

  it.each([
    ["content-md5", "AAAAAAAAAAAAAAAAAAAAAA==", "BadDigest"],
    ["content-md5", "short", "InvalidDigest"],
    ["x-amz-checksum-crc32", "AAAAAA==", "BadDigest"],
    ["x-amz-checksum-crc32", "AAAA", "InvalidRequest"],
    ["x-amz-checksum-xxhash64", "AAAAAAAAAAA=", "NotImplemented"],
    ["x-amz-content-sha256", "0".repeat(64), "XAmzContentSHA256Mismatch"],
    ["x-amz-content-sha256", "STREAMING-OTHER", "NotImplemented"],
    ["x-amz-acl", "public-read", "AccessControlListNotSupported"],
    ["x-amz-object-lock-mode", "GOVERNANCE", "NotImplemented"],
    ["x-amz-meta-a", "x".repeat(2_048), "MetadataTooLarge"],
    ["if-none-match", '"x"', "NotImplemented"],
  ])("with %s: %s is refused as %s, and nothing is stored", async (name, value, code) => {
    const { client, raw } = await startS3();
    const answer = await raw("/files/a", { method: "PUT", body: "text", headers: { [name]: value } });
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
    expect((await client.send(new ListObjectsV2Command({ Bucket: "files" }))).KeyCount).toBe(0);
  });

  it("without a length is refused", async () => {
    const { raw } = await startS3();
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(Buffer.from("x"));
        controller.close();
      },
    });
    const answer = await raw("/files/a", { method: "PUT", body, duplex: "half" });
    expect([answer.status, await answer.text()]).toEqual([411, expect.stringContaining("MissingContentLength")]);
  });

  it("of 10 MB that is refused reads to its end, so that its client sees why", async () => {
    const { raw } = await startS3();
    const answer = await raw("/none/a", { method: "PUT", body: new Uint8Array(10_000_000) });
    expect(await answer.text()).toContain("NoSuchBucket");
  });
});

describe("a copy", () => {
  it("has the source's metadata, or its own, and its own tags", async () => {
    const { client } = await startS3();
    const Metadata = { a: "1" };
    await client.send(new PutObjectCommand({ ...A, Body: "text", ContentType: "text/x", Metadata, Tagging: "t=1" }));
    const copy = (Key: string, more: object = {}) =>
      client.send(new CopyObjectCommand({ Bucket: "files", Key, CopySource: "files/a", ...more }));
    await copy("b");
    await copy("c", { MetadataDirective: "REPLACE", Metadata: { b: "2" }, ContentType: "text/y" });
    const head = (Key: string) => client.send(new HeadObjectCommand({ Bucket: "files", Key }));
    expect(await head("b")).toMatchObject({ ContentType: "text/x", Metadata, ContentLength: 4 });
    expect(await head("c")).toMatchObject({ ContentType: "text/y", Metadata: { b: "2" } });
    const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket: "files", Key: "c" }));
    expect(TagSet).toEqual([{ Key: "t", Value: "1" }]);
    expect(await refusal(copy("a"))).toBe("400 InvalidRequest");
    expect(await refusal(copy("d", { CopySourceIfMatch: '"other"' }))).toBe("412 PreconditionFailed");
    expect(await refusal(copy("d", { CopySource: "files/none" }))).toBe("404 NoSuchKey");
  });

  it("outlives its source, also as a file", async () => {
    const { client } = await startS3({ smallBytes: 0 });
    await client.send(new PutObjectCommand({ ...A, Body: "text" }));
    await client.send(new CopyObjectCommand({ Bucket: "files", Key: "b", CopySource: "files/a" }));
    await client.send(new DeleteObjectCommand({ ...A }));
    expect(await text((await client.send(new GetObjectCommand({ Bucket: "files", Key: "b" }))).Body)).toBe("text");
  });
});

describe("deleting many", () => {
  it("says what was deleted and what was not, by each key", async () => {
    const denial = (_: string, { resource }: { resource: string }) =>
      resource.endsWith("/b") ? new Error("no") : null;
    const { client } = await startS3({ caller: "function", denial });
    for (const Key of ["a", "b", "c"]) await client.send(new PutObjectCommand({ Bucket: "files", Key, Body: "" }));
    const Objects = [{ Key: "a" }, { Key: "b" }, { Key: "c", ETag: "other" }, { Key: "none<&>" }];
    const result = await client.send(new DeleteObjectsCommand({ Bucket: "files", Delete: { Objects } }));
    expect(result.Deleted?.map((one) => one.Key)).toEqual(["a", "none<&>"]);
    expect(result.Errors?.map((one) => `${one.Key} ${one.Code}`)).toEqual(["b AccessDenied", "c PreconditionFailed"]);
    const left = await client.send(new ListObjectsV2Command({ Bucket: "files" }));
    expect(left.Contents?.map((one) => one.Key)).toEqual(["b", "c"]);
  });
});

it("keeps tags, which can be replaced", async () => {
  const { client } = await startS3();
  await client.send(new PutObjectCommand({ ...A, Body: "text", Tagging: "a=1&b=%20" }));
  const tags = async () => (await client.send(new GetObjectTaggingCommand({ ...A }))).TagSet;
  expect(await tags()).toEqual([
    { Key: "a", Value: "1" },
    { Key: "b", Value: " " },
  ]);
  const TagSet = [{ Key: "c", Value: "<" }];
  await client.send(new PutObjectTaggingCommand({ ...A, Tagging: { TagSet } }));
  expect(await tags()).toEqual(TagSet);
  expect(await text((await client.send(new GetObjectCommand({ ...A }))).Body)).toBe("text");
});
