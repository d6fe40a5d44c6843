import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CANVAS_QUEUE, fixture, settle, TestStates } from "./harness.ts";

const QUEUE = "https://sqs.us-east-1.amazonaws.com/000000000000/celeriac-local-math";

let states: TestStates;

beforeEach(() => {
  states = new TestStates();
});

afterEach(() => {
  states.states.stop();
});

function steps(count: number): object {
  return { id: "chain-1", steps: Array.from({ length: count }, (_unused, index) => ({ id: `s${index}`, to: QUEUE })) };
}

/** Answers every message as it comes, until nothing is sent any more. */
async function answerAll(answer: (token: string) => Promise<unknown>): Promise<void> {
  for (let answered = 0; answered < states.sent.length; answered += 1) {
    await answer(states.sent[answered]?.token ?? "");
    await settle(2);
  }
}

const succeed = async (token: string): Promise<unknown> =>
  states.call("SendTaskSuccess", { taskToken: token, output: "{}" });

describe("the chain definition", () => {
  beforeEach(() => states.deploy(fixture("chain")));

  it("sends one step after the other, each once the one before succeeded", async () => {
    const arn = await states.start(steps(3));
    expect(states.sent.map(({ queueUrl, body }) => [queueUrl, body["op"], body["id"]])).toEqual([[QUEUE, "run", "s0"]]);
    await states.succeed(states.lastToken);
    expect(states.sent.map(({ body }) => body["id"])).toEqual(["s0", "s1"]);
    await answerAll(succeed);
    await settle();
    expect(states.sent.map(({ body }) => body["id"])).toEqual(["s0", "s1", "s2"]);
    expect(await states.describe(arn)).toMatchObject({ status: "SUCCEEDED", output: JSON.stringify(steps(3)) });
    expect(states.clock.pending).toBe(0);
  });

  it("has exactly 1,606 events for 200 steps", async () => {
    const arn = await states.start(steps(200));
    await answerAll(succeed);
    await settle();
    const types = await states.types(arn);
    expect(types).toHaveLength(1606);
    expect(types.slice(0, 12)).toEqual([
      "ExecutionStarted",
      "MapStateEntered",
      "MapStateStarted",
      "MapIterationStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited",
      "MapIterationSucceeded",
      "MapIterationStarted",
    ]);
    expect(types.slice(-3)).toEqual(["MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"]);
  });

  it("stops at a step that failed, settles, and fails", async () => {
    const arn = await states.start(steps(3));
    await states.succeed(states.lastToken);
    await states.fail(states.lastToken);
    expect(states.sent.slice(2).map(({ queueUrl, body }) => [queueUrl, body])).toEqual([
      [CANVAS_QUEUE, { op: "settle", id: "chain-1" }],
    ]);
    expect(await states.describe(arn)).toMatchObject({ status: "FAILED", error: "Celeriac.Failed" });
    const types = await states.types(arn);
    expect(types.slice(types.indexOf("TaskFailed"))).toEqual([
      "TaskFailed",
      "MapIterationFailed",
      "TaskStateAborted",
      "MapStateFailed",
      "MapStateExited",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSucceeded",
      "TaskStateExited",
      "FailStateEntered",
      "ExecutionFailed",
    ]);
  });

  it("tries a message again that the queue refused, after 1 s and 2 s, then settles", async () => {
    let refusals = 0;
    states.send = async (queueUrl) => {
      if (queueUrl === CANVAS_QUEUE) return { messageId: "m" };
      refusals += 1;
      throw new Error("queue is away");
    };
    const arn = await states.start(steps(1));
    expect(refusals).toBe(1);
    await states.clock.advance(1);
    expect(refusals).toBe(2);
    await states.clock.advance(1.9);
    expect(refusals).toBe(2);
    await states.clock.advance(0.1);
    expect(refusals).toBe(3);
    expect(states.sent.at(-1)?.body).toEqual({ op: "settle", id: "chain-1" });
    expect(await states.types(arn)).toEqual(expect.arrayContaining(["TaskSubmitFailed"]));
    expect(await states.describe(arn)).toMatchObject({ status: "FAILED" });
  });

  it("settles when a step's time is over, and its token is dead", async () => {
    await states.start(steps(2));
    const token = states.lastToken;
    await states.clock.advance(1_213_200);
    expect(states.sent.map(({ body }) => body["op"])).toEqual(["run", "settle"]);
    expect((await states.succeed(token)).body).toMatchObject({ __type: "TaskTimedOut" });
  });

  it("the chain definition runs 500 steps, and none", async () => {
    const long = await states.start(steps(500));
    await answerAll(succeed);
    await settle();
    expect(await states.describe(long)).toMatchObject({ status: "SUCCEEDED" });
    const empty = await states.start(steps(0));
    expect(await states.describe(empty)).toMatchObject({ status: "SUCCEEDED" });
    expect(await states.types(empty)).toEqual([
      "ExecutionStarted",
      "MapStateEntered",
      "MapStateStarted",
      "MapStateSucceeded",
      "MapStateExited",
      "ExecutionSucceeded",
    ]);
  });
});

