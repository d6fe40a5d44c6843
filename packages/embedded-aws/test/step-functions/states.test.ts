import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MACHINE_ARN, outputOf, settle, TestStates } from "./harness.ts";

const SEND = "arn:aws:states:::sqs:sendMessage";
const WAITING = `${SEND}.waitForTaskToken`;
const INVOKE = "arn:aws:states:::lambda:invoke";
const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f";

let states: TestStates;

beforeEach(() => {
  states = new TestStates();
});

afterEach(() => {
  states.states.stop();
});

describe("a Pass state", () => {
  it.each([
    [{}, { a: 1 }, { a: 1 }],
    [{ Result: { b: 2 } }, { a: 1 }, { b: 2 }],
    [{ Result: 5, ResultPath: "$.r.s" }, { a: 1 }, { a: 1, r: { s: 5 } }],
    [{ Result: 5, ResultPath: null }, { a: 1 }, { a: 1 }],
    [{ Parameters: { "x.$": "$.a", y: "$.a" } }, { a: 1 }, { x: 1, y: "$.a" }],
    [{ InputPath: "$.a", ResultPath: "$.c" }, { a: { b: 1 } }, { a: { b: 1 }, c: { b: 1 } }],
    [{ InputPath: null }, { a: 1 }, {}],
    [{ OutputPath: "$.a" }, { a: [1] }, [1]],
    [{ OutputPath: null }, { a: 1 }, {}],
  ])("as %j makes of %j: %j", async (fields, input, expected) => {
    const description = await states.run({ S: { Type: "Pass", End: true, ...fields } }, input);
    expect(outputOf(description)).toEqual(expected);
  });

  it("a Pass state reads the context object", async () => {
    const Parameters = { "id.$": "$$.Execution.Id", "at.$": "$$.State.EnteredTime", "all.$": "$$" };
    const description = await states.run({ S: { Type: "Pass", Parameters, End: true } }, { a: 1 });
    const arn = description["executionArn"];
    expect(outputOf(description)).toEqual({
      id: arn,
      at: "2026-11-22T11:00:00.000Z",
      all: {
        Execution: {
          Id: arn,
          Input: { a: 1 },
          Name: description["name"],
          RoleArn: "arn:aws:iam::000000000000:role/machine",
          StartTime: "2026-11-22T11:00:00.000Z",
          RedriveCount: 0,
        },
        StateMachine: { Id: MACHINE_ARN, Name: "machine" },
        State: { Name: "S", EnteredTime: "2026-11-22T11:00:00.000Z", RetryCount: 0 },
      },
    });
  });
});

