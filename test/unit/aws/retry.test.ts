import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { HttpResponse } from "@smithy/core/protocols";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createDynamoSender } from "../../../src/aws/clients/dynamodb.ts";
import { createRetries, withRetries } from "../../../src/aws/clients/retry.ts";
import { createSqsSender } from "../../../src/aws/clients/sqs.ts";
import { fakeAws, refusal, type Reply, thrownBy } from "./support.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const get = () => new GetItemCommand({ TableName: "tasks", Key: { id: { S: "1" } } });
const lost = (response: ServerResponse): void => {
  response.socket?.resetAndDestroy();
};
const broken = (response: ServerResponse): void => {
  response.writeHead(200, { "content-length": "100" });
  response.write("{", () => response.socket?.resetAndDestroy());
};
const silent = (): void => {};

describe("a call is made again", () => {
  test.each<[string, Reply]>([
    ["AWS throttles", refusal(400, "ThrottlingException")],
    ["a table's throughput is used up", refusal(400, "ProvisionedThroughputExceededException")],
    ["there are too many calls, whatever their name", { status: 429, body: { __type: "Busy" } }],
    ["AWS has an error of its own", { status: 500, body: { __type: "InternalServerError" } }],
    ["a proxy has no answer", { status: 502, body: "<html>Bad gateway</html>" }],
    ["the connection is lost before the answer", lost],
    ["the connection is lost in the middle of the answer", broken],
    ["no answer comes in time", silent],
  ])("where %s", async (_, failure) => {
    vi.spyOn(Math, "random").mockReturnValue(0.01);
    const { seen, options } = await fakeAws([failure, { body: { Item: { id: { S: "1" } } } }]);
    const { Item, $metadata } = await createDynamoSender({ ...options, idleTimeout: 100 }).send(get());
    expect(Item).toEqual({ id: { S: "1" } });
    expect($metadata.attempts).toBe(2);
    expect(seen).toHaveLength(2);
  });

  test("where nobody listens, up to the last attempt", async () => {
    const { seen, options } = await fakeAws([{}]);
    const sender = createDynamoSender({ ...options, endpoint: "http://127.0.0.1:1", maxAttempts: 2 });
    expect(await thrownBy(sender.send(get()))).toMatchObject({ code: "ECONNREFUSED", $metadata: { attempts: 2 } });
    expect(seen).toEqual([]);
  });
});

describe("a call is made once", () => {
  test.each([
    "ConditionalCheckFailedException",
    "ValidationException",
    "ExpiredTokenException",
    "AccessDeniedException",
  ])("where AWS says %s", async (type) => {
    const { seen, options } = await fakeAws([refusal(400, type)]);
    expect(await thrownBy(createDynamoSender(options).send(get()))).toMatchObject({ name: type });
    expect(seen).toHaveLength(1);
  });
});

describe("attempts", () => {
  test("are four of DynamoDB and three of SQS, as in the SDK", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.01);
    const dynamo = await fakeAws([refusal(503, "ServiceUnavailable")]);
    const thrown = await thrownBy(createDynamoSender(dynamo.options).send(get()));
    expect(thrown).toMatchObject({ name: "ServiceUnavailable", $metadata: { attempts: 4, httpStatusCode: 503 } });
    expect(dynamo.seen).toHaveLength(4);
    const sqs = await fakeAws([{ status: 503 }]);
    await thrownBy(
      createSqsSender(sqs.options).send(new ReceiveMessageCommand({ QueueUrl: "http://aws.test/1/queue" })),
    );
    expect(sqs.seen).toHaveLength(3);
  });

  test("are as many as AWS_MAX_ATTEMPTS says", async () => {
    vi.stubEnv("AWS_MAX_ATTEMPTS", "1");
    const { seen, options } = await fakeAws([{ status: 500 }]);
    await thrownBy(createDynamoSender(options).send(get()));
    expect(seen).toHaveLength(1);
  });

  test("are not counted by an AWS_MAX_ATTEMPTS that is no number", async () => {
    vi.stubEnv("AWS_MAX_ATTEMPTS", "many");
    const { options } = await fakeAws([{}]);
    await expect(createDynamoSender(options).send(get())).rejects.toThrow('AWS_MAX_ATTEMPTS is "many"');
  });
});

