import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { settle } from "../support/clock.ts";
import { EXECUTION_ARN, MACHINE_ARN } from "./harness.ts";
import { definitionOf, INPUT, machineSteps } from "./random-machines.ts";
import { Lives } from "./restarts.ts";

/** What happens next to a process. */
const moment = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("work" as const), which: fc.nat(), turns: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass" as const), turns: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("time" as const), seconds: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "kill" as const }) },
);
type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never;

async function live(lives: Lives, next: Moment): Promise<void> {
  if (next.kind === "kill") return lives.restart();
  if (next.kind === "time") return lives.clock.advance(next.seconds);
  if (next.kind === "work") {
    const { messages } = lives;
    const chosen = messages[next.which % Math.max(1, messages.length)];
    // A process that is killed answers nobody.
    if (chosen !== undefined) void lives.work(...chosen).catch(() => {});
  }
  await settle(next.turns);
}

/** Works until the execution is over; what it comes to. */
async function finish(lives: Lives): Promise<Readonly<Record<string, unknown>>> {
  for (let round = 0; round < 400; round += 1) {
    for (const message of lives.messages) await lives.work(...message);
    await settle(4);
    const description = await lives.call("DescribeExecution", { executionArn: `${EXECUTION_ARN}:e` });
    if (description["status"] !== "RUNNING") return description;
    if (lives.queue.size === 0) await lives.clock.advance(5);
  }
  throw new Error("The execution has no end.");
}

async function start(lives: Lives): Promise<void> {
  await lives.call("StartExecution", { stateMachineArn: MACHINE_ARN, name: "e", input: JSON.stringify(INPUT) });
}

const stripped = ({ status, output, error }: Readonly<Record<string, unknown>>): object => ({ status, output, error });

it("executions come to the same end through kills at random moments, with every task sent and no token lost", async () => {
  const delays = fc.infiniteStream(fc.integer({ min: 1, max: 4 }));
  await fc.assert(
    fc.asyncProperty(machineSteps, fc.array(moment, { maxLength: 60 }), delays, async (steps, moments, delay) => {
      const definition = definitionOf(steps);
      const undisturbed = new Lives(definition);
      await start(undisturbed);
      const expected = stripped(await finish(undisturbed));

      const lives = new Lives(definition, () => delay.next().value ?? 1);
      await start(lives);
      for (const next of moments) await live(lives, next);
      lives.restart();
      expect(stripped(await finish(lives))).toEqual(expected);
      expect([...new Set(lives.sent)].toSorted()).toEqual(undisturbed.sent.toSorted());
      // An answer may find its task settled by an earlier one that was given before a kill; it never finds it unknown.
      expect([...lives.refusals].filter((name) => name !== "TaskTimedOut")).toEqual([]);
      await lives.storage.written();
      expect(lives.storage.sizes).not.toHaveProperty("states/executions");
      expect(lives.storage.sizes).not.toHaveProperty("states/threads");
      expect(lives.storage.sizes).not.toHaveProperty("states/events");
      expect(lives.clock.pending).toBe(0);
      for (const each of [undisturbed, lives]) each.states.stop();
    }),
    { numRuns: Number(process.env["RESTARTS"] ?? 60) },
  );
}, 60_000);

const MESSAGE = {
  Type: "Task",
  Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
  Parameters: {
    QueueUrl: "q",
    MessageBody: { state: "T", item: "i", failures: 0, attempt: 0, "token.$": "$$.Task.Token" },
  },
};

async function describeIt(lives: Lives): Promise<Readonly<Record<string, unknown>>> {
  return lives.call("DescribeExecution", { executionArn: `${EXECUTION_ARN}:e` });
}

/** Starts a machine of one state, and restarts the process when all is quiet. */
async function restarted(state: object, rest: object = {}): Promise<Lives> {
  const lives = new Lives({ StartAt: "T", States: { T: state }, ...rest });
  await start(lives);
  await settle();
  lives.restart();
  await settle();
  return lives;
}

