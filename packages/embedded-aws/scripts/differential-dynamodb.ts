// Holds the embedded DynamoDB against Amazon's DynamoDB Local by random operations: both get the same, and what they
// answer is compared.
//
// Needs Java 17 or later, and Maven, which fetches DynamoDB Local once. Arguments: how many operations (20,000), and
// the seed (by chance).
// Prints up to three examples of each kind of difference, and counts. Ends with 1 where one is not among those that are
// known.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import {
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
  request as httpRequest,
} from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { freePort, startServer } from "../../../scripts/emulator/children.ts";
import { dynamoDbLocal } from "../../../scripts/emulator/maven.ts";
import { createDynamoDb } from "../src/dynamodb/index.ts";
import { ServiceError } from "../src/json-service.ts";
import { createVolatileStorage } from "../src/storage/storage.ts";
import { type Answer, difference, hasTies } from "./dynamodb/compare.ts";
import { type Request, request } from "./dynamodb/requests.ts";
import { TABLES } from "./dynamodb/tables.ts";

const count = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));

/** The embedded DynamoDB behind HTTP, as a gateway would have it. */
function serveOurs(): Server {
  const service = createDynamoDb({ storage: createVolatileStorage(), now: Date.now });
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const operation = String(incoming.headers["x-amz-target"]).replace(/.*\./, "");
    const body: unknown = JSON.parse(await text(incoming));
    try {
      outgoing.end(JSON.stringify(service.execute(operation, Object(body))));
    } catch (error) {
      const known = error instanceof ServiceError ? error : new ServiceError("InternalServerError", String(error), 500);
      if (known !== error) console.error(error);
      outgoing.statusCode = known.status;
      const __type = service.namespace + known.code;
      outgoing.end(JSON.stringify({ __type, message: known.message, ...known.details }));
    }
  };
  return createServer((incoming, outgoing) => void answer(incoming, outgoing));
}

/** Each on a connection of its own: neither of the two then closes one just when it is used again. */
async function ask(port: number, { operation, input }: Request): Promise<Answer> {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `DynamoDB_20120810.${operation}`,
    authorization:
      "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
  };
  const outgoing = httpRequest({ host: "127.0.0.1", port, method: "POST", headers, agent: false });
  outgoing.end(JSON.stringify(input));
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  outgoing.once("response", resolve).once("error", reject);
  const response = await promise;
  const body: unknown = JSON.parse(await text(response));
  return { status: response.statusCode ?? 0, body: Object(body) };
}

/** All pages of a query or a scan as one answer: where a page ends among equals is not promised. */
async function askAll(port: number, request: Request): Promise<Answer> {
  const first = await ask(port, request);
  if (!hasTies(request) || request.input["Limit"] === undefined || first.status !== 200) return first;
  const Items: unknown[] = [];
  let Count = 0;
  for (let page = first; ;) {
    Items.push(...(Array.isArray(page.body["Items"]) ? page.body["Items"] : []));
    Count += Number(page.body["Count"]);
    const ExclusiveStartKey = page.body["LastEvaluatedKey"];
    if (ExclusiveStartKey === undefined) return { status: 200, body: { Items, Count } };
    page = await ask(port, { ...request, input: { ...request.input, ExclusiveStartKey } });
    if (page.status !== 200) return page;
  }
}

async function compareAll(ours: number, theirs: number): Promise<number> {
  const found = new Map<string, number>();
  for (const input of TABLES) for (const port of [ours, theirs]) await ask(port, { operation: "CreateTable", input });
  let done = 0;
  let unknown = 0;
  for (const each of fc.sample(request, { numRuns: count, seed })) {
    const [one, two] = await Promise.all([askAll(ours, each), askAll(theirs, each)]);
    done++;
    const what = difference(each, one, two);
    if (what === undefined) continue;
    const kind = `${each.operation}: ${what}`;
    const times = (found.get(kind) ?? 0) + 1;
    found.set(kind, times);
    if (!what.startsWith("known")) unknown++;
    if (!what.startsWith("known") && times <= 3)
      console.log(
        `${kind}\n  ${JSON.stringify(each.input)}\n  ours   ${JSON.stringify(one.body)}\n  theirs ${JSON.stringify(two.body)}`,
      );
    await align(ours, theirs);
  }
  console.log(`${done} operations, seed ${seed}`);
  for (const [kind, times] of found) console.log(`${times} times ${kind}`);
  return unknown;
}

/** Gives ours the items of theirs, so that one difference is not the cause of others. */
async function align(ours: number, theirs: number): Promise<void> {
  for (const input of TABLES) {
    await ask(ours, { operation: "DeleteTable", input: { TableName: input.TableName } });
    await ask(ours, { operation: "CreateTable", input });
    const { body } = await ask(theirs, {
      operation: "Scan",
      input: { TableName: input.TableName, ConsistentRead: true },
    });
    for (const Item of Array.isArray(body["Items"]) ? body["Items"] : []) {
      const request = { operation: "PutItem", input: { TableName: input.TableName, Item } };
      if ((await ask(ours, request)).status !== 200) {
        // What only one of the two takes is to be in neither.
        const names = input.KeySchema.map((key) => String(Object(key).AttributeName));
        const Key = Object.fromEntries(names.map((name) => [name, Object(Item)[name]]));
        await ask(theirs, { operation: "DeleteItem", input: { TableName: input.TableName, Key } });
      }
    }
  }
}

const jars = await dynamoDbLocal();
const folder = await mkdtemp(join(tmpdir(), "dynamodb-differential-"));
const [ours, theirs] = [await freePort(), await freePort()];
const args = [
  `-Djava.library.path=${jars}`,
  "-cp",
  `${jars}/*`,
  "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
];
const options = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", String(theirs)];
const java = await startServer("java", [...args, ...options], { env: {}, log: join(folder, "log") });
const server = serveOurs().listen(ours, "127.0.0.1");
try {
  await once(server, "listening");
  const listTables = { operation: "ListTables", input: {} };
  for (let tries = 0; tries < 300 && java.alive(); tries++) {
    const answer = await ask(theirs, listTables).catch(() => undefined);
    if (answer?.status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if ((await compareAll(ours, theirs)) > 0) process.exitCode = 1;
} finally {
  server.close();
  server.closeAllConnections();
  await java.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit();
