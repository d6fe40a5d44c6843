import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { ACKNOWLEDGED } from "../../lib/acknowledged.ts";
import { statementsOf, synthesizeStage } from "./support.ts";

const ROOT = join(import.meta.dirname, "../..");
const nag = (stage: string) => promisify(execFile)(process.execPath, ["scripts/nag.ts", stage], { cwd: ROOT });

describe("cdk-nag", () => {
  test("finds nothing in the production stage that is not acknowledged", async () => {
    expect((await nag("prod")).stderr).toMatch(/^cdk-nag, stage prod: 0 findings unacknowledged/);
  });

  test("finds what a stage for development leaves out, names the places, and fails", async () => {
    const failure = z.object({ code: z.number(), stderr: z.string() });
    const { code, stderr } = failure.parse(await nag("dev").catch((thrown: unknown) => thrown));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^AwsSolutions-S1: .*\n {2}celeriac-dev-storage\/Default\/Bucket\/Resource$/m);
    expect(stderr).toContain("Serverless-LambdaTracing");
  });

  test("is answered with a reason for each finding", () => {
    for (const { reason } of ACKNOWLEDGED) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });
});

describe("a production stage", async () => {
  const stage = await synthesizeStage({ prod: { resources: "retain", tracing: true, modulesOff: ["probe"] } }, "prod");

  test("is traced, in the API, in functions and in machines", () => {
    expect(stage.values("AWS::ApiGateway::Stage", "TracingEnabled")).toEqual([true]);
    for (const traced of stage.values("AWS::Lambda::Function", "TracingConfig"))
      expect(traced).toEqual({ Mode: "Active" });
    for (const traced of stage.values("AWS::StepFunctions::StateMachine", "TracingConfiguration"))
      expect(traced).toEqual({ Enabled: true });
  });

  test("allows nothing on everything but traces, and listing groups of logs to API Gateway", () => {
    const broad = stage
      .all("AWS::IAM::Role")
      .flatMap(statementsOf)
      .filter(({ Resource }) => Resource.includes("*"));
    expect(broad.length).toBeGreaterThan(0);
    const others = broad.flatMap(({ Action }) => Action.filter((action) => !action.startsWith("xray:")));
    expect(others).toEqual(["logs:DescribeLogGroups"]);
  });

  test("keeps who read and wrote its bucket, in a bucket that S3 alone writes to", () => {
    const log = stage.one("AWS::S3::Bucket", "BucketName", "celeriac-prod-ACCOUNT-REGION-access");
    const bucket = stage.one("AWS::S3::Bucket", "BucketName", "celeriac-prod-ACCOUNT-REGION");
    expect(bucket.Properties["LoggingConfiguration"]).toEqual({ DestinationBucketName: log.id });
    const policy = stage.one("AWS::S3::BucketPolicy", "Bucket", log.id);
    expect(statementsOf(policy).filter(({ Effect }) => Effect === "Allow")).toEqual([
      expect.objectContaining({
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: ["s3:PutObject"],
        Condition: {
          ArnLike: { "aws:SourceArn": "arn:aws:s3:::celeriac-prod-ACCOUNT-REGION" },
          StringEquals: { "aws:SourceAccount": "ACCOUNT" },
        },
      }),
    ]);
  });

  test("has what its rules cannot deliver among the dead letters, whose alarm tells", () => {
    const dead = stage.one("AWS::SQS::Queue", "QueueName", "celeriac-prod-dead");
    for (const { Properties } of stage.all("AWS::Events::Rule")) {
      expect(Properties["Targets"]).toEqual([
        expect.objectContaining({ DeadLetterConfig: { Arn: "arn:aws:sqs:REGION:ACCOUNT:celeriac-prod-dead" } }),
      ]);
      const arn = `arn:aws:events:REGION:ACCOUNT:rule/${String(Properties["Name"])}`;
      const policies = stage.all("AWS::SQS::QueuePolicy").filter((policy) => JSON.stringify(policy).includes(dead.id));
      expect(JSON.stringify(policies.map(statementsOf))).toContain(arn);
    }
  });
});
