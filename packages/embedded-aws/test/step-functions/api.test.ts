import {
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskTimedOut,
} from "@aws-sdk/client-sfn";
import { createServer, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXECUTION_ARN, PASS, TASK, MACHINE_ARN, settle, TestStates } from "./harness.ts";

const WAIT = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 60, End: true } } };

let states: TestStates;

beforeEach(() => {
  states = new TestStates();
});

afterEach(() => {
  states.states.stop();
});

async function start(request: object): Promise<Readonly<Record<string, unknown>>> {
  return (await states.call("StartExecution", { stateMachineArn: MACHINE_ARN, ...request })).body;
}

describe("StartExecution", () => {
  beforeEach(() => states.deploy(WAIT));

  it("gives the execution an ARN of its name, or of a made one", async () => {
    expect(await start({ name: "n-1", input: "{}" })).toEqual({
      executionArn: `${EXECUTION_ARN}:n-1`,
      startDate: 1_795_345_200,
    });
    expect((await start({}))["executionArn"]).toMatch(/:[\da-f-]{36}$/u);
  });

  it("answers the same while an execution of that name and input runs", async () => {
    const first = await start({ name: "n", input: '{"a":1}' });
    await states.clock.advance(5);
    expect(await start({ name: "n", input: '{"a":1}' })).toEqual(first);
    expect(states.changes).toHaveLength(1);
    expect(await start({ name: "n", input: '{"a":2}' })).toMatchObject({
      __type: "ExecutionAlreadyExists",
      message: `Execution Already Exists: '${EXECUTION_ARN}:n'`,
    });
    await states.clock.advance(60);
    expect(await start({ name: "n", input: '{"a":1}' })).toMatchObject({ __type: "ExecutionAlreadyExists" });
  });

  it.each([
    [{ name: "a b" }, "InvalidName"],
    [{ name: "a/b" }, "InvalidName"],
    [{ name: "a\u0000b" }, "InvalidName"],
    [{ name: "n".repeat(81) }, "ValidationException"],
    [{ name: "" }, "ValidationException"],
    [{ input: "{" }, "InvalidExecutionInput"],
    [{ input: "" }, "InvalidExecutionInput"],
    [{ input: JSON.stringify("x".repeat(262_143)) }, "ValidationException"],
    [{ input: 5 }, "ValidationException"],
    [{ stateMachineArn: "machine" }, "InvalidArn"],
    [{ stateMachineArn: `${MACHINE_ARN}-other` }, "StateMachineDoesNotExist"],
  ])("refuses %j as %s", async (request, code) => {
    expect(await start(request)).toMatchObject({ __type: code });
    expect(states.changes).toEqual([]);
  });

  it("takes 256 KiB, and any JSON", async () => {
    for (const input of [JSON.stringify("x".repeat(262_142)), "null", "5", "[]"]) {
      expect(await start({ input })).toHaveProperty("executionArn");
    }
  });
});

