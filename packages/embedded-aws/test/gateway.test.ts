import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import {
  GetQueueAttributesCommand,
  ListQueuesCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "vitest";
import type { Guard } from "../src/gateway/gateway.ts";
import { functionResource, queueResource } from "./support/assembly.ts";
import { startRun } from "./support/run.ts";
import type { Run } from "./support/run.ts";

const BUCKET = { Type: "AWS::S3::Bucket", Properties: { BucketName: "files" } };

/** A call that is signed as the SDKs do, as far as the gateway reads the signature. */
function signed(
  run: Run,
  service: string,
  init: { method?: string; headers?: Record<string, string>; body?: string | URLSearchParams } = {},
  accessKey = "test",
): Promise<Response> {
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  return fetch(run.embedded.awsUrl, { ...init, headers: { authorization, ...init.headers } });
}

describe("the gateway", () => {
  it("tells services apart at one address", async () => {
    const run = await startRun({ B: BUCKET, Q: queueResource("work") });
    expect((await run.dynamoDb.send(new ListTablesCommand())).TableNames).toEqual([]);
    expect((await run.sqs.send(new ListQueuesCommand())).QueueUrls).toEqual([
      `${run.embedded.awsUrl}/000000000000/work`,
    ]);
    expect((await run.s3.send(new ListBucketsCommand())).Buckets).toMatchObject([{ Name: "files" }]);
  });

  it("names the service and the operation that it does not serve, in the shape of the protocol", async () => {
    const run = await startRun({});
    const json = await signed(run, "kinesis", {
      method: "POST",
      headers: { "x-amz-target": "Kinesis_20131202.PutRecord" },
    });
    expect({ status: json.status, body: await json.json() }).toEqual({
      status: 501,
      body: {
        __type: "UnknownService",
        message: expect.stringMatching(
          /^The local AWS does not serve kinesis \(PutRecord\)\. It serves apigateway, dynamodb, .*sts\.$/,
        ),
      },
    });
    const form = await signed(run, "sns", { method: "POST", body: new URLSearchParams({ Action: "Publish" }) });
    expect(await form.text()).toContain("<Message>The local AWS does not serve sns (Publish).");
  });

  it("names the operation of a service that it does not serve", async () => {
    const run = await startRun({});
    const headers = { "x-amz-target": "DynamoDB_20120810.ExportTableToPointInTime" };
    const response = await signed(run, "dynamodb", { method: "POST", headers, body: "{}" });
    expect(await response.json()).toMatchObject({
      __type: expect.stringMatching(/#UnknownOperationException$/),
      message: expect.stringContaining("does not serve ExportTableToPointInTime"),
    });
  });

  it("knows the function that signed a call", async () => {
    const code = `export const handler = async () => {
      const credential = process.env.AWS_ACCESS_KEY_ID + "/20260101/us-east-1/sts/aws4_request";
      const headers = { authorization: "AWS4-HMAC-SHA256 Credential=" + credential };
      const body = new URLSearchParams({ Action: "GetCallerIdentity" });
      return (await fetch(process.env.AWS_ENDPOINT_URL, { method: "POST", headers, body })).text();
    };`;
    const run = await startRun({ F: functionResource("f") }, { f: code });
    const url = `${run.embedded.awsUrl}/2015-03-31/functions/f/invocations`;
    const identity = await (await fetch(url, { method: "POST" })).text();
    expect(identity).toContain("<Arn>arn:aws:sts::000000000000:assumed-role/f/f</Arn>");

    const body = new URLSearchParams({ Action: "GetCallerIdentity" });
    expect(await (await signed(run, "sts", { method: "POST", body })).text()).toContain(
      "<Arn>arn:aws:iam::000000000000:root</Arn>",
    );
  });

  it("shows every call to the guard, which may answer it", async () => {
    const seen: string[] = [];
    const run = await startRun(
      { B: BUCKET, Q: queueResource("work") },
      {},
      {
        guard: ({ service, operation, path }) => {
          seen.push(`${service} ${operation ?? path}`);
          if (service !== "dynamodb") return null;
          const body = JSON.stringify({
            __type: "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
          });
          return { status: 400, headers: { "content-type": "application/x-amz-json-1.0" }, body };
        },
      },
    );
    await run.send("work", "x");
    await run.s3.send(new ListBucketsCommand());
    await expect(run.dynamoDb.send(new ListTablesCommand())).rejects.toThrow(
      expect.objectContaining({ name: "ProvisionedThroughputExceededException" }),
    );
    expect(seen).toEqual(["sqs SendMessage", "s3 /", "dynamodb ListTables"]);
  });

  it("has a call take effect whose answer is lost, where the guard says so", async () => {
    const lost = new Set(["SendMessage"]);
    const guard: Guard = ({ operation }) => (lost.delete(operation ?? "") ? "lose-reply" : null);
    const run = await startRun({ Q: queueResource("work") }, {}, { guard });
    await expect(run.send("work", "x")).rejects.toThrow("socket hang up");
    await run.send("work", "x");
    const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
    const { Attributes } = await run.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: "2" });
  });

  it("serves presigned URLs until they expire", async () => {
    const run = await startRun({ B: BUCKET });
    const object = { Bucket: "files", Key: "a/ü b.txt" };
    await run.s3.send(new PutObjectCommand({ ...object, Body: "hello" }));
    const url = await getSignedUrl(run.s3, new GetObjectCommand(object), { expiresIn: 60 });
    expect(await (await fetch(url)).text()).toBe("hello");

    const signingDate = new Date(Date.now() - 61_000);
    const old = await fetch(await getSignedUrl(run.s3, new GetObjectCommand(object), { expiresIn: 60, signingDate }));
    expect({ status: old.status, body: await old.text() }).toEqual({
      status: 403,
      body: expect.stringContaining("<Code>AccessDenied</Code>"),
    });
  });

  it("stores objects above the 11 MiB at which fauxqs stops", async () => {
    const run = await startRun({ B: BUCKET });
    await run.s3.send(new PutObjectCommand({ Bucket: "files", Key: "large", Body: Buffer.alloc(12 * 2 ** 20) }));
    const { ContentLength } = await run.s3.send(new GetObjectCommand({ Bucket: "files", Key: "large" }));
    expect(ContentLength).toBe(12 * 2 ** 20);
  });
});

