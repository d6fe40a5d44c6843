import { describe, expect, test } from "vitest";
import * as z from "zod";
import { STAGES } from "./stages.ts";
import { type Stage, statementsOf, synthesizeStage } from "./support.ts";

const stages: readonly (readonly [string, Stage])[] = await Promise.all(
  Object.keys(STAGES).map(async (name) => [name, await synthesizeStage(STAGES, name)] as const),
);
const mailed = await synthesizeStage(STAGES, "mailed");

describe.each(stages)("the stage %s", (name, stage) => {
  test("has five stacks, none of which imports from another or holds over 500 resources", () => {
    expect(Object.keys(stage.stacks).toSorted()).toEqual(["api", "canvas", "monitoring", "storage", "tasks"]);
    for (const { resources, outputs } of Object.values(stage.stacks)) {
      expect(resources.length).toBeLessThan(500);
      expect(JSON.stringify(resources)).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput/);
      expect(JSON.stringify(outputs)).not.toContain('"Export"');
    }
  });

  test("has a log group with a retention for each function, under the name that Lambda would give it", () => {
    for (const { Properties } of stage.all("AWS::Lambda::Function")) {
      const group = stage.one(
        "AWS::Logs::LogGroup",
        "LogGroupName",
        `/aws/lambda/${String(Properties["FunctionName"])}`,
      );
      expect(group.Properties["RetentionInDays"]).toBe(stage.config.logRetentionDays);
      expect(Properties["LoggingConfig"]).toEqual({ LogGroup: group.id });
    }
  });

  test("has functions with roles of their own, environments under 4 KB, and the five variables that all read", () => {
    const lambdas = stage.all("AWS::Lambda::Function");
    expect(new Set(lambdas.map(({ Properties }) => Properties["Role"])).size).toBe(lambdas.length);
    for (const { Properties } of lambdas) {
      const { Variables } = z.object({ Variables: z.record(z.string(), z.string()) }).parse(Properties["Environment"]);
      expect(Object.entries(Variables).flat().join("").length).toBeLessThan(4_096);
      expect(Object.keys(Variables)).toEqual(
        expect.arrayContaining([
          "CELERIAC_STAGE",
          "CELERIAC_TABLE",
          "CELERIAC_BUCKET",
          "CELERIAC_QUEUE_PREFIX",
          "CELERIAC_RETENTION_DAYS",
        ]),
      );
    }
  });

  test("allows nothing on everything, no kinds of actions, and uses no policy of AWS's", () => {
    for (const role of stage.all("AWS::IAM::Role")) {
      expect(role.Properties).not.toHaveProperty("ManagedPolicyArns");
      for (const { Action, Resource } of statementsOf(role)) {
        expect(Action.filter((action) => action.includes("*"))).toEqual([]);
        // API Gateway tries whether it may list groups, which knows no resource.
        if (Action.join() === "logs:DescribeLogGroups") continue;
        // An account's own log groups and mail identities are the broadest; nothing begins with a wildcard.
        expect(
          Resource.filter((resource) => !/^arn:aws:[a-z0-9]+:(REGION:ACCOUNT|:|:ACCOUNT):[a-z]/.test(resource)),
        ).toEqual([]);
      }
    }
  });

  test("lets nobody in from outside the account", () => {
    const policies = ["AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy"].flatMap((type) =>
      stage.all(type),
    );
    const allowed = policies.flatMap(statementsOf).filter((statement) => statement.Effect === "Allow");
    for (const { Principal, Condition } of allowed) {
      expect(Principal).toEqual({
        Service: expect.stringMatching(/^(events|cloudwatch|logging\.s3)\.amazonaws\.com$/),
      });
      expect(JSON.stringify(Condition)).toMatch(/aws:Source(Arn|Account)/);
    }
  });

  test("makes no helpers of CDK's own", () => {
    const types = new Set(
      Object.values(stage.stacks).flatMap(({ resources }) => resources.map((resource) => resource.Type)),
    );
    expect([...types].filter((type) => /^Custom::|CloudFormation|CDK/.test(type))).toEqual([]);
    const names = stage.values("AWS::Lambda::Function", "FunctionName").map(String);
    expect(names.filter((lambda) => !lambda.startsWith(`celeriac-${name}-`))).toEqual([]);
  });

  test("has at most 10 alarms", () => {
    expect(stage.all("AWS::CloudWatch::Alarm").length).toBeLessThanOrEqual(10);
  });
});

const alarm = (name: string) => mailed.one("AWS::CloudWatch::Alarm", "AlarmName", `celeriac-mailed-${name}`).Properties;
/** The queues or functions whose metrics an alarm reads. */
const watched = (name: string) =>
  [...JSON.stringify(alarm(name)).matchAll(/"Value":"celeriac-mailed-([^"]+)"/g)].map(([, value]) => value);

describe("the alarms", () => {
  test("watch how long messages wait in every queue that is worked off", () => {
    expect(watched("oldest-message")).toEqual(["files", "math", "probe", "canvas"]);
  });

  test("watch the errors of every function once: those of the API by what its callers are answered", () => {
    const functions = mailed.values("AWS::Lambda::Function", "FunctionName").map((name) => String(name).slice(16));
    const others = functions.filter((name) => !name.startsWith("api-"));
    expect(others.length).toBeLessThan(functions.length);
    expect(watched("worker-errors")).toHaveLength(others.length);
    expect(new Set(watched("worker-errors"))).toEqual(new Set(others));
    expect(alarm("api-errors")).toMatchObject({ MetricName: "5XXError", Namespace: "AWS/ApiGateway", Threshold: 0 });
    const responses = mailed.all("AWS::ApiGateway::GatewayResponse");
    const statusOf = (type: string) =>
      responses.find(({ Properties }) => Properties["ResponseType"] === type)?.Properties["StatusCode"];
    const ofFunctions = ["API_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"];
    for (const type of ofFunctions) expect(statusOf(type)).toMatch(/^5/);
  });

  test("watch what is received from the dead-letter queue, since nothing stays in it", () => {
    expect(alarm("dead-letters")).toMatchObject({ MetricName: "NumberOfMessagesReceived", Threshold: 0 });
    expect(watched("dead-letters")).toEqual(["dead"]);
  });

  test("are silent without data, and compute with at most the 10 metrics that CloudWatch takes", () => {
    for (const { Properties } of mailed.all("AWS::CloudWatch::Alarm")) {
      expect(Properties["TreatMissingData"]).toBe("notBreaching");
      expect(z.array(z.unknown()).default([]).parse(Properties["Metrics"]).length).toBeLessThanOrEqual(11);
    }
  });

  test("tell the address that the stage names, and nobody without one", () => {
    expect(mailed.all("AWS::SNS::Subscription")[0]?.Properties).toMatchObject({
      Protocol: "email",
      Endpoint: "ops@example.com",
    });
    const topic = mailed.all("AWS::SNS::Topic")[0]?.id;
    for (const { Properties } of mailed.all("AWS::CloudWatch::Alarm"))
      expect(Properties["AlarmActions"]).toEqual([topic]);
    const silent = stages.find(([name]) => name === "dev")?.[1];
    expect(silent?.all("AWS::SNS::Topic")).toEqual([]);
  });
});
