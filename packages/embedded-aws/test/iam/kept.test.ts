import { beforeEach, describe, expect, it } from "vitest";
import type { Call } from "../../src/iam/evaluate.ts";
import { createIam } from "../../src/iam/index.ts";
import type { Iam } from "../../src/iam/index.ts";
import { createLog } from "../../src/log.ts";
import type { DeployedResource } from "../../src/resource.ts";

const ROLE = "arn:aws:iam::000000000000:role/r";
const SEND: Call = { action: "sqs:SendMessage", resource: "arn:aws:sqs:us-east-1:000000000000:work" };
const STATEMENT = { Effect: "Allow", Action: SEND.action, Resource: SEND.resource };
const LOGS = { Effect: "Allow", Action: "logs:*", Resource: "*" };

/** A function `f` and its role. */
function resources(...statements: readonly object[]): DeployedResource[] {
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } };
  const role = {
    AssumeRolePolicyDocument: { Statement: [trust] },
    Policies: [{ PolicyDocument: { Statement: [LOGS, ...statements] } }],
  };
  const common = { stack: "test" };
  return [
    { ...common, logicalId: "R", type: "AWS::IAM::Role", physicalId: "r", arn: ROLE, properties: role },
    {
      ...common,
      logicalId: "F",
      type: "AWS::Lambda::Function",
      physicalId: "f",
      arn: "arn:aws:lambda:us-east-1:000000000000:function:f",
      properties: { Role: ROLE },
    },
  ];
}

describe("a decision that was made before", () => {
  let iam: Iam;
  const isDenied = (call: Call): boolean => iam.check({ kind: "function", name: "f" }, [call]) !== null;
  const isUsed = (action: string): boolean | undefined =>
    iam.permissions().find((permission) => permission.action === action)?.used;
  beforeEach(() => {
    iam = createIam(createLog(() => {}, false));
  });

  it("stands until the next deployment, which may take the right away", () => {
    iam.deploy(resources(STATEMENT));
    expect([isDenied(SEND), isDenied(SEND)]).toEqual([false, false]);
    iam.deploy(resources());
    expect(isDenied(SEND)).toBe(true);
    iam.deploy(resources(STATEMENT));
    expect(isDenied(SEND)).toBe(false);
  });

  it("stands where a deployment is refused", () => {
    iam.deploy(resources(STATEMENT));
    expect(isDenied(SEND)).toBe(false);
    expect(() => iam.deploy(resources({ Effect: "Maybe" }))).toThrow("AWS::IAM::Role R of stack test");
    expect([isDenied(SEND), isUsed(SEND.action)]).toEqual([false, true]);
  });

  it("counts as a use of the permission in each deployment anew", () => {
    iam.deploy(resources(STATEMENT));
    expect([isDenied(SEND), isDenied(SEND), isUsed(SEND.action)]).toEqual([false, false, true]);
    iam.deploy(resources(STATEMENT));
    expect(isUsed(SEND.action)).toBe(false);
    expect([isDenied(SEND), isUsed(SEND.action)]).toEqual([false, true]);
  });

  it("is made anew where it depends on more than caller, action and resource", () => {
    const Condition = { StringEquals: { "ses:FromAddress": "me@example.org" } };
    iam.deploy(resources({ Effect: "Allow", Action: "ses:SendEmail", Resource: "*", Condition }));
    const mail = (from: string): Call => ({
      action: "ses:SendEmail",
      resource: "arn:aws:ses:us-east-1:000000000000:identity/example.org",
      context: { "ses:fromaddress": from },
    });
    expect([isDenied(mail("me@example.org")), isDenied(mail("you@example.org"))]).toEqual([false, true]);
  });

  it("of many resources is not kept for ever, and stays right", () => {
    iam.deploy(resources({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::files/*" }));
    for (let key = 0; key < 25_000; key += 1)
      expect(isDenied({ action: "s3:GetObject", resource: `arn:aws:s3:::files/${key}` })).toBe(false);
    expect(isDenied({ action: "s3:GetObject", resource: "arn:aws:s3:::others/1" })).toBe(true);
  });
});
