import { HeadObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import type { PresignedPostOptions } from "@aws-sdk/s3-presigned-post";
import { describe, expect, it } from "vitest";
import { checkPostPolicy } from "../../src/s3/post-policy.ts";
import { startRun } from "../support/run.ts";
import type { Run } from "../support/run.ts";

const BUCKET = { Type: "AWS::S3::Bucket", Properties: { BucketName: "files" } };

const POST: Omit<PresignedPostOptions, "Bucket"> = {
  Key: "uploads/a.pdf",
  Conditions: [
    ["content-length-range", 1, 10],
    ["eq", "$Content-Type", "application/pdf"],
    ["starts-with", "$x-amz-meta-name", "a"],
  ],
  Fields: { "Content-Type": "application/pdf", "x-amz-meta-name": "a.pdf" },
};

/** Uploads with a form that was presigned for `POST`; returns the status and the S3 error code. */
async function upload(run: Run, file: string, changes: Record<string, string> = {}, Expires = 60): Promise<string> {
  const { url, fields } = await createPresignedPost(run.s3, { Bucket: "files", ...POST, Expires });
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changes })) form.append(name, value);
  form.append("file", new Blob([file]), "a.pdf");
  const response = await fetch(url, { method: "POST", body: form });
  const body = await response.text();
  return `${response.status} ${/<Code>(.*)<\/Code>/.exec(body)?.[1] ?? "-"}`;
}

describe("a presigned POST", () => {
  it("stores the file under the key, with the type and metadata of the form", async () => {
    const run = await startRun({ B: BUCKET });
    expect(await upload(run, "12345")).toBe("204 -");
    const head = await run.s3.send(new HeadObjectCommand({ Bucket: "files", Key: "uploads/a.pdf" }));
    expect(head).toMatchObject({ ContentLength: 5, ContentType: "application/pdf", Metadata: { name: "a.pdf" } });
  });

  it.each([
    ["a file that is too large", "12345678901", {}, "400 EntityTooLarge"],
    ["an empty file", "", {}, "400 EntityTooSmall"],
    ["another key", "123", { key: "uploads/b.pdf" }, "403 AccessDenied"],
    ["another type", "123", { "Content-Type": "text/html" }, "403 AccessDenied"],
    ["a field that does not start as it must", "123", { "x-amz-meta-name": "b" }, "403 AccessDenied"],
    ["a field that the policy does not mention", "123", { "x-amz-meta-other": "b" }, "403 AccessDenied"],
    ["a policy that is none", "123", { Policy: "e30=" }, "400 InvalidPolicyDocument"],
  ])("refuses %s, and stores nothing", async (_what, file, changes, expected) => {
    const run = await startRun({ B: BUCKET });
    expect(await upload(run, file, changes)).toBe(expected);
    expect((await run.s3.send(new ListObjectsV2Command({ Bucket: "files" }))).KeyCount).toBe(0);
  });

  it("refuses a policy that has expired", async () => {
    const run = await startRun({ B: BUCKET });
    expect(await upload(run, "123", {}, -1)).toBe("403 AccessDenied");
  });

  it("refuses a form without a policy, and one without a file", async () => {
    const run = await startRun({ B: BUCKET });
    const post = async (fields: Record<string, string>, file?: string): Promise<number> => {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      if (file !== undefined) form.append("file", new Blob([file]));
      return (await fetch(`${run.embedded.awsUrl}/files`, { method: "POST", body: form })).status;
    };
    expect(await post({ key: "a" }, "x")).toBe(403);
    expect(await post({ key: "a" })).toBe(400);
  });

  it("refuses a policy that was changed after a function of the run had signed it", () => {
    const policy = Buffer.from(JSON.stringify({ expiration: "2030-01-01T00:00:00Z", conditions: [] })).toString(
      "base64",
    );
    const fields = new Map([
      ["policy", policy],
      ["x-amz-credential", "KEY/20260101/us-east-1/s3/aws4_request"],
      ["x-amz-signature", "0".repeat(64)],
    ]);
    const form = { bucket: "files", fields, fileBytes: 1 };
    expect(checkPostPolicy(form, new Date("2026-01-01"), () => "secret")).toMatchObject({
      code: "SignatureDoesNotMatch",
    });
  });
});
