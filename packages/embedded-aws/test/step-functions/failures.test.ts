import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MACHINE_ARN, outputOf, settle, TestStates } from "./harness.ts";

const WAITING = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f";
const PARAMETERS = { QueueUrl: "q", MessageBody: { "token.$": "$$.Task.Token", "retries.$": "$$.State.RetryCount" } };
const TASK = { Type: "Task", Resource: WAITING, Parameters: PARAMETERS };
const CAUGHT = { Type: "Pass", End: true };

let states: TestStates;

beforeEach(() => {
  states = new TestStates();
});

afterEach(() => {
  states.states.stop();
});

/** A Map over the input, each iteration one task. */
function mapOf(task: object, fields: object = {}): object {
  return { Type: "Map", ItemProcessor: { StartAt: "I", States: { I: { ...task, End: true } } }, End: true, ...fields };
}

describe("Retry", () => {
  it("repeats a task with growing delays and counts in the context object", async () => {
    const Retry = [{ ErrorEquals: ["Boom"], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 2 }];
    const { executionArn } = await states.run({ T: { ...TASK, Retry, End: true } });
    await states.fail(states.lastToken, "Boom");
    await states.clock.advance(1.999);
    expect(states.sent).toHaveLength(1);
    await states.clock.advance(0.001);
    expect(states.sent).toHaveLength(2);
    await states.fail(states.lastToken, "Boom");
    await states.clock.advance(6);
    expect(states.sent.map(({ body }) => body["retries"])).toEqual([0, 1, 2]);
    await states.fail(states.lastToken, "Boom", "at last");
    expect(await states.describe(String(executionArn))).toMatchObject({
      status: "FAILED",
      error: "Boom",
      cause: "at last",
    });
    const types = await states.types(String(executionArn));
    expect(types.filter((type) => type === "TaskStateEntered")).toHaveLength(1);
    expect(types.filter((type) => type === "TaskScheduled")).toHaveLength(3);
  });

  it("counts each rule by itself and from nothing when the state is entered again", async () => {
    const Retry = [
      { ErrorEquals: ["A"], MaxAttempts: 1 },
      { ErrorEquals: ["B"], MaxAttempts: 1 },
    ];
    const Catch = [{ ErrorEquals: ["States.ALL"], ResultPath: null, Next: "T" }];
    await states.run({ T: { ...TASK, Retry, Catch, End: true } });
    for (const error of ["A", "B", "B", "A", "B"]) {
      await states.fail(states.lastToken, error);
      await states.clock.advance(1);
    }
    expect(states.sent.map(({ body }) => body["retries"])).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it("takes a random part of the delay with full jitter", async () => {
    states.clock.chance = 0.25;
    const Retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 8, JitterStrategy: "FULL" }];
    await states.run({ T: { ...TASK, Retry, End: true } });
    await states.fail(states.lastToken);
    await states.clock.advance(1.99);
    expect(states.sent).toHaveLength(1);
    await states.clock.advance(0.01);
    expect(states.sent).toHaveLength(2);
  });

  it("Retry repeats a whole Map", async () => {
    const Retry = [{ ErrorEquals: ["States.TaskFailed"], MaxAttempts: 1 }];
    const { executionArn } = await states.run({ M: mapOf(TASK, { Retry }) }, [1, 2]);
    await states.fail(states.sent[1]?.token ?? "", "Boom");
    await states.clock.advance(1);
    expect(states.sent).toHaveLength(4);
    await states.succeed(states.sent[2]?.token ?? "", "a");
    await states.succeed(states.sent[3]?.token ?? "", "b");
    expect(outputOf(await states.describe(String(executionArn)))).toEqual(["a", "b"]);
  });

  it("Retry repeats a whole Parallel state", async () => {
    const Retry = [{ ErrorEquals: ["Boom"], MaxAttempts: 1 }];
    const Branches = [{ StartAt: "A", States: { A: { ...TASK, End: true } } }];
    const { executionArn } = await states.run({ P: { Type: "Parallel", Branches, Retry, End: true } });
    await states.fail(states.lastToken, "Boom");
    await states.clock.advance(1);
    await states.succeed(states.lastToken, "ok");
    expect(outputOf(await states.describe(String(executionArn)))).toEqual(["ok"]);
  });
});

