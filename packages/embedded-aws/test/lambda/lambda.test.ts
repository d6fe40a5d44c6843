import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { functionResource, mappingResource, queueResource } from "../support/assembly.ts";
import { newEvents, RECORD } from "../support/events.ts";
import { invoke } from "../support/invoke.ts";
import { isRunning } from "../support/processes.ts";
import { newDirectory, startRun } from "../support/run.ts";

describe("a function's environment", () => {
  it("has the template's variables, Lambda's own, and the endpoint: nothing else", async () => {
    const resources = {
      F: functionResource("f", { MemorySize: 256, Timeout: 7, Environment: { Variables: { STAGE: "local" } } }),
    };
    const run = await startRun(resources, { f: "export const handler = async () => process.env;" });
    const { payload } = await invoke(run, "f", "{}");
    expect(payload).toEqual({
      STAGE: "local",
      _HANDLER: "index.handler",
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[0-9A-F]{16}$/),
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ENDPOINT_SOCKET: expect.any(String),
      AWS_ENDPOINT_URL: run.embedded.awsUrl,
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_LAMBDA_FUNCTION_NAME: "f",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/f",
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      AWS_REGION: "us-east-1",
      AWS_SECRET_ACCESS_KEY: expect.any(String),
      AWS_SESSION_TOKEN: expect.any(String),
      HOME: tmpdir(),
      LAMBDA_TASK_ROOT: expect.stringMatching(/asset\.f$/),
      LANG: "en_US.UTF-8",
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      TZ: ":UTC",
    });
  });

  it("gives the handler a context that counts down to the timeout", async () => {
    const code = `export const handler = async (_event, context) => ({ ...context, remaining: context.getRemainingTimeInMillis() });`;
    const run = await startRun({ F: functionResource("f", { Timeout: 7 }) }, { f: code });
    const { payload } = await invoke(run, "f", "{}");
    expect(payload).toMatchObject({
      awsRequestId: expect.any(String),
      functionName: "f",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:f",
      logStreamName: expect.any(String),
      memoryLimitInMB: "128",
    });
    expect(payload["remaining"]).toSatisfy((remaining: number) => remaining > 0 && remaining <= 7000);
  });

  it("lives on from one invocation to the next, and holds as much memory as the template says", async () => {
    const code = `import v8 from "node:v8"; let calls = 0;
      export const handler = async () => ({ calls: ++calls, heap: v8.getHeapStatistics().heap_size_limit });`;
    const run = await startRun({ F: functionResource("f", { MemorySize: 512 }) }, { f: code });
    await invoke(run, "f", "{}");
    const { payload } = await invoke(run, "f", "{}");
    expect(payload["calls"]).toBe(2);
    // V8 rounds, and adds its young generation.
    expect(Number(payload["heap"]) / 2 ** 20).toSatisfy((heap: number) => heap >= 512 && heap < 800);
  });

  it("ends when it has been idle", async () => {
    const run = await startRun(
      { F: functionResource("f") },
      { f: "export const handler = async () => process.pid;" },
      { idleSeconds: 0.05 },
    );
    const { payload: pid } = await invoke(run, "f", "{}");
    await vi.waitUntil(() => !isRunning(Number(pid)), { timeout: 5000 });
    expect(isRunning(Number(pid))).toBe(false);
  });

  it("is killed with all that it started when the function times out, and then replaced", async () => {
    const directory = newDirectory();
    const code = `import { spawn } from "node:child_process"; import { writeFileSync } from "node:fs";
      export const handler = async (event) => {
        if (event.quick) return "quick";
        const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
        writeFileSync(process.env.PIDS, JSON.stringify([process.pid, child.pid]));
        for (;;);
      };`;
    const PIDS = join(directory, "pids");
    const run = await startRun(
      { F: functionResource("f", { Timeout: 1, Environment: { Variables: { PIDS } } }) },
      { f: code },
    );
    const { error, payload } = await invoke(run, "f", "{}");
    expect(error).toBe("Unhandled");
    expect(payload).toMatchObject({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringContaining("Task timed out after 1.00 seconds"),
    });
    expect(run.log.join("\n")).toContain("ERROR f timed out after 1 s; its processes were killed");

    const pids: number[] = JSON.parse(readFileSync(PIDS, "utf8"));
    expect(pids).toHaveLength(2);
    await vi.waitUntil(() => pids.every((pid) => !isRunning(pid)), { timeout: 5000 });
    expect((await invoke(run, "f", '{"quick":true}')).payload).toBe("quick");
  });
});

