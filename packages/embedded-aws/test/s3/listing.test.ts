import {
  DeleteObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { refusal, startS3 } from "./support/server.ts";
import type { TestS3 } from "./support/server.ts";

const KEYS = ["a", "a/1", "a/2", "b/1/x", "b/1/y", "b/2", "c", "é", "한", "￿", "😀"];

async function filled(): Promise<TestS3> {
  const s3 = await startS3();
  for (const Key of KEYS.toReversed()) await s3.client.send(new PutObjectCommand({ Bucket: "files", Key, Body: Key }));
  return s3;
}

async function pages({ client }: TestS3, input: object, pageSize: number): Promise<string[][]> {
  const found = [];
  for await (const page of paginateListObjectsV2({ client, pageSize }, { Bucket: "files", ...input })) {
    const prefixes = page.CommonPrefixes?.map(({ Prefix }) => `${Prefix}*`) ?? [];
    found.push([...(page.Contents?.map(({ Key }) => Key ?? "") ?? []), ...prefixes]);
  }
  return found;
}

describe("a listing", () => {
  it("has the keys in the order of their UTF-8 bytes, in pages", async () => {
    const s3 = await filled();
    expect((await pages(s3, {}, 100)).flat()).toEqual(KEYS);
    const small = await pages(s3, {}, 3);
    expect(small.map((page) => page.length)).toEqual([3, 3, 3, 2]);
    expect(small.flat()).toEqual(KEYS);
  });

  it("rolls keys up to common prefixes, each on one page", async () => {
    const s3 = await filled();
    expect(await pages(s3, { Delimiter: "/" }, 2)).toEqual([
      ["a", "a/*"],
      ["c", "b/*"],
      ["é", "한"],
      ["￿", "😀"],
    ]);
    expect(await pages(s3, { Delimiter: "/", Prefix: "b/" }, 1)).toEqual([["b/1/*"], ["b/2"]]);
    expect(await pages(s3, { Delimiter: "1", Prefix: "b" }, 9)).toEqual([["b/2", "b/1*"]]);
  });

  it("begins behind a key, and knows no key that is gone", async () => {
    const s3 = await filled();
    expect(await pages(s3, { StartAfter: "b/2" }, 9)).toEqual([["c", "é", "한", "￿", "😀"]]);
    await s3.client.send(new DeleteObjectCommand({ Bucket: "files", Key: "한" }));
    expect(await pages(s3, { StartAfter: "b/2" }, 9)).toEqual([["c", "é", "￿", "😀"]]);
  });

  it("of the first version goes on by markers", async () => {
    const { client } = await filled();
    const list = (Marker?: string) =>
      client.send(new ListObjectsCommand({ Bucket: "files", Delimiter: "/", MaxKeys: 2, Marker }));
    const first = await list();
    expect([first.IsTruncated, first.NextMarker]).toEqual([true, "a/"]);
    const second = await list(first.NextMarker);
    expect([second.Contents?.[0]?.Key, second.CommonPrefixes?.[0]?.Prefix]).toEqual(["c", "b/"]);
  });

  it("refuses what it cannot be asked for", async () => {
    const { client, raw } = await startS3();
    const list = (more: object) => refusal(client.send(new ListObjectsV2Command({ Bucket: "files", ...more })));
    expect(await list({ ContinuationToken: "x" })).toBe("400 InvalidArgument");
    expect(await list({ MaxKeys: -1 })).toBe("400 InvalidArgument");
    expect((await client.send(new ListObjectsV2Command({ Bucket: "files", MaxKeys: 0 }))).IsTruncated).toBe(false);
    expect((await raw("/files?list-type=2&encoding-type=x")).status).toBe(400);
  });
});
