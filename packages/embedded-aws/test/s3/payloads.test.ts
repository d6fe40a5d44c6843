import { createHash } from "node:crypto";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALGORITHMS, createHasher } from "../../src/s3/checksums.ts";
import { createChunkDecoder } from "../../src/s3/chunked.ts";
import { startS3 } from "./support/server.ts";

// The check values of the catalogue of parametrised CRC algorithms, and of the SHA standard's tools, for "123456789".
it.each([
  ["CRC32", "cbf43926"],
  ["CRC32C", "e3069283"],
  ["CRC64NVME", "ae8b14860a799888"],
  ["SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
  ["SHA256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
] as const)("%s has its check value, also in pieces", (algorithm, expected) => {
  const hasher = createHasher(algorithm);
  for (const piece of ["12", "", "3456789"]) hasher.update(Buffer.from(piece));
  expect(hasher.digest().toString("hex")).toBe(expected);
});

describe("an upload by the SDK", () => {
  it.each(ALGORITHMS)("has its %s verified, kept and given back", async (algorithm) => {
    const { client } = await startS3();
    const hasher = createHasher(algorithm);
    hasher.update(Buffer.from("text"));
    const value = hasher.digest().toString("base64");
    const input = { Bucket: "files", Key: "a", Body: "text", [`Checksum${algorithm}`]: value };
    const put = await client.send(new PutObjectCommand(input));
    expect(put[`Checksum${algorithm}`]).toBe(value);
    const got = await client.send(new GetObjectCommand({ Bucket: "files", Key: "a", ChecksumMode: "ENABLED" }));
    expect([got[`Checksum${algorithm}`], got.ChecksumType]).toEqual([value, "FULL_OBJECT"]);
    expect(await got.Body?.transformToString()).toBe("text");
  });
});

describe("a body in chunks", () => {
  const put = async (body: string, headers: Record<string, string>): Promise<string> => {
    const { raw } = await startS3();
    const answer = await raw("/files/a", {
      method: "PUT",
      body,
      headers: { "content-encoding": "gzip,aws-chunked", ...headers },
    });
    const code = /<Code>(.*)<\/Code>/.exec(await answer.text())?.[1];
    if (code !== undefined) return code;
    const got = await raw("/files/a", { method: "HEAD" });
    return `${got.headers.get("content-length")} ${got.headers.get("content-encoding")}`;
  };
  const trailer = {
    "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "x-amz-trailer": "x-amz-checksum-crc32",
    "x-amz-decoded-content-length": "9",
  };
  const signed = {
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "x-amz-decoded-content-length": "9",
  };
  const signature = `;chunk-signature=${"0".repeat(64)}`;

  it.each([
    [
      "with its checksum behind it",
      "4\r\n1234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n",
      trailer,
      "9 gzip",
    ],
    ["with another's checksum", "9\r\n123456780\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n", trailer, "BadDigest"],
    ["whose chunks are signed", `9${signature}\r\n123456789\r\n0${signature}\r\n\r\n`, signed, "9 gzip"],
    ["that is cut off", "9\r\n12345", trailer, "IncompleteBody"],
    ["that is shorter than said", "1\r\n1\r\n0\r\n\r\n", trailer, "IncompleteBody"],
    ["that is longer than said", "a\r\n1234567890\r\n0\r\n\r\n", trailer, "IncompleteBody"],
    ["that is not encoded", "one line\r\n", trailer, "InvalidRequest"],
    [
      "whose length is not said",
      "0\r\n\r\n",
      { ...trailer, "x-amz-decoded-content-length": "" },
      "MissingContentLength",
    ],
  ])("%s is what it is", async (_, body, headers, expected) => {
    expect(await put(body, headers)).toBe(expected);
  });

  it("is decoded whatever pieces it comes in", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 })),
        fc.integer({ min: 1, max: 7 }),
        (chunks, step) => {
          const encoded = Buffer.concat([
            ...chunks.flatMap((bytes) => [Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]),
            Buffer.from("0\r\nx-a: 1\r\nx-b:2\r\n\r\n"),
          ]);
          const decoded: Buffer[] = [];
          const decoder = createChunkDecoder((bytes) => void decoded.push(Buffer.from(bytes)));
          for (let at = 0; at < encoded.length; at += step) decoder.push(encoded.subarray(at, at + step));
          expect([...decoder.end()]).toEqual([
            ["x-a", "1"],
            ["x-b", "2"],
          ]);
          expect(Buffer.concat(decoded)).toEqual(Buffer.concat(chunks));
        },
      ),
    );
  });
});

it("an upload of which the client is gone in the middle leaves nothing", async () => {
  const { client, url } = await startS3();
  const abort = new AbortController();
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(Buffer.from(`98967f\r\n${"x".repeat(1_000_000)}`)),
  });
  const headers = {
    authorization: "Credential=x",
    "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "x-amz-decoded-content-length": "9999999",
  };
  const sent = fetch(`${url}/files/a`, { method: "PUT", body, duplex: "half", headers, signal: abort.signal });
  setTimeout(() => abort.abort(), 20);
  await expect(sent).rejects.toThrow("aborted");
  const put = await client.send(new PutObjectCommand({ Bucket: "files", Key: "b", Body: "x" }));
  expect(put.ETag).toBe(`"${createHash("md5").update("x").digest("hex")}"`);
  const answer = await fetch(`${url}/files/a`, { headers: { authorization: "x" } });
  expect(answer.status).toBe(404);
});