describe("a Choice state", () => {
  const machine = {
    C: {
      Type: "Choice",
      Choices: [{ Variable: "$.n", NumericGreaterThan: 5, Next: "Big" }],
      Default: "Small",
      OutputPath: "$.n",
    },
    Big: { Type: "Pass", Result: "big", ResultPath: null, End: true },
    Small: { Type: "Succeed" },
  };

  it("goes where the first rule that holds leads, else to its default", async () => {
    const big = await states.run(machine, { n: 6 });
    expect(outputOf(big)).toBe(6);
    expect(await states.types(String(big["executionArn"]))).toContain("PassStateEntered");
    const small = await states.run(machine, { n: 5 });
    expect(await states.types(String(small["executionArn"]))).toEqual([
      "ExecutionStarted",
      "ChoiceStateEntered",
      "ChoiceStateExited",
      "SucceedStateEntered",
      "SucceedStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("fails with States.NoChoiceMatched without a default", async () => {
    const { Default: _default, ...choice } = machine.C;
    const description = await states.run({ C: choice, Big: machine.Big }, { n: 1 });
    expect(description).toMatchObject({ status: "FAILED", error: "States.NoChoiceMatched" });
  });

  it("fails with States.Runtime for a variable that isn't there, saying where", async () => {
    expect(await states.run(machine, {})).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'C' (entered at the event id #2). " +
        "Invalid path '$.n': The choice state's condition path references an invalid value.",
    });
  });
});

describe("a Wait state", () => {
  it.each([
    [{ Seconds: 10 }, 10],
    [{ SecondsPath: "$.seconds" }, 20],
    [{ Timestamp: "2026-11-22T11:00:30Z" }, 30],
    [{ TimestampPath: "$.at" }, 40],
  ])("as %j lasts %d s", async (fields, seconds) => {
    const input = { seconds: 20, at: "2026-11-22T11:00:40Z" };
    const { executionArn } = await states.run({ W: { Type: "Wait", End: true, ...fields } }, input);
    await states.clock.advance(seconds - 0.001);
    expect(await states.describe(String(executionArn))).toMatchObject({ status: "RUNNING" });
    await states.clock.advance(0.001);
    expect(await states.describe(String(executionArn))).toMatchObject({ status: "SUCCEEDED" });
  });

  it.each([[{ Seconds: 0 }], [{ Timestamp: "2020-01-01T00:00:00Z" }]])("as %j is over at once", async (fields) => {
    const { executionArn } = await states.run({ W: { Type: "Wait", End: true, ...fields } });
    await states.clock.advance(0);
    expect(await states.describe(String(executionArn))).toMatchObject({ status: "SUCCEEDED" });
  });

  it.each([[{ SecondsPath: "$.x" }], [{ SecondsPath: "$.half" }], [{ TimestampPath: "$.half" }]])(
    "fails as %j with States.Runtime where the path leads to nothing of use",
    async (fields) => {
      const description = await states.run({ W: { Type: "Wait", End: true, ...fields } }, { half: 0.5 });
      expect(description).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    },
  );
});

describe("a Fail state", () => {
  it("gives its error and cause to the execution", async () => {
    const description = await states.run({ F: { Type: "Fail", Error: "E", Cause: "C" } });
    expect(description).toMatchObject({ status: "FAILED", error: "E", cause: "C" });
    expect(await states.types(String(description["executionArn"]))).toEqual([
      "ExecutionStarted",
      "FailStateEntered",
      "ExecutionFailed",
    ]);
  });

  it("finds them in its input, or makes them", async () => {
    const fail = { Type: "Fail", ErrorPath: "$.e", CausePath: "States.Format('because {}', $.c)" };
    expect(await states.run({ F: fail }, { e: "E", c: 1 })).toMatchObject({ error: "E", cause: "because 1" });
    expect(await states.run({ F: fail }, { e: 1, c: 1 })).toMatchObject({ error: "States.Runtime" });
  });
});

describe("a Task state", () => {
  it("sends a message and goes on with the queue's answer", async () => {
    const Parameters = { QueueUrl: "https://q", "MessageBody.$": "$.m" };
    const ResultSelector = { "id.$": "$.MessageId", "digest.$": "$.MD5OfMessageBody" };
    const task = { Type: "Task", Resource: SEND, Parameters, ResultSelector, ResultPath: "$.sent", End: true };
    const description = await states.run({ T: task }, { m: { x: 1 } });
    expect(states.sent).toMatchObject([{ queueUrl: "https://q", body: { x: 1 } }]);
    expect(outputOf(description)).toEqual({
      m: { x: 1 },
      sent: { id: "m1", digest: "ac3ef48caa08fa3ed5e025da69edc645" },
    });
  });

  it("waits for its token and takes the output that comes with it", async () => {
    const Parameters = {
      QueueUrl: "q",
      MessageBody: { "token.$": "$$.Task.Token", "retries.$": "$$.State.RetryCount" },
    };
    states.deploy({ StartAt: "T", States: { T: { Type: "Task", Resource: WAITING, Parameters, End: true } } });
    const arn = await states.start();
    expect(await states.describe(arn)).toMatchObject({ status: "RUNNING" });
    expect(states.lastToken).toMatch(/^[\dA-Za-z]{40,2048}$/u);
    expect(states.sent[0]?.body).toMatchObject({ retries: 0 });
    await states.succeed(states.lastToken, { answer: 42 });
    expect(outputOf(await states.describe(arn))).toEqual({ answer: 42 });
  });

  it("takes an answer that comes before the queue's", async () => {
    const { promise, resolve } = Promise.withResolvers<{ messageId: string }>();
    states.send = async () => promise;
    const Parameters = { QueueUrl: "q", MessageBody: { "token.$": "$$.Task.Token" } };
    states.deploy({ StartAt: "T", States: { T: { Type: "Task", Resource: WAITING, Parameters, End: true } } });
    const arn = await states.start();
    expect((await states.succeed(states.lastToken, 1)).status).toBe(200);
    expect((await states.succeed(states.lastToken, 2)).body).toMatchObject({ __type: "TaskTimedOut" });
    expect(await states.describe(arn)).toMatchObject({ status: "RUNNING" });
    resolve({ messageId: "late" });
    await settle();
    expect(outputOf(await states.describe(arn))).toBe(1);
    expect(await states.types(arn)).toEqual(expect.arrayContaining(["TaskSubmitted", "TaskSucceeded"]));
  });

  it("invokes a function through the integration", async () => {
    const Parameters = { FunctionName: "f", "Payload.$": "$" };
    const task = { Type: "Task", Resource: INVOKE, Parameters, OutputPath: "$.Payload", End: true };
    expect(outputOf(await states.run({ T: task }, { x: 1 }))).toEqual({ x: 1 });
    expect(states.invoked).toEqual([{ name: "f", payload: { x: 1 } }]);
  });

  it("invokes a function by its ARN", async () => {
    const description = await states.run({ T: { Type: "Task", Resource: FUNCTION, End: true } }, { x: 1 });
    expect(outputOf(description)).toEqual({ x: 1 });
    expect(await states.types(String(description["executionArn"]))).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "LambdaFunctionScheduled",
      "LambdaFunctionStarted",
      "LambdaFunctionSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("waits for the token that it gave a function", async () => {
    const Parameters = { FunctionName: "f", Payload: { "token.$": "$$.Task.Token" } };
    const task = { Type: "Task", Resource: `${INVOKE}.waitForTaskToken`, Parameters, End: true };
    const { executionArn } = await states.run({ T: task });
    const token = String(Object(states.invoked[0]?.payload)["token"]);
    await states.succeed(token, "done");
    expect(outputOf(await states.describe(String(executionArn)))).toBe("done");
  });

  it.each([
    ["its own error", { payload: '{"errorType":"Boom","errorMessage":"m"}', functionError: "Unhandled" }, "Boom"],
    ["an unknown error", { payload: "null", functionError: "Unhandled" }, "Lambda.Unknown"],
    ["throttling", { throttled: true }, "Lambda.TooManyRequestsException"],
  ] as const)("fails with a function's failure: %s", async (_name, result, error) => {
    states.invoke = async () => ({ payload: "{}", functionError: null, throttled: false, timedOut: false, ...result });
    const task = { Type: "Task", Resource: FUNCTION, End: true };
    expect(await states.run({ T: task })).toMatchObject({ status: "FAILED", error });
  });

  it("fails where the function isn't there, or the message is none", async () => {
    states.invoke = async () => {
      throw new Error("There is no function f.");
    };
    expect(await states.run({ T: { Type: "Task", Resource: FUNCTION, End: true } })).toMatchObject({
      error: "Lambda.ResourceNotFoundException",
      cause: "There is no function f.",
    });
    const Parameters = { QueueUrl: "q", "MessageBody.$": "$.m" };
    const task = { Type: "Task", Resource: SEND, Parameters, End: true };
    expect(await states.run({ T: task }, { m: null })).toMatchObject({ error: "SQS.AmazonSQSException" });
  });
});

const map = (fields: object, iteration: object = { Type: "Pass", End: true }): object => ({
  M: { Type: "Map", ItemProcessor: { StartAt: "I", States: { I: iteration } }, End: true, ...fields },
});

describe("a Map state", () => {
  it.each([
    [{}, [1, 2], [1, 2]],
    [{ ItemsPath: "$.a" }, { a: ["x"] }, ["x"]],
    [{ InputPath: "$.deep", ItemsPath: "$.a", ResultPath: "$.r" }, { deep: { a: [1] } }, { deep: { a: [1] }, r: [1] }],
    [
      { ItemsPath: "$.a", ItemSelector: { "v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "all.$": "$.b" } },
      { a: ["x", "y"], b: 7 },
      [
        { v: "x", i: 0, all: 7 },
        { v: "y", i: 1, all: 7 },
      ],
    ],
    [{ Parameters: { "v.$": "$$.Map.Item.Value" } }, [5], [{ v: 5 }]],
    [{ ResultSelector: { "list.$": "$", "n.$": "States.ArrayLength($)" } }, [1], { list: [1], n: 1 }],
    [{ ResultPath: null }, [1], [1]],
    [{}, [], []],
  ])("as %j makes of %j: %j", async (fields, input, expected) => {
    expect(outputOf(await states.run(map(fields), input))).toEqual(expected);
  });

  it("keeps results in order, whichever iteration ends first", async () => {
    const Parameters = { QueueUrl: "q", MessageBody: { "token.$": "$$.Task.Token" } };
    const description = await states.run(
      map({}, { Type: "Task", Resource: WAITING, Parameters, End: true }),
      [0, 1, 2],
    );
    for (const [index, { token }] of [...states.sent.entries()].toReversed()) await states.succeed(token, `r${index}`);
    expect(outputOf(await states.describe(String(description["executionArn"])))).toEqual(["r0", "r1", "r2"]);
  });

  it("runs as many iterations at once as it may", async () => {
    const Parameters = { QueueUrl: "q", MessageBody: { "token.$": "$$.Task.Token" } };
    const task = { Type: "Task", Resource: WAITING, Parameters, End: true };
    const sentFor = async (MaxConcurrency: number): Promise<number> => {
      const before = states.sent.length;
      await states.run(
        map({ MaxConcurrency }, task),
        Array.from({ length: 50 }, () => 0),
      );
      return states.sent.length - before;
    };
    expect(await sentFor(3)).toBe(3);
    expect(await sentFor(0)).toBe(40);
    expect(await sentFor(100)).toBe(40);
  });

  it("fails with States.Runtime where its items are no list, or a selector finds nothing", async () => {
    expect(await states.run(map({ ItemsPath: "$.a" }), { a: {} })).toMatchObject({ error: "States.Runtime" });
    const selecting = map({ ItemSelector: { "x.$": "$$.Map.Item.Value.nope" } });
    expect(await states.run(selecting, [{}])).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });

  it("sees the item of the innermost Map in nested ones", async () => {
    const inner = {
      Type: "Map",
      ItemsPath: "$.items",
      ItemProcessor: {
        StartAt: "J",
        States: { J: { Type: "Pass", Parameters: { "item.$": "$$.Map.Item.Value" }, End: true } },
      },
      End: true,
    };
    const description = await states.run(map({}, inner), [{ items: [1, 2] }, { items: [3] }]);
    expect(outputOf(description)).toEqual([[{ item: 1 }, { item: 2 }], [{ item: 3 }]]);
  });
});

const branch = (name: string, fields: object): object => ({
  StartAt: name,
  States: { [name]: { Type: "Pass", End: true, ...fields } },
});

describe("a Parallel state", () => {
  it("gives every branch its input and collects what they end with", async () => {
    const Branches = [branch("A", { Result: "a" }), branch("B", {})];
    const parallel = { Type: "Parallel", Branches, Parameters: { "y.$": "$.x" }, ResultPath: "$.r", End: true };
    expect(outputOf(await states.run({ P: parallel }, { x: 1 }))).toEqual({ x: 1, r: ["a", { y: 1 }] });
  });

  it("has a history without events of its branches", async () => {
    const parallel = { Type: "Parallel", Branches: [branch("A", {}), branch("B", {})], End: true };
    const description = await states.run({ P: parallel });
    expect(await states.types(String(description["executionArn"]))).toEqual([
      "ExecutionStarted",
      "ParallelStateEntered",
      "ParallelStateStarted",
      "PassStateEntered",
      "PassStateExited",
      "PassStateEntered",
      "PassStateExited",
      "ParallelStateSucceeded",
      "ParallelStateExited",
      "ExecutionSucceeded",
    ]);
  });
});