describe("the group definition", () => {
  beforeEach(() => states.deploy(fixture("group")));

  it("sends its chunks at once, 40 at the most, then closes", async () => {
    const arn = await states.start({ id: "g", chunks: Array.from({ length: 60 }, (_unused, index) => index) });
    expect(states.sent).toHaveLength(40);
    expect(states.sent[39]?.body).toMatchObject({ op: "chunk", id: "g", n: 39 });
    await states.succeed(states.sent[7]?.token ?? "");
    expect(states.sent.map(({ body }) => body["n"])).toEqual([...Array.from({ length: 40 }, (_unused, n) => n), 40]);
    await answerAll(async (token) => succeed(token));
    await settle();
    expect(states.sent).toHaveLength(61);
    expect(states.sent[60]?.body).toMatchObject({ op: "close", id: "g" });
    expect(await states.describe(arn)).toMatchObject({ status: "SUCCEEDED" });
  });

  it("loses a chunk that keeps failing, without stopping the others", async () => {
    const arn = await states.start({ id: "g", chunks: [0, 1] });
    const [first = "", second = ""] = states.sent.map(({ token }) => token);
    await states.fail(first, "Boom");
    await states.clock.advance(1);
    await states.fail(states.lastToken, "Boom");
    await states.clock.advance(2);
    await states.fail(states.lastToken, "Boom");
    expect(states.sent.map(({ body }) => body["n"])).toEqual([0, 1, 0, 0]);
    expect(await states.types(arn)).toEqual(expect.arrayContaining(["PassStateEntered", "MapIterationSucceeded"]));
    await states.succeed(second);
    expect(states.sent.at(-1)?.body).toMatchObject({ op: "close" });
    await states.succeed(states.lastToken);
    expect(await states.describe(arn)).toMatchObject({ status: "SUCCEEDED", output: '{"id":"g","chunks":[0,1]}' });
  });

  it("fails with what its close was answered, at once", async () => {
    const arn = await states.start({ id: "g", chunks: [] });
    await states.fail(states.lastToken, "Celeriac.Failed", "a member failed");
    expect(states.sent).toHaveLength(1);
    expect(await states.describe(arn)).toMatchObject({
      status: "FAILED",
      error: "Celeriac.Failed",
      cause: "a member failed",
    });
  });
});

describe("the chord definition", () => {
  const input = { id: "c", chunks: [0, 1], body: { id: "b", to: QUEUE } };

  beforeEach(() => states.deploy(fixture("chord")));

  it("the chord definition sends chunks, close and body", async () => {
    const arn = await states.start(input);
    await answerAll(succeed);
    await settle();
    expect(states.sent.map(({ queueUrl, body }) => [queueUrl, body["op"], body["id"]])).toEqual([
      [CANVAS_QUEUE, "chunk", "c"],
      [CANVAS_QUEUE, "chunk", "c"],
      [CANVAS_QUEUE, "close", "c"],
      [QUEUE, "run", "b"],
    ]);
    expect(await states.describe(arn)).toMatchObject({ status: "SUCCEEDED", output: JSON.stringify(input) });
  });

  it("settles instead of running the body when the close fails", async () => {
    const arn = await states.start({ ...input, chunks: [] });
    await states.fail(states.lastToken);
    expect(states.sent.map(({ body }) => body["op"])).toEqual(["close", "settle"]);
    expect(await states.describe(arn)).toMatchObject({ status: "FAILED", error: "Celeriac.Failed" });
  });

  it("the chord definition settles when the body fails", async () => {
    await states.start({ ...input, chunks: [] });
    await states.succeed(states.lastToken);
    await states.fail(states.lastToken);
    expect(states.sent.map(({ body }) => body["op"])).toEqual(["close", "run", "settle"]);
  });
});
