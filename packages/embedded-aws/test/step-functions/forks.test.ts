import { afterEach, beforeEach, expect, it } from "vitest";
import { TestStates } from "./harness.ts";

let states: TestStates;

beforeEach(() => {
  states = new TestStates();
});

afterEach(() => {
  states.states.stop();
});

it("a Map whose selector fails for an item ends its other iterations, and its Catch has the failure", async () => {
  const described = await states.run(
    {
      M: {
        Type: "Map",
        MaxConcurrency: 2,
        ItemSelector: { "n.$": "States.MathAdd($$.Map.Item.Value, 1)" },
        ItemProcessor: { StartAt: "I", States: { I: { Type: "Wait", Seconds: 60, End: true } } },
        Catch: [{ ErrorEquals: ["States.IntrinsicFailure"], Next: "C" }],
        End: true,
      },
      C: { Type: "Wait", Seconds: 600, End: true },
    },
    [1, "two"],
  );
  expect(described).toMatchObject({ status: "RUNNING" });
  // The iteration of the first item would wait for 60 seconds more.
  expect(states.clock.pending).toBe(1);
  await states.clock.advance(600);
  expect(await states.describe(String(described["executionArn"]))).toMatchObject({ status: "SUCCEEDED" });
});
