import { HeadObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import type { PresignedPostOptions } from "@aws-sdk/s3-presigned-post";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundaryOf, createFormReader } from "../../src/s3/form-data.ts";
import { filesIn, startS3, temporaryDirectory } from "./support/server.ts";
import type { TestS3 } from "./support/server.ts";

const POST: Omit<PresignedPostOptions, "Bucket"> = {
  Key: "uploads/a.pdf",
  Conditions: [
    ["content-length-range", 1, 10],
    ["eq", "$Content-Type", "application/pdf"],
    ["starts-with", "$x-amz-meta-name", "a"],
  ],
  Fields: { "Content-Type": "application/pdf", "x-amz-meta-name": "a.pdf" },
};

interface Posted {
  readonly changes?: Readonly<Record<string, string>>;
  readonly options?: Partial<PresignedPostOptions>;
  readonly filename?: string;
}

async function post(
  { client }: TestS3,
  file: string | Uint8Array<ArrayBuffer>,
  { changes = {}, options = {}, filename = "a.pdf" }: Posted = {},
) {
  const { url, fields } = await createPresignedPost(client, { Bucket: "files", Expires: 60, ...POST, ...options });
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changes })) form.append(name, value);
  form.append("file", new Blob([file]), filename);
  form.append("behind", "the file");
  const answer = await fetch(url, { method: "POST", body: form, redirect: "manual" });
  const body = await answer.text();
  return { answer, body, said: `${answer.status} ${/<Code>(.*)<\/Code>/.exec(body)?.[1] ?? "-"}` };
}

describe("a form", () => {
  it("stores its file under its key, with the type and metadata that it has", async () => {
    const s3 = await startS3();
    expect((await post(s3, "12345")).said).toBe("204 -");
    const head = await s3.client.send(new HeadObjectCommand({ Bucket: "files", Key: "uploads/a.pdf" }));
    expect(head).toMatchObject({ ContentLength: 5, ContentType: "application/pdf", Metadata: { name: "a.pdf" } });
  });

  it.each([
    ["a file that is too large", "12345678901", {}, "400 EntityTooLarge"],
    ["an empty file", "", {}, "400 EntityTooSmall"],
    ["another key", "123", { key: "uploads/b.pdf" }, "403 AccessDenied"],
    ["a key that climbs", "123", { key: "../.." }, "403 AccessDenied"],
    ["another type", "123", { "Content-Type": "text/html" }, "403 AccessDenied"],
    ["a field that does not start as it must", "123", { "x-amz-meta-name": "b" }, "403 AccessDenied"],
    ["a field that its policy does not mention", "123", { "x-amz-meta-other": "b" }, "403 AccessDenied"],
    ["a policy that was changed", "123", { Policy: "e30=" }, "403 SignatureDoesNotMatch"],
    ["another signature", "123", { "X-Amz-Signature": "0" }, "403 SignatureDoesNotMatch"],
    [
      "a key of nobody's",
      "123",
      { "X-Amz-Credential": "AKNOBODY/20260101/us-east-1/s3/aws4_request" },
      "403 InvalidAccessKeyId",
    ],
    ["fields of 21 KB", "123", { "x-ignore-a": "x".repeat(21_000) }, "400 MaxPostPreDataLengthExceeded"],
  ])("with %s is refused, and stores nothing", async (_what, file, changes: Record<string, string>, expected) => {
    const directory = temporaryDirectory();
    const s3 = await startS3({ directory, smallBytes: 0 });
    expect((await post(s3, file, { changes })).said).toBe(expected);
    expect((await s3.client.send(new ListObjectsV2Command({ Bucket: "files" }))).KeyCount).toBe(0);
    expect(filesIn(directory)).toEqual([]);
  });

  it("is refused when its policy has expired", async () => {
    let now = Date.now();
    const s3 = await startS3({ now: () => now });
    now += 61_000;
    expect((await post(s3, "123")).said).toBe("403 AccessDenied");
  });

  it("is refused when its signer may not put the object, or is not known", async () => {
    const asked: unknown[] = [];
    const denial = (name: string, call: unknown) => {
      asked.push([name, call]);
      return new Error("no");
    };
    expect((await post(await startS3({ denial }), "123")).said).toBe("403 AccessDenied");
    expect(asked).toEqual([["function", { action: "s3:PutObject", resource: "arn:aws:s3:::files/uploads/a.pdf" }]]);
    const stranger = { accessKeyId: "AKOTHER", secretAccessKey: "x" };
    expect((await post(await startS3({ credentials: stranger }), "123")).said).toBe("403 InvalidAccessKeyId");
  });

  it("of more than its policy takes is refused before it is read to its end", async () => {
    const s3 = await startS3();
    const options = { Conditions: [["content-length-range", 0, 1_000_000]] } satisfies Partial<PresignedPostOptions>;
    const { said } = await post(s3, new Uint8Array(30_000_000), { options: { ...options, Fields: {} } });
    expect(said).toBe("400 EntityTooLarge");
  });

  it("fills in the file's name, whatever it is, and climbs nowhere", async () => {
    const s3 = await startS3();
    const options = { Key: "up/${filename}", Conditions: [], Fields: {} };
    for (const filename of ['한글 "x".pdf', "..\\..\\a", "$&"]) await post(s3, "123", { options, filename });
    const { Contents } = await s3.client.send(new ListObjectsV2Command({ Bucket: "files" }));
    expect(Contents?.map((one) => one.Key)).toEqual(["up/$&", "up/a", 'up/한글 "x".pdf']);
  });

  it("answers as its fields say", async () => {
    const s3 = await startS3();
    const status = (value: string) =>
      post(s3, "1", { options: { Conditions: [], Fields: { success_action_status: value } } });
    expect((await status("200")).answer.status).toBe(200);
    expect((await status("201")).body).toContain("<Key>uploads/a.pdf</Key><ETag>&quot;c4ca4238");
    const Fields = { success_action_redirect: "http://localhost:3000/done?x=1" };
    const { answer } = await post(s3, "1", { options: { Conditions: [], Fields } });
    expect([answer.status, answer.headers.get("location")]).toEqual([
      303,
      "http://localhost:3000/done?x=1&bucket=files&key=uploads%2Fa.pdf&etag=%22c4ca4238a0b923820dcc509a6f75849b%22",
    ]);
  });

  it("has its checksum verified", async () => {
    const s3 = await startS3();
    const sum = (value: string) => ({ options: { Conditions: [], Fields: { "x-amz-checksum-crc32": value } } });
    expect((await post(s3, "123456789", sum("y/Q5Jg=="))).said).toBe("204 -");
    expect((await post(s3, "123456780", sum("y/Q5Jg=="))).said).toBe("400 BadDigest");
  });

  it("without a policy or a file, or that is none, is refused", async () => {
    const { url } = await startS3();
    const send = async (body: FormData | string): Promise<number> =>
      (await fetch(`${url}/files`, { method: "POST", body })).status;
    const form = new FormData();
    form.append("key", "a");
    expect(await send(form)).toBe(400);
    form.append("file", new Blob(["x"]));
    expect(await send(form)).toBe(403);
    expect(await send("x")).toBe(412);
  });
});

