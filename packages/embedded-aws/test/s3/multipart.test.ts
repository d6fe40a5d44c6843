import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import type { CompletedPart, CreateMultipartUploadCommandInput } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { filesIn, refusal, startS3, temporaryDirectory } from "./support/server.ts";
import type { TestS3 } from "./support/server.ts";

const A = { Bucket: "files", Key: "a" };
const MIN = 5 * 1024 ** 2;

async function begin({ client }: TestS3, more: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...A, ...more }));
  const upload = { ...A, UploadId };
  const part = async (PartNumber: number, bytes: Uint8Array): Promise<CompletedPart> => {
    const input = { ...upload, PartNumber, Body: bytes, ChecksumAlgorithm: more.ChecksumAlgorithm };
    const { $metadata: _, ...sums } = await client.send(new UploadPartCommand(input));
    return { PartNumber, ...sums };
  };
  const complete = (Parts: CompletedPart[], conditions: object = {}) =>
    client.send(new CompleteMultipartUploadCommand({ ...upload, ...conditions, MultipartUpload: { Parts } }));
  return { upload, part, complete };
}

const md5 = (bytes: Uint8Array): Buffer => createHash("md5").update(bytes).digest();

describe("a multipart upload", () => {
  it("becomes one object, with an ETag of its parts, and leaves no part behind", async () => {
    const directory = temporaryDirectory();
    const s3 = await startS3({ directory });
    const { upload, part, complete } = await begin(s3, { ContentType: "text/x", Metadata: { a: "1" } });
    const [first, second] = [Buffer.alloc(MIN, 1), Buffer.from("end")];
    const two = await part(2, second);
    const unused = await part(3, Buffer.alloc(1_000_000));
    const one = await part(1, first);
    expect(unused.ETag).toBe(`"${md5(Buffer.alloc(1_000_000)).toString("hex")}"`);
    const listed = await s3.client.send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
    expect([listed.Parts?.map((p) => p.Size), listed.IsTruncated]).toEqual([[MIN, 3], true]);
    const { ETag } = await complete([one, two]);
    const etag = createHash("md5")
      .update(Buffer.concat([md5(first), md5(second)]))
      .digest("hex");
    expect(ETag).toBe(`"${etag}-2"`);
    const got = await s3.client.send(new GetObjectCommand({ ...A, Range: `bytes=${MIN - 2}-` }));
    expect([got.ContentType, got.Metadata, got.ContentRange]).toEqual([
      "text/x",
      { a: "1" },
      `bytes ${MIN - 2}-${MIN + 2}/${MIN + 3}`,
    ]);
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(Buffer.from("\u0001\u0001end"));
    await expect.poll(() => filesIn(directory)).toHaveLength(1);
    expect(await refusal(complete([one, two]))).toBe("404 NoSuchUpload");
  });

  it("checks number, order, ETag and size of its parts", async () => {
    const s3 = await startS3();
    const { upload, part, complete } = await begin(s3);
    const [one, two] = [await part(1, Buffer.from("x")), await part(2, Buffer.from("y"))];
    expect(await refusal(complete([two, one]))).toBe("400 InvalidPartOrder");
    expect(await refusal(complete([one, { ...two, ETag: '"x"' }]))).toBe("400 InvalidPart");
    expect(await refusal(complete([one, { ...two, PartNumber: 3 }]))).toBe("400 InvalidPart");
    expect(await refusal(complete([one, two]))).toBe("400 EntityTooSmall");
    expect(await refusal(complete([]))).toBe("400 MalformedXML");
    const wrong = new UploadPartCommand({ ...upload, PartNumber: 10_001, Body: "x" });
    expect(await refusal(s3.client.send(wrong))).toBe("400 InvalidArgument");
    expect(await refusal(complete([two]))).toBe("-");
  });

  it.each(["CRC32", "CRC32C", "SHA1", "SHA256"] as const)(
    "has a composite %s, of which each part's is asked for",
    async (ChecksumAlgorithm) => {
      const s3 = await startS3();
      const { part, complete } = await begin(s3, { ChecksumAlgorithm });
      const one = await part(1, Buffer.from("123456789"));
      expect(await refusal(complete([{ PartNumber: 1, ETag: one.ETag }]))).toBe("400 InvalidRequest");
      await complete([one]);
      const got = await s3.client.send(new GetObjectCommand({ ...A, ChecksumMode: "ENABLED" }));
      expect(got.ChecksumType).toBe("COMPOSITE");
      expect(got[`Checksum${ChecksumAlgorithm}`]).toMatch(/=-1$/);
    },
  );

  it.each([
    ["CRC32", "y/Q5Jg=="],
    ["CRC32C", "4waSgw=="],
    ["CRC64NVME", "rosUhgp5mIg="],
  ] as const)("has a %s of the whole object, whichever its parts", async (ChecksumAlgorithm, expected) => {
    const s3 = await startS3();
    const { part, complete } = await begin(s3, { ChecksumAlgorithm, ChecksumType: "FULL_OBJECT" });
    const { ETag } = await part(1, Buffer.from("123456789"));
    await complete([{ PartNumber: 1, ETag }]);
    const got = await s3.client.send(new GetObjectCommand({ ...A, ChecksumMode: "ENABLED" }));
    expect([got.ChecksumType, got[`Checksum${ChecksumAlgorithm}`]]).toEqual(["FULL_OBJECT", expected]);
    expect(await got.Body?.transformToString()).toBe("123456789");
  });

  it("takes parts from other objects, or ranges of them", async () => {
    const s3 = await startS3();
    await s3.client.send(new PutObjectCommand({ Bucket: "files", Key: "b", Body: "0123456789" }));
    const { upload, complete } = await begin(s3);
    const copy = (CopySourceRange?: string) =>
      s3.client.send(new UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource: "files/b", CopySourceRange }));
    expect(await refusal(copy("bytes=8-10"))).toBe("400 InvalidArgument");
    const { CopyPartResult } = await copy("bytes=8-9");
    await complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    const got = await s3.client.send(new GetObjectCommand({ ...A }));
    expect(await got.Body?.transformToString()).toBe("89");
  });

  it("is listed until it is aborted, and is not completed over an object under the condition that there is none", async () => {
    const directory = temporaryDirectory();
    const s3 = await startS3({ directory, smallBytes: 0 });
    const { upload, part, complete } = await begin(s3);
    const other = await begin(s3);
    const one = await part(1, Buffer.from("x"));
    await s3.client.send(new PutObjectCommand({ ...A, Body: "y" }));
    expect(await refusal(complete([one], { IfNoneMatch: "*" }))).toBe("412 PreconditionFailed");
    const list = async (more: object = {}) =>
      s3.client.send(new ListMultipartUploadsCommand({ Bucket: "files", ...more }));
    const ids = (await list()).Uploads?.map((one) => one.UploadId);
    expect(new Set(ids)).toEqual(new Set([upload.UploadId, other.upload.UploadId]));
    const page = await list({ MaxUploads: 1 });
    const marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    expect([page.IsTruncated, (await list(marker)).Uploads?.length]).toEqual([true, 1]);
    await s3.client.send(new AbortMultipartUploadCommand(upload));
    await s3.client.send(new AbortMultipartUploadCommand(other.upload));
    expect((await list()).Uploads).toBeUndefined();
    await expect.poll(() => filesIn(directory)).toHaveLength(1);
    expect(await refusal(part(1, Buffer.from("x")))).toBe("404 NoSuchUpload");
  });
});
