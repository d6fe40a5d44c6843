import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import * as z from "zod";

/** What a record looks like that a claim returns; some 600 bytes, as a plain task's. */
const RECORD = {
  id: { S: "0f8fad5b-d9cb-469f-a165-70867728950e" },
  status: { S: "STARTED" },
  task: { S: "math.add" },
  attempt: { N: "0" },
  fence: { S: "7c9e6679-7425-40de-944b-e07fc1f90ae7" },
  lease: { N: "1795838400000" },
  created: { N: "1795838398000" },
  started: { N: "1795838399000" },
  call: { S: JSON.stringify({ task: "math.add", args: [1, 2], kwargs: {}, headers: {}, root: "0f8fad5b" }) },
  seq: { S: "2026-11-28T00:00:00.000Z#0f8fad5b-d9cb-469f-a165-70867728950e" },
  recent: { S: "math" },
  ttl: { N: "1796443200" },
};

const Send = z.object({ MessageBody: z.string() });

/** What AWS answers to the operation of the header `x-amz-target`. @throws Error for one that no measurement makes. */
function answerTo(operation: string, body: Buffer): object {
  if (operation === "GetItem") return { Item: RECORD };
  if (operation === "UpdateItem") return { Attributes: RECORD };
  if (operation === "PutItem" || operation === "SendTaskSuccess") return {};
  if (operation !== "SendMessage") throw new Error(`No answer is prepared to ${operation}.`);
  const { MessageBody } = Send.parse(JSON.parse(body.toString()));
  const MD5OfMessageBody = createHash("md5").update(MessageBody).digest("hex");
  return { MessageId: "5fea7756-0ea4-451a-a703-a558b933e274", MD5OfMessageBody };
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = z.string().parse(request.headers["x-amz-target"]);
  const text = JSON.stringify(answerTo(target.slice(target.indexOf(".") + 1), await buffer(request)));
  response.writeHead(200, {
    "content-type": "application/x-amz-json-1.0",
    "content-length": Buffer.byteLength(text),
    "x-amzn-requestid": "b25f48e8-84fd-11e6-80d9-574e0c4664cb",
  });
  response.end(text);
}

/**
 * Answers calls of DynamoDB, SQS and Step Functions with what never changes, in a process of its own: so the CPU of the
 * one that calls is the client's alone. Tells its port by IPC, and ends with its parent.
 */
const server = createServer((request, response) => void handle(request, response));
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.once("disconnect", () => process.exit());
