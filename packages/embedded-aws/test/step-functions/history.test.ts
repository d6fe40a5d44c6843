import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXECUTION_ARN, PASS, TASK, fixture, settle, TestStates } from "./harness.ts";

let states: TestStates;

beforeEach(() => {
  states = new TestStates();
});

afterEach(() => {
  states.states.stop();
});

describe("histories", () => {
  it("histories have AWS's shape", async () => {
    states.deploy(TASK);
    const arn = await states.start({ a: 1 });
    await states.succeed(states.lastToken, { b: 2 });
    const timestamp = 1_795_345_200;
    const inputDetails = { truncated: false };
    const outputDetails = { truncated: false };
    const resource = { resourceType: "sqs", resource: "sendMessage.waitForTaskToken" };
    expect(await states.history(arn)).toEqual([
      {
        timestamp,
        type: "ExecutionStarted",
        id: 1,
        previousEventId: 0,
        executionStartedEventDetails: {
          input: '{"a":1}',
          inputDetails,
          roleArn: "arn:aws:iam::000000000000:role/machine",
        },
      },
      {
        timestamp,
        type: "TaskStateEntered",
        id: 2,
        previousEventId: 0,
        stateEnteredEventDetails: { name: "T", input: '{"a":1}', inputDetails },
      },
      {
        timestamp,
        type: "TaskScheduled",
        id: 3,
        previousEventId: 2,
        taskScheduledEventDetails: {
          ...resource,
          region: "us-east-1",
          parameters: JSON.stringify({ QueueUrl: "q", MessageBody: { token: states.lastToken } }),
          timeoutInSeconds: 60,
        },
      },
      { timestamp, type: "TaskStarted", id: 4, previousEventId: 3, taskStartedEventDetails: resource },
      {
        timestamp,
        type: "TaskSubmitted",
        id: 5,
        previousEventId: 4,
        taskSubmittedEventDetails: { ...resource, output: expect.stringContaining('"MessageId":"m1"'), outputDetails },
      },
      {
        timestamp,
        type: "TaskSucceeded",
        id: 6,
        previousEventId: 5,
        taskSucceededEventDetails: { ...resource, output: '{"b":2}', outputDetails },
      },
      {
        timestamp,
        type: "TaskStateExited",
        id: 7,
        previousEventId: 6,
        stateExitedEventDetails: { name: "T", output: '{"b":2}', outputDetails },
      },
      {
        timestamp,
        type: "ExecutionSucceeded",
        id: 8,
        previousEventId: 7,
        executionSucceededEventDetails: { output: '{"b":2}', outputDetails },
      },
    ]);
  });

  it("link iterations as AWS does", async () => {
    const I = { Type: "Pass", End: true };
    const M = { Type: "Map", MaxConcurrency: 1, ItemProcessor: { StartAt: "I", States: { I } }, End: true };
    states.deploy({ StartAt: "M", States: { M } });
    const history = await states.history(await states.start(["a", "b"]));
    expect(history.map(({ id, type, previousEventId }) => [id, type, previousEventId])).toEqual([
      [1, "ExecutionStarted", 0],
      [2, "MapStateEntered", 0],
      [3, "MapStateStarted", 2],
      [4, "MapIterationStarted", 3],
      [5, "PassStateEntered", 4],
      [6, "PassStateExited", 5],
      [7, "MapIterationSucceeded", 6],
      [8, "MapIterationStarted", 6],
      [9, "PassStateEntered", 8],
      [10, "PassStateExited", 9],
      [11, "MapIterationSucceeded", 10],
      [12, "MapStateSucceeded", 11],
      [13, "MapStateExited", 11],
      [14, "ExecutionSucceeded", 13],
    ]);
    expect(history[3]).toMatchObject({ mapIterationStartedEventDetails: { name: "M", index: 0 } });
    expect(history[2]).toMatchObject({ mapStateStartedEventDetails: { length: 2 } });
  });

  it("come in pages, backwards, and without data", async () => {
    states.deploy(PASS);
    const arn = await states.start();
    const page = async (request: object): Promise<readonly [number[], unknown]> => {
      const { body } = await states.call("GetExecutionHistory", { executionArn: arn, ...request });
      const events: { id: number }[] = Object(body["events"]);
      return [events.map(({ id }) => id), body["nextToken"]];
    };
    const [first, nextToken] = await page({ maxResults: 3 });
    expect([first, await page({ maxResults: 3, nextToken })]).toEqual([
      [1, 2, 3],
      [[4], undefined],
    ]);
    const [last, before] = await page({ maxResults: 3, reverseOrder: true });
    expect([last, await page({ maxResults: 3, reverseOrder: true, nextToken: before })]).toEqual([
      [4, 3, 2],
      [[1], undefined],
    ]);
    const mixed = await states.call("GetExecutionHistory", { executionArn: arn, nextToken: before });
    expect(mixed.body).toMatchObject({ __type: "InvalidToken" });
    const bare = await states.call("GetExecutionHistory", { executionArn: arn, includeExecutionData: false });
    expect(bare.body).toMatchObject({ events: [{}, { stateEnteredEventDetails: { name: "P" } }, {}, {}] });
    expect(JSON.stringify(bare.body)).not.toContain("input");
  });

  it("of a long chain survive being packed", async () => {
    states.deploy(fixture("chain"));
    const steps = Array.from({ length: 60 }, (_unused, index) => ({ id: `s${index}`, to: "https://q" }));
    const arn = await states.start({ id: "c", steps });
    for (let step = 0; step < 60; step += 1) await states.succeed(states.sent[step]?.token ?? "");
    const before = await states.history(arn);
    expect(before).toHaveLength(486);
    await states.start({ id: "other", steps: [] });
    await settle(50);
    expect(await states.history(arn)).toEqual(before);
  });

  it("of unknown executions are refused", async () => {
    const { body } = await states.call("GetExecutionHistory", { executionArn: `${EXECUTION_ARN}:x` });
    expect(body).toMatchObject({ __type: "ExecutionDoesNotExist" });
  });
});