describe("executions", () => {
  it("are described while they run and after", async () => {
    states.deploy(WAIT);
    const arn = await states.start({ a: 1 }, { name: "n" });
    const running = {
      executionArn: arn,
      stateMachineArn: MACHINE_ARN,
      name: "n",
      status: "RUNNING",
      startDate: 1_795_345_200,
      input: '{"a":1}',
      inputDetails: { included: true },
      redriveCount: 0,
    };
    expect(await states.describe(arn)).toMatchObject(running);
    expect(await states.describe(arn)).not.toHaveProperty("stopDate");
    await states.clock.advance(60);
    expect(await states.describe(arn)).toMatchObject({
      ...running,
      status: "SUCCEEDED",
      stopDate: 1_795_345_260,
      output: '{"a":1}',
      outputDetails: { included: true },
    });
    expect((await states.call("DescribeExecution", { executionArn: `${arn}x` })).body).toMatchObject({
      __type: "ExecutionDoesNotExist",
      message: `Execution Does Not Exist: '${arn}x'`,
    });
  });

  it("are listed, the latest first, by status and in pages", async () => {
    states.deploy(PASS);
    for (const name of ["a", "b", "c"]) await states.start({}, { name });
    states.deploy(WAIT);
    await states.start({}, { name: "d" });
    const list = async (request: object): Promise<readonly [string[], unknown]> => {
      const { body } = await states.call("ListExecutions", { stateMachineArn: MACHINE_ARN, ...request });
      const executions: { name: string }[] = Object(body["executions"]);
      return [executions.map(({ name }) => name), body["nextToken"]];
    };
    expect(await list({})).toEqual([["d", "c", "b", "a"], undefined]);
    expect(await list({ statusFilter: "RUNNING" })).toEqual([["d"], undefined]);
    const [first, nextToken] = await list({ maxResults: 3 });
    expect(first).toEqual(["d", "c", "b"]);
    await states.start({}, { name: "e" });
    expect(await list({ maxResults: 3, nextToken })).toEqual([["a"], undefined]);
    const wrong = await states.call("ListExecutions", {
      stateMachineArn: MACHINE_ARN,
      statusFilter: "FAILED",
      nextToken,
    });
    expect(wrong.body).toMatchObject({ __type: "InvalidToken" });
    expect(
      (await states.call("ListExecutions", { stateMachineArn: MACHINE_ARN, maxResults: 1001 })).body,
    ).toMatchObject({
      __type: "ValidationException",
    });
  });

  it("are stopped with an error and cause, once", async () => {
    states.deploy(TASK);
    const arn = await states.start();
    const stopped = await states.call("StopExecution", { executionArn: arn, error: "E", cause: "C" });
    expect(stopped.body).toEqual({ stopDate: 1_795_345_200 });
    expect(await states.describe(arn)).toMatchObject({ status: "ABORTED", error: "E", cause: "C" });
    expect((await states.succeed(states.lastToken)).body).toMatchObject({ __type: "TaskTimedOut" });
    expect((await states.history(arn)).at(-1)).toMatchObject({
      type: "ExecutionAborted",
      previousEventId: 0,
      executionAbortedEventDetails: { error: "E", cause: "C" },
    });
    await states.clock.advance(5);
    expect((await states.call("StopExecution", { executionArn: arn })).body).toEqual({ stopDate: 1_795_345_200 });
    expect(states.changes.map(({ status }) => status)).toEqual(["RUNNING", "ABORTED"]);
    expect(states.clock.pending).toBe(0);
    expect((await states.call("StopExecution", { executionArn: `${arn}x` })).body).toMatchObject({
      __type: "ExecutionDoesNotExist",
    });
  });

  it("tell of each change of their status as EventBridge does", async () => {
    states.deploy(PASS);
    const arn = await states.start({ a: 1 }, { name: "n" });
    const common = {
      executionArn: arn,
      stateMachineArn: MACHINE_ARN,
      name: "n",
      input: '{"a":1}',
      startDate: 1_795_345_200_000,
    };
    expect(states.changes).toEqual([
      expect.objectContaining({ ...common, status: "RUNNING", stopDate: null, output: null, error: null, cause: null }),
      expect.objectContaining({ ...common, status: "SUCCEEDED", stopDate: 1_795_345_200_000, output: '{"a":1}' }),
    ]);
  });

  it("beyond the last 2,000 are forgotten, but not their names", async () => {
    states.deploy(PASS);
    for (let count = 0; count < 2002; count += 1) {
      await states.call("StartExecution", { stateMachineArn: MACHINE_ARN, name: `n${count}`, input: "{}" });
    }
    await settle(200);
    expect((await states.describe(`${EXECUTION_ARN}:n1`))["__type"]).toBe("ExecutionDoesNotExist");
    expect(await states.describe(`${EXECUTION_ARN}:n2`)).toMatchObject({ status: "SUCCEEDED" });
    const again = await states.call("StartExecution", { stateMachineArn: MACHINE_ARN, name: "n1", input: "{}" });
    expect(again.body).toMatchObject({ __type: "ExecutionAlreadyExists" });
  });
});

