import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createDynamoSender } from "../../../src/aws/clients/dynamodb.ts";
import { ChecksumMismatch } from "../../../src/aws/clients/errors.ts";
import { createSqsSender } from "../../../src/aws/clients/sqs.ts";
import { fakeAws, thrownBy } from "./support.ts";

const get = () => new GetItemCommand({ TableName: "tasks", Key: { id: { S: "1" } } });

describe("connections", () => {
  test("stay open from call to call", async () => {
    const ports = new Set<number | undefined>();
    const { options } = await fakeAws([
      (response) => {
        ports.add(response.socket?.remotePort);
        response.end("{}");
      },
    ]);
    const sender = createDynamoSender(options);
    for (let call = 0; call < 5; call += 1) await sender.send(get());
    expect(ports.size).toBe(1);
  });

  test("are made to a unix socket where one is named, with the endpoint's host in the request", async () => {
    const folder = await mkdtemp(join(tmpdir(), "celeriac-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const socketPath = join(folder, "aws.sock");
    const { seen, options } = await fakeAws([{}], socketPath);
    await createDynamoSender({ ...options, socketPath }).send(get());
    expect(seen[0]?.headers.host).toBe("aws.test");
  });

  test("are made by TLS where the endpoint has it, so that a server without is not understood", async () => {
    const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const { options } = await fakeAws([{}]);
    const sender = createDynamoSender({ ...options, endpoint: `https://127.0.0.1:${port}`, maxAttempts: 1 });
    expect(await thrownBy(sender.send(get()))).toMatchObject({ code: "EPROTO" });
  });
});

describe("a timeout", () => {
  test("ends a call whose answer does not come", async () => {
    const { options } = await fakeAws([() => {}]);
    const sender = createDynamoSender({ ...options, idleTimeout: 50, maxAttempts: 1 });
    expect(await thrownBy(sender.send(get()))).toMatchObject({ name: "TimeoutError" });
  });

  test("ends a call whose answer stops in the middle", async () => {
    const { options } = await fakeAws([
      (response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("{");
      },
    ]);
    const sender = createDynamoSender({ ...options, idleTimeout: 50, maxAttempts: 1 });
    expect(await thrownBy(sender.send(get()))).toMatchObject({ name: "TimeoutError" });
  });
});

describe("the body of a message", () => {
  const HELLO = "5d41402abc4b2a76b9719d911017c592";
  const QueueUrl = "http://aws.test/1/queue";

  test("that SQS stored otherwise than it was sent is an error, and the message is not sent again", async () => {
    const { seen, options } = await fakeAws([{ body: { MessageId: "m1", MD5OfMessageBody: HELLO } }]);
    const sender = createSqsSender(options);
    await sender.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }));
    const thrown = await thrownBy(sender.send(new SendMessageCommand({ QueueUrl, MessageBody: "hallo" })));
    expect(thrown).toBeInstanceOf(ChecksumMismatch);
    expect(thrown).toMatchObject({ messages: ["m1"] });
    expect(seen).toHaveLength(2);
  });

  test("is held against its checksum for each message of a batch that was taken", async () => {
    const Successful = [
      { Id: "a", MessageId: "m1", MD5OfMessageBody: HELLO },
      { Id: "b", MessageId: "m2", MD5OfMessageBody: HELLO },
    ];
    const { options } = await fakeAws([
      { body: { Successful, Failed: [{ Id: "c", Code: "Busy", SenderFault: false }] } },
    ]);
    const entries = (bodies: string[]) => bodies.map((MessageBody, n) => ({ Id: "abc".charAt(n), MessageBody }));
    const sender = createSqsSender(options);
    await sender.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries(["hello", "hello", "other"]) }));
    const command = new SendMessageBatchCommand({ QueueUrl, Entries: entries(["hello", "changed", "other"]) });
    expect(await thrownBy(sender.send(command))).toMatchObject({ messages: ["m2"] });
  });

  test("is held against its checksum when it is received", async () => {
    const right = { MessageId: "m1", Body: "hello", MD5OfBody: HELLO };
    const { options } = await fakeAws([
      { body: { Messages: [right] } },
      { body: {} },
      { body: { Messages: [right, { ...right, MessageId: "m2", Body: "hell" }] } },
    ]);
    const sender = createSqsSender(options);
    const receive = () => sender.send(new ReceiveMessageCommand({ QueueUrl }));
    expect((await receive()).Messages).toMatchObject([{ MessageId: "m1" }]);
    expect((await receive()).Messages).toBeUndefined();
    expect(await thrownBy(receive())).toMatchObject({ messages: ["m2"] });
  });
});