describe("Catch", () => {
  it.each([
    [{}, { Error: "Boom", Cause: "because" }],
    [{ ResultPath: "$.error" }, { x: 1, error: { Error: "Boom", Cause: "because" } }],
    [{ ResultPath: null }, { x: 1 }],
  ])("as %j hands on %j", async (fields, expected) => {
    const Catch = [{ ErrorEquals: ["Boom"], Next: "C", ...fields }];
    const { executionArn } = await states.run({ T: { ...TASK, Catch, End: true }, C: CAUGHT }, { x: 1 });
    await states.fail(states.lastToken, "Boom");
    expect(outputOf(await states.describe(String(executionArn)))).toEqual(expected);
    expect((await states.types(String(executionArn))).slice(5)).toEqual([
      "TaskFailed",
      "TaskStateExited",
      "PassStateEntered",
      "PassStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("hands on an error without a name as States.TaskFailed", async () => {
    const Catch = [{ ErrorEquals: ["States.TaskFailed"], Next: "C" }];
    const { executionArn } = await states.run({ T: { ...TASK, Catch, End: true }, C: CAUGHT });
    await states.call("SendTaskFailure", { taskToken: states.lastToken });
    await settle();
    expect(outputOf(await states.describe(String(executionArn)))).toEqual({ Error: "States.TaskFailed" });
  });

  it("Catch has no hold on States.Runtime", async () => {
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "C" }];
    const Parameters = { QueueUrl: "q", "MessageBody.$": "$.nope" };
    const description = await states.run({ T: { ...TASK, Parameters, Catch, End: true }, C: CAUGHT });
    expect(description).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'T' (entered at the event id #2). The JSONPath '$.nope' specified " +
        "for the field 'MessageBody.$' could not be found in the input '{}'",
    });
    const last = (await states.history(String(description["executionArn"]))).at(-1);
    expect(last).toMatchObject({ type: "ExecutionFailed", previousEventId: 0 });
  });

  it("covers a failing function of the language by its name", async () => {
    const Catch = [{ ErrorEquals: ["States.IntrinsicFailure"], Next: "C" }];
    const Parameters = { QueueUrl: "q", "MessageBody.$": "States.StringToJson($.x)" };
    const description = await states.run({ T: { ...TASK, Parameters, Catch, End: true }, C: CAUGHT }, { x: "{" });
    expect(description).toMatchObject({ status: "SUCCEEDED" });
  });
});

describe("a failed iteration", () => {
  it("stops its siblings: their tokens die, and nothing new begins", async () => {
    const { executionArn } = await states.run({ M: mapOf(TASK, { MaxConcurrency: 3 }) }, [0, 1, 2, 3, 4]);
    const [first = "", second = "", third = ""] = states.sent.map(({ token }) => token);
    await states.fail(second, "Boom", "b");
    expect(await states.describe(String(executionArn))).toMatchObject({ status: "FAILED", error: "Boom", cause: "b" });
    expect(states.sent).toHaveLength(3);
    expect((await states.succeed(first)).body).toMatchObject({ __type: "TaskTimedOut" });
    expect((await states.fail(third)).body).toMatchObject({ __type: "TaskTimedOut" });
    const history = await states.history(String(executionArn));
    const at = history.findIndex(({ type }) => type === "TaskFailed");
    const failed = history[at];
    const after = history.slice(at + 1);
    expect(after.map(({ type }) => type)).toEqual([
      "MapIterationAborted",
      "TaskStateAborted",
      "MapIterationFailed",
      "TaskStateAborted",
      "MapIterationAborted",
      "TaskStateAborted",
      "MapStateFailed",
      "ExecutionFailed",
    ]);
    expect(after.slice(0, -1).every(({ previousEventId }) => previousEventId === failed?.id)).toBe(true);
    expect(after.at(-1)?.previousEventId).toBe(after.at(-2)?.id);
  });

  it("stops siblings that wait, retry or nest further", async () => {
    const Branches = [
      { StartAt: "W", States: { W: { Type: "Wait", Seconds: 100, End: true } } },
      { StartAt: "R", States: { R: { ...TASK, Retry: [{ ErrorEquals: ["States.ALL"] }], End: true } } },
      { StartAt: "N", States: { N: mapOf(TASK) } },
      { StartAt: "F", States: { F: { ...TASK, TimeoutSeconds: 50, End: true } } },
    ];
    const Catch = [{ ErrorEquals: ["Boom"], Next: "C" }];
    const { executionArn } = await states.run(
      { P: { Type: "Parallel", Branches, Catch, End: true }, C: CAUGHT },
      [1, 2],
    );
    expect(states.sent).toHaveLength(4);
    await states.fail(states.sent[0]?.token ?? "", "Again");
    await states.fail(states.sent[1]?.token ?? "", "Boom");
    expect(await states.describe(String(executionArn))).toMatchObject({ status: "SUCCEEDED" });
    expect(states.clock.pending).toBe(0);
    for (const { token } of states.sent) expect((await states.succeed(token)).status).toBe(400);
    expect(states.sent).toHaveLength(4);
  });

  it("of States.Runtime fails the execution through every Catch", async () => {
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "C" }];
    const task = { ...TASK, Parameters: { QueueUrl: "q", "MessageBody.$": "$.nope" } };
    const description = await states.run({ M: mapOf(task, { Catch }), C: CAUGHT }, [{}]);
    expect(description).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });

  it("is the Map's own failure where the result doesn't fit its ResultPath", async () => {
    const Catch = [{ ErrorEquals: ["States.ResultPathMatchFailure"], Next: "C" }];
    const map = mapOf(
      { Type: "Pass" },
      { ItemsPath: "$$.Execution.Input", InputPath: "$[0]", ResultPath: "$.x.y", Catch },
    );
    const description = await states.run({ M: map, C: CAUGHT }, ["text"]);
    expect(outputOf(description)).toMatchObject({ Error: "States.ResultPathMatchFailure" });
  });
});