const entries = (count: number, MessageBody: string): { Id: string; MessageBody: string }[] =>
  Array.from({ length: count }, (_entry, index) => ({ Id: String(index), MessageBody }));

describe("SQS", () => {
  it("refuses what AWS refuses, and takes what it takes", async () => {
    const run = await startRun({ Q: queueResource("work") });
    const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
    const send = (MessageBody: string, DelaySeconds = 0): Promise<unknown> =>
      run.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
    await send("x".repeat(1_048_576));
    await expect(send("x".repeat(1_048_577))).rejects.toThrow("Message must be shorter than 1048576 bytes");
    await expect(send("\u0001")).rejects.toThrow(expect.objectContaining({ name: "InvalidMessageContents" }));
    await expect(send("x", 901)).rejects.toThrow(expect.objectContaining({ name: "InvalidParameterValue" }));

    const batch = (Entries: { Id: string; MessageBody: string }[]): Promise<unknown> =>
      run.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await expect(batch(entries(11, "x"))).rejects.toThrow(
      expect.objectContaining({ name: "TooManyEntriesInBatchRequest" }),
    );
    await expect(batch(entries(10, "x".repeat(104_858)))).rejects.toThrow(
      expect.objectContaining({ name: "BatchRequestTooLong" }),
    );
    const mixed = await batch([
      { Id: "good", MessageBody: "🙂" },
      { Id: "bad", MessageBody: "\u0000" },
    ]);
    expect(mixed).toMatchObject({
      Successful: [{ Id: "good" }],
      Failed: [{ Id: "bad", SenderFault: true, Code: "InvalidMessageContents" }],
    });
  });
});

const mail = (subject: string): SendEmailCommand =>
  new SendEmailCommand({
    FromEmailAddress: "shop@example.com",
    Destination: { ToAddresses: ["a@example.com"] },
    Content: { Simple: { Subject: { Data: subject }, Body: { Text: { Data: "Hello <b>" } } } },
  });

describe("the outbox", () => {
  it("shows what was sent, newest first, as JSON and as a page", async () => {
    const run = await startRun({});
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const ses = new SESv2Client({ endpoint: run.embedded.awsUrl, region: "us-east-1", credentials });
    await ses.send(mail("first"));
    const { MessageId } = await ses.send(mail("<second>"));

    const url = `${run.embedded.awsUrl}/_outbox`;
    const mails = await (await fetch(url, { headers: { accept: "application/json" } })).json();
    expect(mails).toMatchObject([
      {
        id: MessageId,
        subject: "<second>",
        from: "shop@example.com",
        to: ["a@example.com"],
        text: "Hello <b>",
        sender: null,
      },
      { subject: "first" },
    ]);
    const page = await fetch(url);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await page.text()).toMatch(/&lt;second&gt;[^]*Hello &lt;b&gt;[^]*first/);
  });

  it("refuses a mail to more than 50 recipients, as SES does", async () => {
    const run = await startRun({});
    const ToAddresses = Array.from({ length: 51 }, (_entry, index) => `${index}@example.com`);
    const Content = { Simple: { Subject: { Data: "s" }, Body: {} } };
    const body = JSON.stringify({ FromEmailAddress: "a@example.com", Destination: { ToAddresses }, Content });
    const response = await fetch(`${run.embedded.awsUrl}/v2/email/outbound-emails`, { method: "POST", body });
    expect({ status: response.status, body: await response.text() }).toEqual({
      status: 400,
      body: expect.stringContaining("1 to 50 recipients"),
    });
  });
});