describe("the reader of forms", () => {
  const read = (body: Buffer, step: number) => {
    const seen: string[] = [];
    const data: Buffer[] = [];
    const reader = createFormReader("BOUND", {
      field: (name, value) => void seen.push(`${name}=${value}`),
      file: (filename) => void seen.push(`file ${filename}`),
      data: (bytes) => void data.push(Buffer.from(bytes)),
    });
    for (let at = 0; at < body.length; at += step) reader.push(body.subarray(at, at + step));
    return { ended: reader.end(), seen, data: Buffer.concat(data) };
  };
  const part = (disposition: string, content: Uint8Array | string): Buffer =>
    Buffer.concat([
      Buffer.from(`--BOUND\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from("\r\n"),
    ]);

  it("finds the same in whatever pieces a form comes, and its file may hold anything but the boundary", () => {
    const piece = fc.oneof(fc.constantFrom("\r\n", "--", "\r\n--BOUN", "-", "BOUND", "\r"), fc.string());
    const content = fc.array(piece).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 50 }), (text, step) => {
        fc.pre(!text.includes("\r\n--BOUND") && !text.startsWith("--BOUND"));
        const body = [part('name="a"', "1\r\n2"), part('name="file"; filename="x%22y"', text), part('name="b"', "no")];
        expect(read(Buffer.concat([...body, Buffer.from("--BOUND--\r\n")]), step)).toEqual({
          ended: true,
          seen: ["a=1\r\n2", 'file x"y'],
          data: Buffer.from(text),
        });
      }),
    );
  });

  it("refuses what is cut off", () => {
    expect(() => read(part('name="file"; filename="x"', "abc"), 5)).toThrow("not well-formed");
  });

  it.each([
    ["multipart/form-data; boundary=abc", "abc"],
    ['Multipart/Form-Data; charset=utf-8; boundary="a b"', "a b"],
    ["application/x-www-form-urlencoded", null],
    [undefined, null],
  ])("takes the boundary of %s", (type, expected) => {
    expect(boundaryOf(type)).toBe(expected);
  });
});