describe("task tokens", () => {
  beforeEach(() => states.deploy(TASK));

  it("task tokens serve once", async () => {
    await states.start();
    const token = states.lastToken;
    expect(await states.succeed(token)).toEqual({ status: 200, body: {} });
    for (const call of [
      states.succeed(token),
      states.fail(token),
      states.call("SendTaskHeartbeat", { taskToken: token }),
    ]) {
      expect((await call).body).toMatchObject({ __type: "TaskTimedOut" });
    }
  });

  it.each([
    ["SendTaskSuccess", { output: "{}" }],
    ["SendTaskFailure", {}],
    ["SendTaskHeartbeat", {}],
  ])("that are none are refused by %s", async (operation, rest) => {
    await states.start();
    const send = async (taskToken: string): Promise<unknown> =>
      (await states.call(operation, { taskToken, ...rest })).body["__type"];
    expect(await send("nonsense")).toBe("InvalidToken");
    expect(await send("x".repeat(2049))).toBe("ValidationException");
    const other = new TestStates();
    other.deploy(TASK);
    await other.start();
    expect(await send(other.lastToken)).toBe("TaskDoesNotExist");
    other.states.stop();
  });

  it("stay good after an answer that is refused", async () => {
    const arn = await states.start();
    const send = async (operation: string, rest: object): Promise<unknown> =>
      (await states.call(operation, { taskToken: states.lastToken, ...rest })).body["__type"];
    expect(await send("SendTaskSuccess", { output: "{" })).toBe("InvalidOutput");
    expect(await send("SendTaskSuccess", { output: JSON.stringify("x".repeat(262_143)) })).toBe("ValidationException");
    expect(await send("SendTaskSuccess", {})).toBe("ValidationException");
    expect(await send("SendTaskFailure", { error: "e".repeat(257) })).toBe("ValidationException");
    expect(await send("SendTaskFailure", { cause: "c".repeat(32_769) })).toBe("ValidationException");
    expect(await send("SendTaskSuccess", { output: "1" })).toBeUndefined();
    await settle();
    expect(await states.describe(arn)).toMatchObject({ status: "SUCCEEDED", output: "1" });
  });
});

async function reply(operation: string, body: object, res: ServerResponse): Promise<void> {
  const answer = await states.call(operation, body);
  res.writeHead(answer.status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(answer.body));
}

describe("the service", () => {
  it("the service describes and lists state machines", async () => {
    states.deploy(PASS);
    states.deploy(WAIT, `${MACHINE_ARN}-b`);
    expect((await states.call("DescribeStateMachine", { stateMachineArn: MACHINE_ARN })).body).toMatchObject({
      name: "machine",
      status: "ACTIVE",
      type: "STANDARD",
      definition: JSON.stringify(PASS),
    });
    const first = (await states.call("ListStateMachines", { maxResults: 1 })).body;
    expect(first).toMatchObject({ stateMachines: [{ stateMachineArn: MACHINE_ARN, name: "machine" }] });
    const second = (await states.call("ListStateMachines", { maxResults: 1, nextToken: first["nextToken"] })).body;
    expect(second).toMatchObject({ stateMachines: [{ name: "machine-b" }] });
    expect(second).not.toHaveProperty("nextToken");
    expect((await states.call("DescribeStateMachine", { stateMachineArn: "x" })).body).toMatchObject({
      __type: "StateMachineDoesNotExist",
      message: "State Machine Does Not Exist: 'x'",
    });
  });

  it("names the machine whose definition it refuses, and keeps the one before", async () => {
    states.deploy(PASS);
    expect(() => states.deploy({ ...PASS, Extra: 1 })).toThrow(
      "machine /Extra: the embedded Step Functions doesn't serve",
    );
    expect((await states.call("DescribeStateMachine", { stateMachineArn: MACHINE_ARN })).body).toMatchObject({
      definition: JSON.stringify(PASS),
    });
  });

  it("the service refuses other operations by name", async () => {
    const { status, body } = await states.call("CreateActivity", {});
    expect(status).toBe(400);
    expect(body).toMatchObject({
      __type: "UnknownOperationException",
      message: expect.stringContaining("doesn't serve CreateActivity; it serves ListStateMachines"),
    });
  });

  it("leaves nothing running when it is stopped", async () => {
    states.deploy(TASK);
    await states.start();
    const token = states.lastToken;
    states.states.stop();
    expect(states.clock.pending).toBe(0);
    expect((await states.succeed(token)).body).toMatchObject({ __type: "TaskTimedOut" });
  });

  it("is understood by the AWS SDK", async () => {
    states.deploy(TASK);
    const server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on("data", (chunk: Buffer) => chunks.push(chunk));
      req.on("end", () => {
        const target = String(req.headers["x-amz-target"]).split(".")[1] ?? "";
        const body: object = JSON.parse(Buffer.concat(chunks).toString());
        void reply(target, body, res);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const client = new SFNClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    try {
      const { executionArn, startDate } = await client.send(
        new StartExecutionCommand({ stateMachineArn: MACHINE_ARN }),
      );
      expect(startDate).toEqual(new Date("2026-11-22T11:00:00Z"));
      await settle();
      await states.succeed(states.lastToken);
      const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
      expect(events[4]?.taskSubmittedEventDetails?.resource).toBe("sendMessage.waitForTaskToken");
      const late = client.send(new SendTaskSuccessCommand({ taskToken: states.lastToken, output: "{}" }));
      await expect(late).rejects.toBeInstanceOf(TaskTimedOut);
    } finally {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    }
  });
});