describe("timeouts", () => {
  it("end a task with States.Timeout, which States.TaskFailed doesn't cover", async () => {
    const Catch = [
      { ErrorEquals: ["States.TaskFailed"], Next: "C" },
      { ErrorEquals: ["States.Timeout"], Next: "D" },
    ];
    const machine = { T: { ...TASK, TimeoutSeconds: 10, Catch, End: true }, C: CAUGHT, D: { Type: "Succeed" } };
    const { executionArn } = await states.run(machine);
    const token = states.lastToken;
    await states.clock.advance(10);
    const types = await states.types(String(executionArn));
    expect(types).toEqual(expect.arrayContaining(["TaskTimedOut", "SucceedStateEntered"]));
    expect((await states.succeed(token)).body).toMatchObject({
      __type: "TaskTimedOut",
      message: "Task Timed Out: 'Provided task does not exist anymore'",
    });
  });

  it("come from the input where a path leads to them, and restart with each retry", async () => {
    const Retry = [{ ErrorEquals: ["States.Timeout"], IntervalSeconds: 1, MaxAttempts: 1 }];
    const { executionArn } = await states.run(
      { T: { ...TASK, TimeoutSecondsPath: "$.t", Retry, End: true } },
      { t: 5 },
    );
    await states.clock.advance(6);
    expect(states.sent).toHaveLength(2);
    await states.clock.advance(4.9);
    expect(await states.describe(String(executionArn))).toMatchObject({ status: "RUNNING" });
    await states.clock.advance(0.1);
    expect(await states.describe(String(executionArn))).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(await states.run({ T: { ...TASK, TimeoutSecondsPath: "$.t", End: true } }, { t: 0 })).toMatchObject({
      error: "States.Runtime",
    });
  });

  it("are put off by heartbeats, but not beyond the task's own", async () => {
    const task = { ...TASK, TimeoutSeconds: 12, HeartbeatSeconds: 5, End: true };
    const { executionArn } = await states.run({ T: task });
    await states.clock.advance(4);
    expect((await states.call("SendTaskHeartbeat", { taskToken: states.lastToken })).status).toBe(200);
    await states.clock.advance(4);
    await states.call("SendTaskHeartbeat", { taskToken: states.lastToken });
    await states.clock.advance(3.9);
    expect(await states.describe(String(executionArn))).toMatchObject({ status: "RUNNING" });
    await states.clock.advance(0.1);
    expect(await states.describe(String(executionArn))).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  });

  it("for want of a heartbeat can be caught by either name", async () => {
    const Catch = [{ ErrorEquals: ["States.HeartbeatTimeout"], Next: "C" }];
    const { executionArn } = await states.run({ T: { ...TASK, HeartbeatSeconds: 5, Catch, End: true }, C: CAUGHT });
    await states.clock.advance(5);
    expect(outputOf(await states.describe(String(executionArn)))).toEqual({ Error: "States.Timeout" });
  });

  it("of the machine end the execution as TIMED_OUT", async () => {
    states.deploy({ StartAt: "T", TimeoutSeconds: 30, States: { T: { ...TASK, End: true } } });
    const arn = await states.start();
    await states.clock.advance(30);
    expect(await states.describe(arn)).toMatchObject({ status: "TIMED_OUT" });
    expect((await states.history(arn)).at(-1)).toMatchObject({ type: "ExecutionTimedOut", previousEventId: 0 });
    expect((await states.succeed(states.lastToken)).status).toBe(400);
    expect(states.changes.map(({ status }) => status)).toEqual(["RUNNING", "TIMED_OUT"]);
  });

  it("leave no timer behind when the task is answered in time", async () => {
    await states.run({ T: { ...TASK, TimeoutSeconds: 30, HeartbeatSeconds: 5, End: true } });
    await states.succeed(states.lastToken);
    expect(states.clock.pending).toBe(0);
  });
});

