import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { expect, it } from "vitest";
import { filesIn, refusal, startS3, temporaryDirectory } from "./support/server.ts";

const key = fc.constantFrom("a", "a/1", "a/2/x", "a/2/y", "b", "b/", "가/나", "../x", "😀", "￿");
/** Short, or of a size that makes it a file. */
const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constant("x".repeat(100)));
const step = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), key, text }),
  fc.record({ kind: fc.constant("add" as const), key, text }),
  fc.record({ kind: fc.constant("delete" as const), key }),
  fc.record({ kind: fc.constant("copy" as const), key, to: key }),
  fc.record({ kind: fc.constant("get" as const), key }),
  fc.record({
    kind: fc.constant("list" as const),
    prefix: fc.constantFrom("", "a", "a/", "가/", "none"),
    delimiter: fc.constantFrom(undefined, "/"),
    size: fc.integer({ min: 1, max: 4 }),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What a listing of a map's keys is, by the words of the API reference. */
function expected(
  model: ReadonlyMap<string, string>,
  prefix: string,
  delimiter: string | undefined,
): readonly string[] {
  const rolled = [...model.keys()].flatMap((one) => {
    if (!one.startsWith(prefix)) return [];
    const end = delimiter === undefined ? -1 : one.indexOf(delimiter, prefix.length);
    return [end === -1 ? one : `${one.slice(0, end + 1)}*`];
  });
  return [...new Set(rolled)].toSorted(byBytes);
}

it("a bucket does what a map does, whatever is put, copied, deleted, read and listed in pages", async () => {
  const directory = temporaryDirectory();
  const { client } = await startS3({ directory, smallBytes: 50 });
  const Bucket = "files";

  const listed = async (one: Step & { kind: "list" }): Promise<readonly string[]> => {
    const found: string[] = [];
    const input = { Bucket, Prefix: one.prefix, Delimiter: one.delimiter, MaxKeys: one.size };
    let token: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ ...input, ContinuationToken: token }));
      found.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ""));
      found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => `${Prefix}*`));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found.toSorted(byBytes);
  };

  /** Does a step on both. @returns what each says */
  const run = async (model: Map<string, string>, one: Step): Promise<readonly [unknown, unknown]> => {
    if (one.kind === "list") return [await listed(one), expected(model, one.prefix, one.delimiter)];
    const at = { Bucket, Key: one.key };
    const held = model.get(one.key);
    switch (one.kind) {
      case "put":
        model.set(one.key, one.text);
        return [await refusal(client.send(new PutObjectCommand({ ...at, Body: one.text }))), "-"];
      case "add": {
        if (held === undefined) model.set(one.key, one.text);
        const put = client.send(new PutObjectCommand({ ...at, Body: one.text, IfNoneMatch: "*" }));
        return [await refusal(put), held === undefined ? "-" : "412 PreconditionFailed"];
      }
      case "delete":
        model.delete(one.key);
        return [await refusal(client.send(new DeleteObjectCommand(at))), "-"];
      case "get": {
        const got = await client.send(new GetObjectCommand(at)).catch(() => null);
        return [await got?.Body?.transformToString(), held];
      }
      case "copy": {
        if (one.key === one.to) return [null, null];
        if (held !== undefined) model.set(one.to, held);
        const CopySource = `${Bucket}/${encodeURIComponent(one.key)}`;
        const copied = client.send(new CopyObjectCommand({ Bucket, Key: one.to, CopySource }));
        return [await refusal(copied), held === undefined ? "404 NoSuchKey" : "-"];
      }
    }
  };

  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const model = new Map<string, string>();
      for (const one of steps) {
        const [said, wanted] = await run(model, one);
        expect(said).toEqual(wanted);
      }
      const large = [...model.values()].filter((one) => one.length > 50).length;
      await expect.poll(() => filesIn(directory).length).toBe(large);
      for (const Key of model.keys()) await client.send(new DeleteObjectCommand({ Bucket, Key }));
    }),
    { numRuns: 25 },
  );
}, 60_000);