/** Milliseconds for which a call pauses that fails each time, where every random number is `random`. */
async function pausesOf(random: number, failure: { name: string; $response?: unknown }): Promise<number[]> {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(random);
  const starts: number[] = [];
  const attempt = (): Promise<never> => {
    starts.push(Date.now());
    return Promise.reject(Object.assign(new Error("No."), { $metadata: {} }, failure));
  };
  const ended = thrownBy(withRetries(createRetries(4, 25), attempt, { scope: "", signal: undefined }));
  await vi.runAllTimersAsync();
  await ended;
  return starts.slice(1).map((start, n) => start - (starts[n] ?? 0));
}

describe("pauses", () => {
  test("grow to twice as much each time, out of which chance takes a part", async () => {
    expect(await pausesOf(0.999, { name: "RequestTimeout" })).toEqual([24, 49, 99]);
    expect(await pausesOf(0.5, { name: "RequestTimeout" })).toEqual([12, 25, 50]);
    expect(await pausesOf(0, { name: "RequestTimeout" })).toEqual([0, 0, 0]);
  });

  test("are longer where AWS throttles", async () => {
    expect(await pausesOf(0.5, { name: "ThrottlingException" })).toEqual([500, 1000, 2000]);
  });

  test("are as long as an answer asks for, up to five seconds more", async () => {
    const asking = (seconds: string) =>
      new HttpResponse({ statusCode: 503, headers: { "retry-after": seconds }, body: undefined });
    expect(await pausesOf(0, { name: "RequestTimeout", $response: asking("2") })).toEqual([2000, 2000, 2000]);
    expect(await pausesOf(0, { name: "RequestTimeout", $response: asking("60") })).toEqual([5000, 5000, 5000]);
  });
});

test("a client whose calls fail all the time has no attempts left after a while", async () => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
  const retries = createRetries(3, 25);
  let attempts = 0;
  const attempt = (): Promise<never> => {
    attempts += 1;
    return Promise.reject(Object.assign(new Error("No."), { name: "RequestTimeout" }));
  };
  for (let call = 0; call < 100; call += 1) {
    const ended = thrownBy(withRetries(retries, attempt, { scope: "", signal: undefined }));
    await vi.runAllTimersAsync();
    await ended;
  }
  // A budget of 500, of which each repetition takes 14 (the SDK's standard mode).
  expect(attempts).toBe(100 + Math.floor(500 / 14));
});

describe("a call that is aborted", () => {
  const abort = async (failure: Reply, ready: (seen: readonly unknown[]) => boolean): Promise<unknown> => {
    const { seen, options } = await fakeAws([failure]);
    const controller = new AbortController();
    const call = thrownBy(createDynamoSender(options).send(get(), { abortSignal: controller.signal }));
    await expect.poll(() => ready(seen)).toBe(true);
    controller.abort();
    return call;
  };

  test("before it is sent sends nothing", async () => {
    const { seen, options } = await fakeAws([{}]);
    const call = createDynamoSender(options).send(get(), { abortSignal: AbortSignal.abort() });
    expect(await thrownBy(call)).toMatchObject({ name: "AbortError" });
    expect(seen).toEqual([]);
  });

  test("while it waits for the answer ends at once, and is not made again", async () => {
    expect(await abort(silent, (seen) => seen.length === 1)).toMatchObject({ name: "AbortError" });
  });

  test("while it pauses ends at once", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    const throttled: Reply = { ...refusal(400, "ThrottlingException"), headers: { "retry-after": "5" } };
    expect(await abort(throttled, (seen) => seen.length === 1)).toMatchObject({ name: "AbortError" });
  });

  test("leaves no listener on its signal when it has ended", async () => {
    const { options } = await fakeAws([{}]);
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await createDynamoSender(options).send(get(), { abortSignal: signal });
    await expect.poll(() => removed.mock.calls.length).toBe(added.mock.calls.length);
  });
});
