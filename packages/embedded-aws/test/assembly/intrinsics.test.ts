import { describe, expect, it } from "vitest";
import { evaluate, NO_VALUE } from "../../src/assembly/intrinsics.ts";
import type { Scope } from "../../src/assembly/intrinsics.ts";

const values: Readonly<Record<string, unknown>> = { Name: "table", Region: "us-east-1", "AWS::NoValue": NO_VALUE };
const scope: Scope = {
  where: "Stack test, X",
  ref: (name) => values[name],
  attribute: (logicalId, attribute) => `${logicalId}/${attribute}`,
  importValue: (name) => `imported ${name}`,
  stackOutput: (stack, output) => `${stack}.${output}`,
  condition: (name) => name === "Yes",
  mapping: (map, first, second) => `${map}.${first}.${second}`,
};
const evaluated = (value: unknown): unknown => evaluate(value, scope);

describe("intrinsic functions", () => {
  it.each([
    ["Ref", { Ref: "Name" }, "table"],
    ["GetAtt with a list", { "Fn::GetAtt": ["Queue", "Arn"] }, "Queue/Arn"],
    ["GetAtt with a dotted name", { "Fn::GetAtt": "Queue.Arn" }, "Queue/Arn"],
    ["Join", { "Fn::Join": ["-", ["a", { Ref: "Name" }, 3]] }, "a-table-3"],
    ["Select and Split", { "Fn::Select": ["1", { "Fn::Split": ["/", "a/b/c"] }] }, "b"],
    ["Sub", { "Fn::Sub": "${Name}:${Queue.Arn}:${!Name}" }, "table:Queue/Arn:${Name}"],
    ["Sub with variables", { "Fn::Sub": ["${x}-${Region}", { x: { Ref: "Name" } }] }, "table-us-east-1"],
    ["ImportValue", { "Fn::ImportValue": { "Fn::Sub": "a-${Name}" } }, "imported a-table"],
    ["GetStackOutput", { "Fn::GetStackOutput": { StackName: "a", OutputName: "b" } }, "a.b"],
    ["FindInMap", { "Fn::FindInMap": ["M", { Ref: "Region" }, "k"] }, "M.us-east-1.k"],
    ["If", { "Fn::If": ["Yes", { Ref: "Name" }, "no"] }, "table"],
    ["If of a condition that is false", { "Fn::If": ["No", "yes", ["no"]] }, ["no"]],
    ["Equals", { "Fn::Equals": [{ Ref: "Name" }, "table"] }, true],
    ["Not", { "Fn::Not": [{ Condition: "Yes" }] }, false],
    ["And", { "Fn::And": [{ Condition: "Yes" }, { Condition: "No" }] }, false],
    ["Or", { "Fn::Or": [{ Condition: "No" }, { Condition: "Yes" }] }, true],
    ["Base64", { "Fn::Base64": "hi" }, "aGk="],
  ])("evaluates %s", (_name, value, expected) => {
    expect(evaluated(value)).toEqual(expected);
  });

  it("leaves out properties and items that are AWS::NoValue", () => {
    const absent = { "Fn::If": ["No", 1, { Ref: "AWS::NoValue" }] };
    expect(evaluated({ a: absent, b: [absent, 2], c: { d: absent } })).toEqual({ b: [2], c: {} });
  });

  it("takes the Condition of an IAM statement for what it is", () => {
    const statement = { Condition: { Bool: { "aws:SecureTransport": "false" } } };
    expect(evaluated([statement])).toEqual([statement]);
  });

  it("refuses a function that it does not know, by name and place", () => {
    expect(() => evaluated({ "Fn::Cidr": ["10.0.0.0/8", 1, 8] })).toThrow(
      "Stack test, X uses Fn::Cidr, which the local AWS does not evaluate.",
    );
  });

  it("an intrinsic function refuses a reference to nothing", () => {
    expect(() => evaluated({ Ref: "Missing" })).toThrow('Stack test, X refers to "Missing", which its template lacks.');
  });
});