describe("after a restart", () => {
  it("a Wait ends when it would have ended", async () => {
    const lives = new Lives({ StartAt: "T", States: { T: { Type: "Wait", Seconds: 60, End: true } } });
    await start(lives);
    await lives.clock.advance(20);
    lives.restart();
    await lives.clock.advance(39);
    expect(await describeIt(lives)).toMatchObject({ status: "RUNNING" });
    await lives.clock.advance(1);
    expect(await describeIt(lives)).toMatchObject({ status: "SUCCEEDED", stopDate: 1_795_345_260 });
  });

  it("a task whose message was sent waits for its token, and sends nothing again", async () => {
    const lives = await restarted({ ...MESSAGE, End: true });
    expect(lives.sent).toHaveLength(1);
    expect(await finish(lives)).toMatchObject({ status: "SUCCEEDED", output: '"T i"' });
    const { events } = await lives.call("GetExecutionHistory", { executionArn: `${EXECUTION_ARN}:e` });
    expect(events).toMatchObject(
      ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
        .map((type, index) => ({ id: index + 1, type }))
        .concat([
          { id: 7, type: "TaskStateExited" },
          { id: 8, type: "ExecutionSucceeded" },
        ]),
    );
  });

  it("a task whose message may not have been sent sends it again, with the same token", async () => {
    const lives = new Lives({ StartAt: "T", States: { T: { ...MESSAGE, End: true } } });
    lives.isSlow = true;
    await start(lives);
    await settle();
    const [first] = lives.queue.values();
    lives.isSlow = false;
    lives.restart();
    await settle();
    expect(lives.messages.map(([, message]) => message)).toEqual([first, first]);
    expect(await finish(lives)).toMatchObject({ status: "SUCCEEDED" });
  });

  it.each([
    ["TimeoutSeconds of a task", { ...MESSAGE, TimeoutSeconds: 30, End: true }, {}],
    ["HeartbeatSeconds of a task", { ...MESSAGE, HeartbeatSeconds: 30, End: true }, {}],
    ["TimeoutSeconds of a machine", { ...MESSAGE, End: true }, { TimeoutSeconds: 30 }],
  ])("%s counts from before it, also where it is over", async (_what, state, rest) => {
    const lives = await restarted(state, rest);
    await lives.clock.advance(29);
    expect(await describeIt(lives)).toMatchObject({ status: "RUNNING" });
    await lives.clock.advance(1);
    expect(["FAILED", "TIMED_OUT"]).toContain((await describeIt(lives))["status"]);

    const late = await restarted(state, rest);
    late.storage = late.storage.kill();
    late.states.stop();
    await late.clock.advance(31);
    late.restart();
    await late.clock.advance(0);
    expect(["FAILED", "TIMED_OUT"]).toContain((await describeIt(late))["status"]);
  });

  it("a heartbeat that was answered counts", async () => {
    const lives = new Lives({ StartAt: "T", States: { T: { ...MESSAGE, HeartbeatSeconds: 30, End: true } } });
    await start(lives);
    await lives.clock.advance(20);
    const [message] = lives.queue.values();
    await lives.call("SendTaskHeartbeat", { taskToken: message?.token });
    lives.restart();
    await lives.clock.advance(29);
    expect(await describeIt(lives)).toMatchObject({ status: "RUNNING" });
  });

  it("a retry comes when it would have come, and counts those before", async () => {
    const Retry = [{ ErrorEquals: ["Flaky"], IntervalSeconds: 10, MaxAttempts: 2, BackoffRate: 1 }];
    const body = { ...MESSAGE.Parameters.MessageBody, failures: 9, "attempt.$": "$$.State.RetryCount" };
    const { attempt: _none, ...MessageBody } = body;
    const lives = new Lives({
      StartAt: "T",
      States: { T: { ...MESSAGE, Parameters: { QueueUrl: "q", MessageBody }, Retry, End: true } },
    });
    await start(lives);
    for (const sent of [1, 2, 3]) {
      await settle();
      expect(lives.sent).toHaveLength(sent);
      for (const message of lives.messages) await lives.work(...message);
      await lives.clock.advance(9);
      lives.restart();
      expect(lives.sent).toHaveLength(sent);
      await lives.clock.advance(1);
    }
    expect(await describeIt(lives)).toMatchObject({ status: "FAILED", error: "Flaky" });
  });

  it("what is over is described with its history, its name is taken for 90 days, and its token is over", async () => {
    const lives = new Lives({ StartAt: "T", States: { T: { ...MESSAGE, End: true } } });
    await start(lives);
    await settle();
    const [message] = lives.queue.values();
    const before = await finish(lives);
    const history = await lives.call("GetExecutionHistory", { executionArn: `${EXECUTION_ARN}:e` });
    lives.restart();
    expect(await describeIt(lives)).toEqual(before);
    expect(await lives.call("GetExecutionHistory", { executionArn: `${EXECUTION_ARN}:e` })).toEqual(history);
    expect(await lives.call("SendTaskSuccess", { taskToken: message?.token, output: "{}" })).toMatchObject({
      __type: "TaskTimedOut",
    });
    const again = { stateMachineArn: MACHINE_ARN, name: "e", input: "{}" };
    expect(await lives.call("StartExecution", again)).toMatchObject({ __type: "ExecutionAlreadyExists" });
    lives.clock.jump(90 * 24 * 3600);
    expect(await lives.call("StartExecution", again)).toHaveProperty("executionArn");
  });

  it("nothing goes on before what it calls is there", async () => {
    const lives = new Lives({
      StartAt: "W",
      States: { W: { Type: "Wait", Seconds: 5, Next: "T" }, T: { ...MESSAGE, End: true } },
    });
    await start(lives);
    await settle();
    lives.restart({ resume: false });
    await lives.clock.advance(60);
    expect(lives.sent).toEqual([]);
    lives.states.resume();
    await settle();
    expect(lives.sent).toHaveLength(1);
  });
});

