import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readAssembly } from "../../src/assembly/index.ts";
import { functionResource, queueResource, writeAssembly } from "../support/assembly.ts";
import type { TestStack } from "../support/assembly.ts";
import { newDirectory } from "../support/run.ts";

const AWS = "http://localhost:4566";

function read(stacks: Readonly<Record<string, TestStack>>): ReturnType<typeof readAssembly>["resources"] {
  return readAssembly(writeAssembly(stacks, {}, newDirectory()), AWS).resources;
}

describe("a cloud assembly", () => {
  it("gives resources the identities that templates refer to", () => {
    const [queue, policy] = read({
      one: {
        Resources: {
          Q: queueResource("work"),
          P: { Type: "AWS::SQS::QueuePolicy", Properties: { Url: { Ref: "Q" }, Arn: { "Fn::GetAtt": ["Q", "Arn"] } } },
        },
      },
    });
    expect(queue).toMatchObject({
      stack: "one",
      logicalId: "Q",
      physicalId: `${AWS}/000000000000/work`,
      arn: "arn:aws:sqs:us-east-1:000000000000:work",
    });
    expect(policy?.properties).toEqual({ Url: queue?.physicalId, Arn: queue?.arn });
  });

  it("names what has no name after its stack, the same at every reading", () => {
    const stacks = { one: { Resources: { Q: { Type: "AWS::SQS::Queue" } } } };
    expect(read(stacks)[0]?.arn).toBe("arn:aws:sqs:us-east-1:000000000000:one-Q");
    expect(read(stacks)).toEqual(read(stacks));
  });

  it("hands exports and outputs on to the stacks that need them, whatever the order of the manifest", () => {
    const resources = read({
      consumer: {
        needs: ["producer"],
        Resources: {
          A: queueResource("a", { X: { "Fn::ImportValue": "the-queue" } }),
          B: queueResource("b", { X: { "Fn::GetStackOutput": { StackName: "producer", OutputName: "Name" } } }),
        },
      },
      producer: {
        Resources: { Q: queueResource("work") },
        Outputs: {
          Url: { Value: { Ref: "Q" }, Export: { Name: "the-queue" } },
          Name: { Value: { "Fn::GetAtt": ["Q", "QueueName"] } },
        },
      },
    });
    expect(resources.map(({ properties }) => properties["X"])).toEqual([undefined, `${AWS}/000000000000/work`, "work"]);
  });

  it("leaves out resources whose condition does not hold", () => {
    const resources = read({
      one: {
        Parameters: { Stage: { Type: "String", Default: "local" } },
        Conditions: {
          Prod: { "Fn::Equals": [{ Ref: "Stage" }, "prod"] },
          Local: { "Fn::Not": [{ Condition: "Prod" }] },
        },
        Resources: {
          A: { ...queueResource("a"), Condition: "Prod" },
          B: { ...queueResource("b"), Condition: "Local" },
        },
      },
    });
    expect(resources.map(({ logicalId }) => logicalId)).toEqual(["B"]);
  });

  it("finds the asset directory behind a function's code", () => {
    const directory = newDirectory();
    writeAssembly({ one: { Resources: { F: functionResource("noop") } } }, { noop: "" }, directory);
    expect(readAssembly(directory, AWS).assetPath("noop.zip")).toBe(join(directory, "asset.noop"));
  });

  it("refuses a resource type that it neither serves nor may ignore, by name", () => {
    expect(() => read({ one: { Resources: { T: { Type: "AWS::RDS::DBInstance" } } } })).toThrow(
      /^Stack one has T of type AWS::RDS::DBInstance, which the local AWS does not serve\./,
    );
  });

  it("refuses an import that no stack before it exports", () => {
    expect(() =>
      read({ one: { Resources: { Q: queueResource("q", { X: { "Fn::ImportValue": "nothing" } }) } } }),
    ).toThrow('Stack one, Q imports "nothing", which no stack before it offers.');
  });

  it("says so where there is no assembly", () => {
    const directory = newDirectory();
    expect(() => readAssembly(directory, AWS)).toThrow(
      `${directory} holds no cloud assembly (manifest.json is missing).`,
    );
  });
});
