import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "vitest";
import { startS3 } from "./support/server.ts";
import type { TestS3 } from "./support/server.ts";

const A = { Bucket: "files", Key: "하나/a b+c&d=(e)'!*.txt" };

async function said(answer: Response): Promise<string> {
  const body = await answer.text();
  return `${answer.status} ${/<Code>(.*)<\/Code>/.exec(body)?.[1] ?? body}`;
}

async function stored(): Promise<TestS3> {
  const s3 = await startS3();
  await s3.client.send(new PutObjectCommand({ ...A, Body: "text" }));
  return s3;
}

describe("a presigned URL", () => {
  it("reads, with headers of its own for the answer", async () => {
    const { client } = await stored();
    const command = new GetObjectCommand({ ...A, ResponseContentDisposition: 'attachment; filename="a b.txt"' });
    const answer = await fetch(await getSignedUrl(client, command, { expiresIn: 60 }));
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="a b.txt"');
    expect(await said(answer)).toBe("200 text");
  });

  it("writes, with metadata that was signed into it and any type", async () => {
    const { client } = await startS3();
    const command = new PutObjectCommand({ ...A, Metadata: { owner: "a b" } });
    const url = await getSignedUrl(client, command, { expiresIn: 60 });
    const answer = await fetch(url, {
      method: "PUT",
      body: "x=1",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(await said(answer)).toBe("200 ");
    const head = await client.send(new HeadObjectCommand({ ...A }));
    expect(head).toMatchObject({ Metadata: { owner: "a b" }, ContentType: "application/x-www-form-urlencoded" });
  });

  it("lists", async () => {
    const { client } = await stored();
    const url = await getSignedUrl(client, new ListObjectsV2Command({ Bucket: "files", Prefix: "하나/" }));
    expect(await said(await fetch(url))).toContain("<KeyCount>1</KeyCount>");
  });

  it("binds the headers that were signed", async () => {
    const { client } = await startS3();
    const command = new PutObjectCommand({ ...A, ContentType: "text/plain" });
    const url = await getSignedUrl(client, command, { signableHeaders: new Set(["content-type"]) });
    const put = async (type: string) =>
      said(await fetch(url, { method: "PUT", body: "x", headers: { "content-type": type } }));
    expect([await put("text/html"), await put("text/plain")]).toEqual(["403 SignatureDoesNotMatch", "200 "]);
  });

  it.each([
    ["another method", (url: string) => ({ url, method: "PUT" })],
    ["another key", (url: string) => ({ url: url.replace(".txt", ".TXT"), method: "GET" })],
    [
      "another header for the answer",
      (url: string) => ({ url: `${url}&response-content-type=text/html`, method: "GET" }),
    ],
    ["more time", (url: string) => ({ url: url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), method: "GET" })],
    [
      "another key's bytes",
      (url: string) => ({ url: url.replace(/X-Amz-Signature=.{8}/, "X-Amz-Signature=00000000"), method: "GET" }),
    ],
  ] as const)("is refused for %s", async (_, change) => {
    const { client } = await stored();
    const { url, method } = change(await getSignedUrl(client, new GetObjectCommand({ ...A }), { expiresIn: 60 }));
    expect(await said(await fetch(url, { method }))).toBe("403 SignatureDoesNotMatch");
  });

  it("is refused when it is over, not begun, or not whole", async () => {
    let now = Date.now();
    const { client } = await startS3({ now: () => now });
    const url = await getSignedUrl(client, new GetObjectCommand({ ...A }), { expiresIn: 60 });
    expect(await said(await fetch(url))).toBe("404 NoSuchKey");
    now += 62_000;
    expect(await said(await fetch(url))).toBe("403 AccessDenied");
    now -= 3_600_000;
    expect(await said(await fetch(url))).toBe("403 AccessDenied");
    expect(await said(await fetch(url.replace(/&X-Amz-Expires=60/, "")))).toBe("400 AuthorizationQueryParametersError");
    const long = await getSignedUrl(client, new GetObjectCommand({ ...A }), { expiresIn: 60 });
    expect(await said(await fetch(long.replace("Expires=60", "Expires=604801")))).toBe(
      "400 AuthorizationQueryParametersError",
    );
  });

  it("of a key that the run did not give out is the owner's, whose secret is not known", async () => {
    const { client } = await startS3({ credentials: { accessKeyId: "AKOTHER", secretAccessKey: "x" } });
    const url = await getSignedUrl(client, new PutObjectCommand({ ...A }), { expiresIn: 60 });
    expect(await said(await fetch(url, { method: "PUT", body: "x" }))).toBe("200 ");
  });
});

it("refuses a request without any signature", async () => {
  const { url } = await stored();
  expect(await said(await fetch(`${url}/files/a`))).toBe("403 AccessDenied");
  expect(await said(await fetch(`${url}/files/a`, { method: "PUT", body: "x" }))).toBe("403 AccessDenied");
});
