import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { expect, it } from "vitest";
import { createMapStorage, filesIn, startS3, temporaryDirectory } from "./support/server.ts";
import type { TestS3 } from "./support/server.ts";

const read = async ({ client }: TestS3, Key: string): Promise<string | undefined> =>
  (await client.send(new GetObjectCommand({ Bucket: "files", Key }))).Body?.transformToString();
const LARGE = "large".repeat(100_000);

it("keeps objects, small and large, and uploads over a restart, and no file that nothing names", async () => {
  const [storage, directory] = [createMapStorage(), temporaryDirectory()];
  const first = await startS3({ storage, directory });
  const put = (Key: string, Body: string, more: object = {}) =>
    first.client.send(new PutObjectCommand({ Bucket: "files", Key, Body, ...more }));
  const korean = "가".repeat(100);
  await put(korean, "small", { ContentType: "text/x", Metadata: { a: "1" } });
  await put("../../large", LARGE);
  await put("gone", LARGE);
  await first.client.send(new DeleteObjectCommand({ Bucket: "files", Key: "gone" }));
  const { UploadId } = await first.client.send(new CreateMultipartUploadCommand({ Bucket: "files", Key: "parts" }));
  const part = { Bucket: "files", Key: "parts", UploadId, PartNumber: 1 };
  const { ETag, ChecksumCRC32 } = await first.client.send(new UploadPartCommand({ ...part, Body: LARGE }));
  await first.stop();
  writeFileSync(join(directory, "0123.partial"), "left by a kill");

  const second = await startS3({ storage: createMapStorage(storage.kept), directory });
  expect(await read(second, korean)).toBe("small");
  expect(await read(second, "../../large")).toBe(LARGE);
  const head = await second.client.send(new GetObjectCommand({ Bucket: "files", Key: korean }));
  expect(head).toMatchObject({ ContentType: "text/x", Metadata: { a: "1" } });
  const Parts = [{ PartNumber: 1, ETag, ChecksumCRC32 }];
  await second.client.send(
    new CompleteMultipartUploadCommand({ Bucket: "files", Key: "parts", UploadId, MultipartUpload: { Parts } }),
  );
  expect(await read(second, "parts")).toBe(LARGE);
  expect(filesIn(directory)).toHaveLength(2);
  expect(filesIn(directory).every((name) => /^[0-9a-f]{32}$/.test(name))).toBe(true);
  expect(second.warnings).toEqual([]);
});

it("starts without a record that cannot be read, or has lost its file, and says so", async () => {
  const [storage, directory] = [createMapStorage(), temporaryDirectory()];
  const first = await startS3({ storage, directory });
  for (const Key of ["a", "b"]) await first.client.send(new PutObjectCommand({ Bucket: "files", Key, Body: Key }));
  await first.client.send(new PutObjectCommand({ Bucket: "files", Key: "c", Body: LARGE }));
  await first.stop();
  storage.kept.get("s3/objects")?.set("files/a", "broken");
  const second = await startS3({ storage, directory: temporaryDirectory() });
  const { Contents } = await second.client.send(new ListObjectsV2Command({ Bucket: "files" }));
  expect(Contents?.map(({ Key }) => Key)).toEqual(["b"]);
  expect(second.warnings).toEqual([expect.stringContaining('"files/a"'), expect.stringContaining("c of files")]);
});

it("answers a write when the storage has it, and keeps a replaced file until then", async () => {
  const [storage, directory] = [createMapStorage(), temporaryDirectory()];
  let release = (): void => {};
  let held = Promise.resolve();
  const s3 = await startS3({ storage: { ...storage, written: () => held }, directory, smallBytes: 0 });
  const put = (Body: string) => s3.client.send(new PutObjectCommand({ Bucket: "files", Key: "a", Body }));
  await put("1");
  held = new Promise((resolve) => (release = resolve));
  let answered = false;
  const second = put("2").then(() => (answered = true));
  await expect.poll(() => filesIn(directory)).toHaveLength(2);
  expect(answered).toBe(false);
  release();
  await second;
  await expect.poll(() => filesIn(directory)).toHaveLength(1);
  expect(await read(s3, "a")).toBe("2");
});

it("reads an object to its end although it is replaced meanwhile", async () => {
  const directory = temporaryDirectory();
  const s3 = await startS3({ directory });
  const large = "x".repeat(20_000_000);
  await s3.client.send(new PutObjectCommand({ Bucket: "files", Key: "a", Body: large }));
  const got = await s3.client.send(new GetObjectCommand({ Bucket: "files", Key: "a" }));
  await s3.client.send(new PutObjectCommand({ Bucket: "files", Key: "a", Body: "new" }));
  expect((await got.Body?.transformToByteArray())?.length).toBe(large.length);
  await expect.poll(() => filesIn(directory)).toEqual([]);
});

it("keeps what is small in files too, when the memory for it is used up", async () => {
  const directory = temporaryDirectory();
  const s3 = await startS3({ directory, memoryBytes: 10 });
  const put = (Key: string) => s3.client.send(new PutObjectCommand({ Bucket: "files", Key, Body: "12345678" }));
  await put("a");
  await put("b");
  expect(filesIn(directory)).toHaveLength(1);
  await s3.client.send(new DeleteObjectCommand({ Bucket: "files", Key: "a" }));
  await put("c");
  expect(filesIn(directory)).toHaveLength(1);
  expect([await read(s3, "b"), await read(s3, "c")]).toEqual(["12345678", "12345678"]);
});