describe("limits", () => {
  const big = "x".repeat(200_000);

  it("refuse more than 256 KiB of state data with States.DataLimitExceeded", async () => {
    const Parameters = { "a.$": "$", "b.$": "$" };
    const description = await states.run({ P: { Type: "Pass", Parameters, End: true } }, big);
    expect(description).toMatchObject({
      status: "FAILED",
      error: "States.DataLimitExceeded",
      cause: "The state/task 'P' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  it("limits count bytes, not characters", async () => {
    const Parameters = { "a.$": "States.Format('{}{}', $, $)" };
    const pass = { P: { Type: "Pass", Parameters, End: true } };
    expect(await states.run(pass, "x".repeat(131_000))).toMatchObject({ status: "SUCCEEDED" });
    expect(await states.run(pass, "é".repeat(66_000))).toMatchObject({ error: "States.DataLimitExceeded" });
  });

  it("make a task fail whose result is too large", async () => {
    states.invoke = async () => ({
      payload: JSON.stringify("x".repeat(262_143)),
      functionError: null,
      throttled: false,
      timedOut: false,
    });
    const Catch = [{ ErrorEquals: ["States.DataLimitExceeded"], Next: "C" }];
    const task = { Type: "Task", Resource: FUNCTION, Catch, End: true };
    const description = await states.run({ T: task, C: CAUGHT });
    expect(outputOf(description)).toMatchObject({ Error: "States.DataLimitExceeded" });
    expect(await states.types(String(description["executionArn"]))).toContain("LambdaFunctionFailed");
  });

  it("make a Map fail whose results are too large together", async () => {
    const description = await states.run({ M: mapOf({ Type: "Pass", Result: big }) }, [1, 2]);
    expect(description).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });

  it("end an execution at 25,000 events", async () => {
    const loop = { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } };
    states.deploy({ StartAt: "A", States: loop });
    const arn = await states.start();
    await settle(2000);
    expect(await states.describe(arn)).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause: "The execution reached the maximum number of history events (25000).",
    });
    const history = await states.history(arn);
    expect(history).toHaveLength(25_000);
    expect(history.at(-1)).toMatchObject({ id: 25_000, type: "ExecutionFailed" });
  });

  it("cut the cause that a function gives at 32,768 characters", async () => {
    const payload = JSON.stringify({ errorType: "E".repeat(300), errorMessage: "m".repeat(40_000) });
    states.invoke = async () => ({ payload, functionError: "Unhandled", throttled: false, timedOut: false });
    const description = await states.run({ T: { Type: "Task", Resource: FUNCTION, End: true } });
    expect(String(description["error"])).toHaveLength(256);
    expect(String(description["cause"])).toHaveLength(32_768);
  });
});

describe("a new definition", () => {
  it("leaves what runs with the one it began with", async () => {
    states.deploy({
      StartAt: "T",
      States: { T: { ...TASK, Next: "Old" }, Old: { Type: "Pass", Result: "old", End: true } },
    });
    const arn = await states.start();
    states.deploy({ StartAt: "New", States: { New: { Type: "Pass", Result: "new", End: true } } });
    await states.succeed(states.lastToken);
    expect(outputOf(await states.describe(arn))).toBe("old");
    expect(outputOf(await states.describe(await states.start()))).toBe("new");
    expect((await states.call("ListStateMachines", {})).body["stateMachines"]).toHaveLength(1);
    expect(arn).toContain(MACHINE_ARN.replace("stateMachine", "execution"));
  });
});