describe("an invocation", () => {
  it("fails with the error that the handler threw, in one line of the log", async () => {
    const run = await startRun(
      { F: functionResource("f") },
      { f: `export const handler = async () => { throw new TypeError("no"); };` },
    );
    const { status, error, payload } = await invoke(run, "f", "{}");
    expect({ status, error }).toEqual({ status: 200, error: "Unhandled" });
    expect(payload).toMatchObject({
      errorType: "TypeError",
      errorMessage: "no",
      trace: expect.arrayContaining([expect.stringContaining("at ")]),
    });
    expect(run.log).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d ERROR f TypeError: no at .*index\.mjs/)]);
  });

  it("fails with the error of a module that crashes at load, in one line of the log", async () => {
    const run = await startRun({ F: functionResource("f") }, { f: `throw new Error("bad import");` });
    const { error, payload } = await invoke(run, "f", "{}");
    expect(error).toBe("Unhandled");
    expect(payload).toMatchObject({ errorType: "Error", errorMessage: "bad import" });
    expect(run.log).toEqual([expect.stringMatching(/ERROR f failed to load: Error: bad import/)]);
  });

  it("counts as a receive of its message when the module crashes at load", async () => {
    const RedrivePolicy = { deadLetterTargetArn: { "Fn::GetAtt": ["Dead", "Arn"] }, maxReceiveCount: 1 };
    const events = newEvents<string>();
    const resources = {
      Dead: queueResource("dead"),
      Q: queueResource("work", { RedrivePolicy }),
      F: functionResource("f"),
      M: mappingResource("Q", "F"),
      G: functionResource("g", { Environment: { Variables: { EVENTS: events.file } } }),
      N: mappingResource("Dead", "G"),
    };
    const burying = `${RECORD} export const handler = async ({ Records }) => record(Records[0].body);`;
    const run = await startRun(resources, { f: `throw new Error("bad import");`, g: burying });
    await run.send("work", "unlucky");
    await vi.waitUntil(() => events.all().length === 1, { timeout: 8000 });
    expect(events.all()).toEqual(["unlucky"]);
  }, 10_000);

  it.each([
    ["exits", "process.exit(3)", "exit status 3"],
    ["is killed", 'process.kill(process.pid, "SIGKILL")', "signal: SIGKILL"],
  ])("fails when the process %s", async (_how, code, reason) => {
    const run = await startRun({ F: functionResource("f") }, { f: `export const handler = async () => { ${code}; };` });
    const { payload } = await invoke(run, "f", "{}");
    expect(payload).toMatchObject({ errorType: "Runtime.ExitError", errorMessage: expect.stringContaining(reason) });
  });

  it("is throttled beyond the reserved concurrency", async () => {
    const code = "export const handler = () => new Promise((resolve) => setTimeout(resolve, 300));";
    const run = await startRun({ F: functionResource("f", { ReservedConcurrentExecutions: 1 }) }, { f: code });
    const statuses = await Promise.all([invoke(run, "f", "{}"), invoke(run, "f", "{}")]);
    expect(statuses.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 429]));
  });

  it("takes and gives 6 MB, and no more", async () => {
    const code = `export const handler = async ({ size, text }) => (size === undefined ? text.length : "x".repeat(size));`;
    const run = await startRun({ F: functionResource("f") }, { f: code });
    expect((await invoke(run, "f", JSON.stringify({ text: "x".repeat(6_291_000) }))).payload).toBe(6_291_000);
    expect((await invoke(run, "f", JSON.stringify({ text: "x".repeat(6_291_456) }))).status).toBe(413);
    expect((await invoke(run, "f", '{"size":6291000}')).error).toBeNull();
    expect((await invoke(run, "f", '{"size":6291556}')).payload).toMatchObject({
      errorType: "Function.ResponseSizeTooLarge",
    });
  });

  it("is answered at once where it is an event, of 1 MB at the most", async () => {
    const events = newEvents<number>();
    const resources = { F: functionResource("f", { Environment: { Variables: { EVENTS: events.file } } }) };
    const run = await startRun(resources, { f: `${RECORD} export const handler = async ({ x }) => record(x);` });
    const event = { "x-amz-invocation-type": "Event" };
    expect((await invoke(run, "f", '{"x":1}', event)).status).toBe(202);
    expect((await invoke(run, "f", JSON.stringify({ x: "x".repeat(1_048_576) }), event)).status).toBe(413);
    await vi.waitUntil(() => events.all().length === 1, { timeout: 5000 });
  });

  it("is refused for a function that does not exist", async () => {
    const run = await startRun({});
    expect(await invoke(run, "nobody", "{}")).toMatchObject({
      status: 404,
      payload: { message: "Function not found: nobody" },
    });
  });
});
