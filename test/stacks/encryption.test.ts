import { describe, expect, test } from "vitest";
import { STAGES } from "./stages.ts";
import { type Stage, rightsOf, statementsOf, synthesizeStage } from "./support.ts";

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const LATER = "arn:aws:kms:REGION:ACCOUNT:key/{{resolve:ssm:/celeriac-dev/kms-key-id}}";

const plain = await synthesizeStage(STAGES, "dev");
const given = await synthesizeStage({ dev: { ...STAGES.dev, kmsKey: KEY } }, "dev");
const own = await synthesizeStage({ dev: { ...STAGES.dev, kmsKey: true } }, "dev");

const keysOf = (stage: Stage) => ({
  queues: new Set(stage.values("AWS::SQS::Queue", "KmsMasterKeyId")),
  logs: new Set(stage.values("AWS::Logs::LogGroup", "KmsKeyId")),
  table: stage
    .values("AWS::DynamoDB::Table", "SSESpecification")
    .map((value): unknown => Object(value)["KMSMasterKeyId"])[0],
  bucket: JSON.stringify(stage.values("AWS::S3::Bucket", "BucketEncryption")),
});
const uses = (stage: Stage, name: string) =>
  rightsOf(stage, `celeriac-dev-${name}`)
    .filter((right) => right.startsWith("kms:"))
    .map((right) => right.split(" ")[0]);

describe("a key of one's own", () => {
  test("is nobody's where the stage names none: AWS's keys encrypt", () => {
    expect(keysOf(plain).queues).toEqual(new Set([undefined]));
    expect(JSON.stringify(plain.stacks)).not.toContain("kms");
  });

  test("encrypts table, bucket, queues and logs", () => {
    const { queues, logs, table, bucket } = keysOf(given);
    expect([queues, logs, table]).toEqual([new Set([KEY]), new Set([KEY]), KEY]);
    expect(bucket).toContain(KEY);
    expect(bucket).toContain('"BucketKeyEnabled":true');
  });

  test("is made by the stage, rotated each year, and told to the other stacks by a parameter", () => {
    const [key] = own.all("AWS::KMS::Key");
    expect(key?.Properties["EnableKeyRotation"]).toBe(true);
    expect(own.one("AWS::SSM::Parameter", "Name", "/celeriac-dev/kms-key-id").Properties["Value"]).toBe(key?.id);
    const { queues, logs, table, bucket } = keysOf(own);
    expect([queues, logs, table]).toEqual([new Set([LATER]), new Set([LATER]), `${key?.id}.Arn`]);
    expect(bucket).toContain(`${key?.id}.Arn`);
    for (const { outputs } of Object.values(own.stacks)) expect(JSON.stringify(outputs)).not.toContain('"Export"');
  });

  test("lets rules send to the canvas queue, and CloudWatch write this stage's logs", () => {
    const allowed = own.all("AWS::KMS::Key").flatMap(statementsOf);
    expect(allowed).toContainEqual(
      expect.objectContaining({
        Principal: { Service: "events.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": "ACCOUNT" } },
      }),
    );
    expect(allowed).toContainEqual(
      expect.objectContaining({
        Principal: { Service: "logs.REGION.amazonaws.com" },
        Condition: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:REGION:ACCOUNT:log-group:/aws/*/celeriac-dev*",
          },
        },
      }),
    );
  });

  test("is used by each role as far as it reads or writes, and through services alone", () => {
    const read = ["kms:Decrypt", "kms:DescribeKey"];
    const write = ["kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"];
    for (const name of ["api-read", "api-wait"]) expect(uses(given, name)).toEqual(read);
    for (const name of ["api-submit", "api-operate", "canvas", "task-math"])
      expect(uses(given, name)).toEqual([...read, ...write]);
    for (const statement of given.all("AWS::IAM::Role").flatMap(statementsOf)) {
      if (!statement.Action.some((action) => action.startsWith("kms:"))) continue;
      expect(statement.Resource).toEqual([KEY]);
      expect(JSON.stringify(statement.Condition)).toContain("sqs.REGION.amazonaws.com");
    }
  });

  test("is used by whatever else sends to queues", () => {
    const others = ["states.amazonaws.com", "scheduler.amazonaws.com"];
    const roles = given
      .all("AWS::IAM::Role")
      .filter(({ Properties }) => others.some((service) => JSON.stringify(Properties).includes(service)))
      .filter(({ Properties }) => JSON.stringify(Properties).includes("sqs:SendMessage"));
    expect(roles.length).toBeGreaterThan(others.length);
    for (const role of roles)
      expect(statementsOf(role).flatMap(({ Action }) => Action)).toContain("kms:GenerateDataKey");
  });
});
