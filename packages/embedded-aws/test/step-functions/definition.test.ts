import { describe, expect, it } from "vitest";
import { DefinitionError } from "../../src/step-functions/index.ts";
import { parseMachine } from "../../src/step-functions/language/parse-machine.ts";
import { fixture } from "./harness.ts";

const SEND = "arn:aws:states:::sqs:sendMessage";
const TASK = { Type: "Task", Resource: SEND, Parameters: { QueueUrl: "q", MessageBody: "m" }, End: true };
const MAP = {
  Type: "Map",
  ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
  End: true,
};

function faultOf(definition: unknown): string {
  try {
    parseMachine(typeof definition === "string" ? definition : JSON.stringify(definition));
  } catch (error) {
    if (error instanceof DefinitionError) return error.message;
    throw error;
  }
  return "";
}

const faultOfState = (state: object): string => faultOf({ StartAt: "S", States: { S: state } });

describe("definitions", () => {
  it.each(["chain", "group", "chord"] as const)("of the %s are taken", (name) => {
    expect(faultOf(fixture(name))).toBe("");
  });

  it("may say what AWS lets them say without meaning anything", () => {
    expect(
      faultOf({
        Comment: "c",
        Version: "1.0",
        QueryLanguage: "JSONPath",
        TimeoutSeconds: 60,
        StartAt: "S",
        States: { S: { ...TASK, Comment: "c", QueryLanguage: "JSONPath" } },
      }),
    ).toBe("");
  });

  it.each([
    ["not JSON", "{", "/: the definition isn't JSON"],
    ["no object", [], "/: expected an object"],
    ["another version", { Version: "2.0", StartAt: "S", States: {} }, "/Version: expected 1.0"],
    [
      "JSONata",
      { QueryLanguage: "JSONata", StartAt: "S", States: {} },
      "/QueryLanguage: the embedded Step Functions serves JSONPath only",
    ],
    ["no states", { StartAt: "S", States: {} }, "/States: a machine needs a state"],
    ["no start", { States: { S: TASK } }, "/StartAt: the field is missing"],
    ["a start that isn't there", { StartAt: "X", States: { S: TASK } }, "/StartAt: there is no state X here"],
    [
      "an unknown field",
      { StartAt: "S", States: { S: TASK }, Extra: 1 },
      "/Extra: the embedded Step Functions doesn't serve the field Extra",
    ],
    [
      "a bad timeout",
      { StartAt: "S", States: { S: TASK }, TimeoutSeconds: 0 },
      "/TimeoutSeconds: expected a whole number",
    ],
  ])("with %s are refused", (_name, definition, message) => {
    expect(faultOf(definition)).toContain(message);
  });

  it.each([
    ["an unknown type", { Type: "Loop", End: true }, "/States/S/Type: there is no state of type Loop"],
    ["neither Next nor End", { Type: "Pass" }, "/States/S/Next: a state has either Next or End"],
    ["Next and End", { Type: "Pass", Next: "S", End: true }, "/States/S/Next"],
    ["a Next that isn't there", { Type: "Pass", Next: "X" }, "/States/S/Next: there is no state X here"],
    [
      "variables",
      { ...TASK, Assign: { a: 1 } },
      "/States/S/Assign: the embedded Step Functions doesn't serve the field Assign (workflow variables) in a Task state",
    ],
    ["JSONata output", { Type: "Pass", Output: {}, End: true }, "/States/S/Output"],
    ["JSONata in a state", { Type: "Pass", QueryLanguage: "JSONata", End: true }, "/States/S/QueryLanguage"],
    ["credentials", { ...TASK, Credentials: {} }, "/States/S/Credentials"],
    [
      "an unknown integration",
      { ...TASK, Resource: "arn:aws:states:::dynamodb:putItem" },
      "/States/S/Resource: arn:aws:states:::dynamodb:putItem isn't served",
    ],
    [
      "a synchronous execution",
      { ...TASK, Resource: "arn:aws:states:::states:startExecution.sync:2" },
      "/States/S/Resource",
    ],
    [
      "a parameter that isn't served",
      { ...TASK, Parameters: { ...TASK.Parameters, DelaySeconds: 3 } },
      "/States/S/Parameters/DelaySeconds",
    ],
    [
      "no queue",
      { ...TASK, Parameters: { "MessageBody.$": "$" } },
      "/States/S/Parameters/QueueUrl: the field is missing",
    ],
    [
      "no parameters",
      { Type: "Task", Resource: SEND, End: true },
      "/States/S/Parameters: expected an object, got nothing",
    ],
    [
      "a wildcard path",
      { ...TASK, Parameters: { ...TASK.Parameters, "MessageBody.$": "$.a[*]" } },
      "/States/S/Parameters",
    ],
    [
      "a heartbeat that isn't shorter",
      { ...TASK, TimeoutSeconds: 5, HeartbeatSeconds: 5 },
      "/States/S/HeartbeatSeconds: 5 must be less",
    ],
    ["two timeouts", { ...TASK, TimeoutSeconds: 5, TimeoutSecondsPath: "$.t" }, "/States/S/TimeoutSecondsPath"],
    ["Retry on a Pass", { Type: "Pass", Retry: [], End: true }, "/States/S/Retry"],
    [
      "States.ALL among others",
      { ...TASK, Retry: [{ ErrorEquals: ["States.ALL", "X"] }] },
      "/States/S/Retry/0/ErrorEquals: States.ALL must stand alone",
    ],
    [
      "States.ALL before others",
      {
        ...TASK,
        Catch: [
          { ErrorEquals: ["States.ALL"], Next: "S" },
          { ErrorEquals: ["X"], Next: "S" },
        ],
      },
      "/States/S/Catch/0/ErrorEquals",
    ],
    ["a bad rate", { ...TASK, Retry: [{ ErrorEquals: ["X"], BackoffRate: 0.5 }] }, "/States/S/Retry/0/BackoffRate"],
    [
      "a ceiling below the interval",
      { ...TASK, Retry: [{ ErrorEquals: ["X"], IntervalSeconds: 5, MaxDelaySeconds: 5 }] },
      "/States/S/Retry/0/MaxDelaySeconds",
    ],
    [
      "an unknown jitter",
      { ...TASK, Retry: [{ ErrorEquals: ["X"], JitterStrategy: "SOME" }] },
      "/States/S/Retry/0/JitterStrategy",
    ],
    [
      "a catch that leads nowhere",
      { ...TASK, Catch: [{ ErrorEquals: ["X"], Next: "Y" }] },
      "/States/S/Catch/0/Next: there is no state Y here",
    ],
    [
      "a result in the context",
      { ...TASK, ResultPath: "$$.x" },
      "/States/S/ResultPath: the context object can't be written to",
    ],
    [
      "a distributed map",
      { ...MAP, ItemProcessor: { ...MAP.ItemProcessor, ProcessorConfig: { Mode: "DISTRIBUTED" } } },
      "/States/S/ItemProcessor/ProcessorConfig/Mode: the embedded Step Functions serves INLINE maps only",
    ],
    [
      "a tolerated failure",
      { ...MAP, ToleratedFailurePercentage: 5 },
      "/States/S/ToleratedFailurePercentage: the embedded Step Functions doesn't serve the field ToleratedFailurePercentage (Distributed Map)",
    ],
    ["an item reader", { ...MAP, ItemReader: {} }, "/States/S/ItemReader"],
    [
      "the older form of Map",
      { Type: "Map", Iterator: {}, End: true },
      "/States/S/Iterator: the embedded Step Functions doesn't serve the field Iterator (the older form of Map; write ItemProcessor)",
    ],
    ["no branches", { Type: "Parallel", Branches: [], End: true }, "/States/S/Branches: expected a list"],
    [
      "a fault deep inside",
      { Type: "Parallel", End: true, Branches: [{ StartAt: "B", States: { B: { ...MAP, ItemsPath: "$..x" } } }] },
      "/States/S/Branches/0/States/B/ItemsPath",
    ],
    ["no choices", { Type: "Choice", Choices: [] }, "/States/S/Choices"],
    [
      "two ways to wait",
      { Type: "Wait", Seconds: 1, Timestamp: "x", End: true },
      "/States/S/Seconds: a Wait state has one of",
    ],
    ["no way to wait", { Type: "Wait", End: true }, "/States/S/Seconds"],
    ["a bad timestamp", { Type: "Wait", Timestamp: "tomorrow", End: true }, "/States/S/Timestamp"],
    ["two errors", { Type: "Fail", Error: "E", ErrorPath: "$.e" }, "/States/S/ErrorPath"],
    ["a Next on a Fail", { Type: "Fail", Next: "S" }, "/States/S/Next"],
  ])("with %s in a state are refused by the field's path", (_name, state, message) => {
    expect(faultOfState(state)).toContain(message);
  });

  it("are refused where a state is out of reach, or a name is taken or too long", () => {
    const lost = { StartAt: "A", States: { A: { Type: "Pass", End: true }, B: { Type: "Pass", End: true } } };
    expect(faultOf(lost)).toBe("/States/B: no transition reaches this state");
    expect(
      faultOfState({ ...MAP, ItemProcessor: { StartAt: "S", States: { S: { Type: "Pass", End: true } } } }),
    ).toContain("/States/S/ItemProcessor/States/S: the name S is taken");
    const name = "n".repeat(81);
    expect(faultOf({ StartAt: name, States: { [name]: { Type: "Pass", End: true } } })).toContain("80 characters");
  });

  it("definitions are refused above 1 MB", () => {
    expect(faultOf({ Comment: "x".repeat(1_048_576), StartAt: "S", States: { S: TASK } })).toContain(
      "the limit is 1048576",
    );
  });

  it("may name states like properties of every object", () => {
    const text =
      '{"StartAt":"__proto__","States":{"__proto__":{"Type":"Pass","Next":"constructor"},"constructor":{"Type":"Succeed"}}}';
    expect(faultOf(text)).toBe("");
  });
});