/** What a chain of that many steps of 100 bytes writes. */
async function bytesOfChain(steps: number): Promise<number> {
  const Parameters = {
    QueueUrl: "q",
    MessageBody: { ...MESSAGE.Parameters.MessageBody, "item.$": "States.JsonToString($.Value)" },
  };
  const { item: _none, ...MessageBody } = Parameters.MessageBody;
  const T = { ...MESSAGE, Parameters: { ...Parameters, MessageBody }, End: true };
  const lives = new Lives({
    StartAt: "M",
    States: {
      M: {
        Type: "Map",
        ItemsPath: "$.steps",
        MaxConcurrency: 1,
        ItemSelector: { "Value.$": "$$.Map.Item.Value" },
        ItemProcessor: { StartAt: "T", States: { T } },
        ResultPath: null,
        End: true,
      },
    },
  });
  const input = JSON.stringify({ steps: Array.from({ length: steps }, () => "x".repeat(100)) });
  await lives.call("StartExecution", { stateMachineArn: MACHINE_ARN, name: "e", input });
  const { storage } = lives;
  await settle();
  const [before, middle] = [storage.bytes, steps / 2];
  for (let step = 0; step < middle; step += 1) {
    await settle(2);
    for (const message of lives.messages) await lives.work(...message);
  }
  lives.states.stop();
  return (storage.bytes - before) / middle;
}

it("a step of a chain writes as much however long the chain is", async () => {
  const [short, long] = [await bytesOfChain(40), await bytesOfChain(400)];
  expect(long).toBeLessThan(1.1 * short);
});

it("a finished execution leaves its record, its history and its machine, and nothing else", async () => {
  const lives = new Lives({ StartAt: "T", States: { T: { Type: "Pass", End: true } } });
  await start(lives);
  await finish(lives);
  await lives.storage.written();
  expect(lives.storage.sizes).toEqual({ "states/finished": 1, "states/histories": 1, "states/machines": 1 });
  lives.restart();
  await lives.storage.written();
  expect(lives.storage.sizes).toEqual({ "states/finished": 1, "states/histories": 1 });
});
