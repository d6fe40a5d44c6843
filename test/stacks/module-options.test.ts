import { describe, expect, test } from "vitest";
import { STAGES } from "./stages.ts";
import { PROJECT, type Stage, rightsOf, statementsOf, synthesizeStage } from "./support.ts";

const SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:token-a1B2c3";
const LAYER = "arn:aws:lambda:eu-west-1:111122223333:layer:python:1";
const VPC = {
  subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
  securityGroupIds: ["sg-0123456789abcdef0"],
};

const plain = await synthesizeStage(STAGES, "dev");
const asking = await synthesizeStage({ dev: { ...STAGES.dev, vpcs: { private: VPC } } }, "dev", PROJECT, {
  math: {
    permissions: [
      { actions: ["s3:GetObject"], resources: ["arn:${AWS::Partition}:s3:::mine-${AWS::AccountId}-${AWS::Region}/*"] },
    ],
    environment: { REGISTER: "https://example.com" },
    secrets: { API_KEY: "shop/api-key", TOKEN: SECRET },
    ephemeralStorage: 2048,
    reservedConcurrency: 60,
    vpc: "private",
    layers: [LAYER],
  },
});

const lambda = (stage: Stage, name: string) =>
  stage.one("AWS::Lambda::Function", "FunctionName", `celeriac-dev-${name}`).Properties;
const names = asking.values("AWS::Lambda::Function", "FunctionName").map((name) => String(name).slice(13));

describe("what a module asks for", () => {
  test("what a module asks for is in its role", () => {
    const before = new Set(rightsOf(plain, "celeriac-dev-task-math"));
    expect(rightsOf(asking, "celeriac-dev-task-math").filter((right) => !before.has(right))).toEqual([
      "ec2:AssignPrivateIpAddresses *",
      "ec2:CreateNetworkInterface *",
      "ec2:DeleteNetworkInterface *",
      "ec2:DescribeNetworkInterfaces *",
      "ec2:DescribeSubnets *",
      "ec2:UnassignPrivateIpAddresses *",
      "s3:GetObject arn:aws:s3:::mine-ACCOUNT-REGION/*",
      "secretsmanager:GetSecretValue arn:aws:secretsmanager:REGION:ACCOUNT:secret:shop/api-key-??????",
      `secretsmanager:GetSecretValue ${SECRET}`,
    ]);
  });

  test("is in its function, secrets by their names alone", () => {
    expect(lambda(asking, "task-math")).toMatchObject({
      EphemeralStorage: { Size: 2048 },
      Layers: [LAYER],
      ReservedConcurrentExecutions: 60,
      VpcConfig: { SubnetIds: VPC.subnetIds, SecurityGroupIds: VPC.securityGroupIds },
      Environment: {
        Variables: {
          REGISTER: "https://example.com",
          CELERIAC_SECRETS: JSON.stringify({ API_KEY: "shop/api-key", TOKEN: SECRET }),
        },
      },
    });
  });

  test.each(names.filter((name) => name !== "task-math"))("what a module asks for changes nothing of %s", (name) => {
    expect(lambda(asking, name)).toEqual(lambda(plain, name));
    expect(rightsOf(asking, `celeriac-dev-${name}`)).toEqual(rightsOf(plain, `celeriac-dev-${name}`));
  });

  test("is a statement of its own, and grants nothing to others by resource policies", () => {
    const policies = (stage: Stage) => stage.all("AWS::SQS::QueuePolicy").flatMap(statementsOf);
    expect(policies(asking)).toEqual(policies(plain));
  });
});

describe("what a stage says of a module", () => {
  test("takes the place of what the module says", async () => {
    const modules = { math: { memory: 1024, maxConcurrency: 5 }, files: { batchSize: 2 } };
    const stage = await synthesizeStage({ dev: { ...STAGES.dev, modules } }, "dev");
    expect(lambda(stage, "task-math")).toMatchObject({ MemorySize: 1024 });
    expect(lambda(stage, "task-files")).toMatchObject({ MemorySize: 2048, Timeout: 220 });
    const concurrency = stage
      .values("AWS::Lambda::EventSourceMapping", "ScalingConfig")
      .map((value): unknown => Object(value)["MaximumConcurrency"]);
    expect(concurrency).toContain(5);
  });
});

describe("a module that was removed", () => {
  test("keeps its queue, in place, which the canvas function empties", async () => {
    const stage = await synthesizeStage({ dev: { modulesOff: ["probe"], retiredModules: ["probe"] } }, "dev");
    const queueOf = (of: Stage) => of.one("AWS::SQS::Queue", "QueueName", "celeriac-dev-probe");
    expect(queueOf(stage).id).toBe(queueOf(plain).id);
    expect(stage.values("AWS::Lambda::Function", "FunctionName")).not.toContain("celeriac-dev-task-probe");
    const arn = "arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-probe";
    const canvas = stage.one("AWS::Lambda::Function", "FunctionName", "celeriac-dev-canvas");
    expect(stage.one("AWS::Lambda::EventSourceMapping", "EventSourceArn", arn).Properties).toMatchObject({
      FunctionName: canvas.id,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    expect(queueOf(stage).Properties["VisibilityTimeout"]).toBe(Number(canvas.Properties["Timeout"]) + 30);
  });
});

describe("the stage's word on backlogs and ends", () => {
  test("reaches every function, and with it the right to put the stage's own events", async () => {
    const stage = await synthesizeStage(
      { dev: { maxQueueAge: 600, completionEvents: true, otlp: "https://a.example.com" } },
      "dev",
    );
    const told = stage
      .values("AWS::Lambda::Function", "Environment")
      .map((value) => JSON.stringify(value))
      .filter((text) => text.includes("CELERIAC_TABLE"));
    expect(told.length).toBeGreaterThan(4);
    for (const text of told) {
      expect(text).toContain('"CELERIAC_MAX_QUEUE_AGE":"600"');
      expect(text).toContain('"CELERIAC_COMPLETION_EVENTS":"on"');
      expect(text).toContain('"CELERIAC_OTLP":"https://a.example.com"');
    }
    const right = "events:PutEvents arn:aws:events:REGION:ACCOUNT:event-bus/default";
    for (const name of ["task-math", "canvas", "api-operate"]) {
      expect(rightsOf(stage, `celeriac-dev-${name}`)).toContain(right);
      expect(rightsOf(plain, `celeriac-dev-${name}`)).not.toContain(right);
    }
    const looks = "sqs:GetQueueAttributes arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-*";
    expect(rightsOf(stage, "celeriac-dev-api-submit")).toContain(looks);
    expect(rightsOf(plain, "celeriac-dev-api-submit")).not.toContain(looks);
    for (const name of ["api-submit", "api-read", "api-wait"])
      expect(rightsOf(stage, `celeriac-dev-${name}`)).not.toContain(right);
    const conditions = stage
      .all("AWS::IAM::Role")
      .flatMap(statementsOf)
      .filter(({ Action }) => Action.includes("events:PutEvents"))
      .map(({ Condition }) => Condition);
    for (const condition of conditions)
      expect(condition).toEqual({ "ForAllValues:StringEquals": { "events:source": "celeriac.dev" } });
  });
});
