import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixture, MACHINE_ARN, settle, TestStates } from "./harness.ts";

let states: TestStates;

beforeEach(() => {
  states = new TestStates();
});

afterEach(() => {
  states.states.stop();
});

describe("large and many executions", () => {
  it("map 6,000 items without going deep, and fail with a full history at 10,000", async () => {
    const I = { Type: "Pass", End: true };
    states.deploy({
      StartAt: "M",
      States: { M: { Type: "Map", ItemProcessor: { StartAt: "I", States: { I } }, ResultPath: null, End: true } },
    });
    const arn = await states.start(Array.from({ length: 6000 }, (_unused, index) => index));
    await settle(2000);
    expect(await states.describe(arn)).toMatchObject({ status: "SUCCEEDED" });
    expect(await states.history(arn)).toHaveLength(6 + 4 * 6000);
    const tooMany = await states.start(Array.from({ length: 10_000 }, (_unused, index) => index));
    await settle(2000);
    expect(await states.describe(tooMany)).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });

  it("run a thousand at once, taking turns", async () => {
    states.deploy(fixture("chain"));
    const steps = Array.from({ length: 5 }, (_unused, index) => ({ id: `s${index}`, to: "https://q" }));
    for (let count = 0; count < 1000; count += 1) {
      const input = JSON.stringify({ id: `c${count}`, steps });
      await states.call("StartExecution", { stateMachineArn: MACHINE_ARN, name: `n${count}`, input });
    }
    await settle(400);
    expect(states.sent).toHaveLength(1000);
    for (let answered = 0; answered < states.sent.length; answered += 1) {
      await states.call("SendTaskSuccess", { taskToken: states.sent[answered]?.token, output: "{}" });
      if (answered === states.sent.length - 1) await settle(400);
    }
    await settle(400);
    expect(states.sent).toHaveLength(5000);
    expect(states.changes.filter(({ status }) => status === "SUCCEEDED")).toHaveLength(1000);
    expect(states.clock.pending).toBe(0);
  });

  it("loop through a thousand states without going deep", async () => {
    const names = Array.from({ length: 1000 }, (_unused, index) => `S${index}`);
    const entries = names.map((name, index) => [
      name,
      { Type: "Pass", ...(index === 999 ? { End: true } : { Next: `S${index + 1}` }) },
    ]);
    states.deploy({ StartAt: "S0", States: Object.fromEntries(entries) });
    const arn = await states.start();
    await settle(200);
    expect(await states.history(arn)).toHaveLength(2002);
  });
});
