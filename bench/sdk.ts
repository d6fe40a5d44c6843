import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { parseArgs } from "node:util";
import { DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { SFNClient, SendTaskSuccessCommand } from "@aws-sdk/client-sfn";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { dynamoClient } from "../src/aws/clients/dynamodb.ts";
import { sfnClient } from "../src/aws/clients/sfn.ts";
import { sqsClient } from "../src/aws/clients/sqs.ts";

/**
 * Measures the CPU of one call of AWS in the process that makes it: `node bench/sdk.ts`, with the SDK's own clients,
 * with those of `src/aws/clients`, and by Node's HTTP client alone, which is the floor (a loaded machine makes all
 * three dearer). Rounds alternate, and the median of each is printed, in microseconds.
 */
const { values } = parseArgs({
  options: {
    calls: { type: "string", default: "2000" },
    rounds: { type: "string", default: "5" },
    /** Only the clients of this name, for a profile: `node --cpu-prof bench/sdk.ts --only ours`. */
    only: { type: "string" },
  },
});
const calls = z.coerce.number().int().min(1).parse(values.calls);
const rounds = z.coerce.number().int().min(1).parse(values.rounds);
/** As many as a worker with some canvases has in flight. */
const IN_FLIGHT = 8;

const server = fork(new URL("canned.ts", import.meta.url));
const [address] = z
  .tuple([z.object({ port: z.number() })])
  .rest(z.unknown())
  .parse(await once(server, "message"));
const endpoint = `http://127.0.0.1:${address.port}`;
Object.assign(process.env, {
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  AWS_SESSION_TOKEN: "x".repeat(600),
});

const id = "0f8fad5b-d9cb-469f-a165-70867728950e";
const call = JSON.stringify({ task: "math.add", args: [1, 2], kwargs: {}, headers: {}, root: id });
const commands = {
  get: () => new GetItemCommand({ TableName: "celeriac", Key: { id: { S: id } }, ConsistentRead: true }),
  put: () =>
    new PutItemCommand({
      TableName: "celeriac",
      Item: {
        id: { S: id },
        status: { S: "PENDING" },
        task: { S: "math.add" },
        attempt: { N: "0" },
        created: { N: "1795838398000" },
        call: { S: call },
        seq: { S: `2026-11-28T00:00:00.000Z#${id}` },
        recent: { S: "math" },
        ttl: { N: "1796443200" },
      },
      ConditionExpression: "attribute_not_exists(id)",
    }),
  claim: () =>
    new UpdateItemCommand({
      TableName: "celeriac",
      Key: { id: { S: id } },
      UpdateExpression: "SET #status = :v0, #fence = :v1, #lease = :v2, #started = :v3, #worker = :v4 REMOVE #due",
      ConditionExpression:
        "(attribute_not_exists(id) OR #status = :pending OR #status = :retry) AND (attribute_not_exists(id) OR #attempt = :attempt)",
      ExpressionAttributeNames: Object.fromEntries(
        ["status", "fence", "lease", "started", "worker", "due", "attempt"].map((name) => [`#${name}`, name]),
      ),
      ExpressionAttributeValues: {
        ":v0": { S: "STARTED" },
        ":v1": { S: "7c9e6679-7425-40de-944b-e07fc1f90ae7" },
        ":v2": { N: "1795838400000" },
        ":v3": { N: "1795838399000" },
        ":v4": { S: "math/2026/11/28/[$LATEST]0123456789abcdef" },
        ":pending": { S: "PENDING" },
        ":retry": { S: "RETRY" },
        ":attempt": { N: "0" },
      },
      ReturnValues: "ALL_NEW",
    }),
  message: () =>
    new SendMessageCommand({
      QueueUrl: `${endpoint}/123456789012/celeriac-math`,
      MessageBody: JSON.stringify({ op: "run", id, attempt: 0, call }),
      DelaySeconds: 0,
    }),
  token: () => new SendTaskSuccessCommand({ taskToken: "A".repeat(600), output: "{}" }),
} as const;

type Call = () => Promise<unknown>;
type Calls = Readonly<Record<keyof typeof commands, Call>>;

function stockCalls(): Calls {
  const dynamo = new DynamoDBClient();
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const sfn = new SFNClient();
  return {
    get: () => dynamo.send(commands.get()),
    put: () => dynamo.send(commands.put()),
    claim: () => dynamo.send(commands.claim()),
    message: () => sqs.send(commands.message()),
    token: () => sfn.send(commands.token()),
  };
}

function ourCalls(): Calls {
  return {
    get: () => dynamoClient().send(commands.get()),
    put: () => dynamoClient().send(commands.put()),
    claim: () => dynamoClient().send(commands.claim()),
    message: () => sqsClient().send(commands.message()),
    token: () => sfnClient().send(commands.token()),
  };
}

/** The floor: as many bytes by Node's HTTP client alone, neither signed nor parsed. */
function bareCalls(): Calls {
  const agent = new Agent({ keepAlive: true });
  const post = (target: string, body: string) => () =>
    new Promise<void>((resolve, reject) => {
      const headers = { "x-amz-target": target, authorization: "x".repeat(1_000), "content-length": body.length };
      const outgoing = request(endpoint, { method: "POST", agent, headers }, (response) => {
        response.resume();
        response.once("end", resolve);
      });
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  return {
    get: post("_.GetItem", JSON.stringify(commands.get().input)),
    put: post("_.PutItem", JSON.stringify(commands.put().input)),
    claim: post("_.UpdateItem", JSON.stringify(commands.claim().input)),
    message: post("_.SendMessage", JSON.stringify(commands.message().input)),
    token: post("_.SendTaskSuccess", JSON.stringify(commands.token().input)),
  };
}

/** Microseconds of CPU of this process for each of `count` calls. */
async function measure(make: Call, count: number): Promise<number> {
  const start = process.cpuUsage();
  let left = count;
  const lane = async (): Promise<void> => {
    for (; left > 0; left -= 1) await make();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const clients = Object.entries({ stock: stockCalls(), ours: ourCalls(), http: bareCalls() }).filter(
  ([name]) => values.only === undefined || values.only === name,
);
console.log(
  `us of CPU a call   ${clients.map(([name]) => name.padStart(6)).join(" ")}   (${calls} calls, ${rounds} rounds)`,
);
const names = ["get", "put", "claim", "message", "token"] as const;
for (const name of names) for (const [, made] of clients) await measure(made[name], calls);
for (const name of names) {
  const taken = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1)
    for (const [client, made] of clients)
      taken.set(client, [...(taken.get(client) ?? []), await measure(made[name], calls)]);
  const medians = clients.map(([client]) =>
    median(taken.get(client) ?? [])
      .toFixed(0)
      .padStart(6),
  );
  console.log(`${name.padEnd(18)} ${medians.join(" ")}`);
}
server.disconnect();
