import { describe, expect, test } from "vitest";
import { STAGES } from "./stages.ts";
import { statementsOf, synthesizeStage } from "./support.ts";

const dev = await synthesizeStage(STAGES, "dev");
const prod = await synthesizeStage(STAGES, "prod");

const index = (name: string, key: string) => ({
  IndexName: name,
  KeySchema: [
    { AttributeName: key, KeyType: "HASH" },
    { AttributeName: "seq", KeyType: "RANGE" },
  ],
  Projection: { ProjectionType: "KEYS_ONLY" },
});

describe("the table", () => {
  const table = dev.one("AWS::DynamoDB::Table", "TableName", "celeriac-dev").Properties;

  test("has items by id, which expire by their ttl, is paid by the request and can be restored", () => {
    expect(table).toMatchObject({
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
      BillingMode: "PAY_PER_REQUEST",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test("has five indexes of keys only, each sorted by seq", () => {
    expect(table["GlobalSecondaryIndexes"]).toEqual([
      index("recent", "recent"),
      index("root", "root_key"),
      index("open", "open"),
      index("failed", "failed"),
      index("dead", "dead"),
    ]);
  });
});

describe("the bucket", () => {
  const bucket = dev.one("AWS::S3::Bucket", "BucketName", "celeriac-dev-ACCOUNT-REGION");

  test("is closed to the public, encrypted, and without ACLs", () => {
    expect(bucket.Properties).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    });
    expect(bucket.Properties).not.toHaveProperty("CorsConfiguration");
  });

  test("keeps what it holds for the records' retention, the 14 days of a queue, and a day", () => {
    const { Rules } = Object(bucket.Properties["LifecycleConfiguration"]);
    const days = new Map<unknown, unknown>(
      Rules.map((rule: Record<string, unknown>) => [rule["Prefix"], rule["ExpirationInDays"]]),
    );
    for (const prefix of ["payloads/", "results/", "documents/", "uploads/", "outputs/"])
      expect(days.get(prefix)).toBe(3 + 14 + 1);
    expect(days.get("later/"), "arguments of tasks that start up to a year from now").toBe(366 + 3 + 14 + 1);
  });
});

describe("what holds data", () => {
  const HOLD_DATA = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::Logs::LogGroup"];

  test.each(HOLD_DATA)("%s stays in production, and goes with a stage for development", (type) => {
    const policies = (stage: typeof dev) =>
      new Set(stage.all(type).map((resource) => `${resource.DeletionPolicy} ${resource.UpdateReplacePolicy}`));
    // Except on create: a first deployment that fails is rolled back whole, and can be repeated.
    expect(policies(prod)).toEqual(new Set(["RetainExceptOnCreate Retain"]));
    expect(policies(dev)).toEqual(new Set(["Delete Delete"]));
  });

  test("cannot be deleted by mistake in production", () => {
    expect(prod.all("AWS::DynamoDB::Table")[0]?.Properties["DeletionProtectionEnabled"]).toBe(true);
    expect(dev.all("AWS::DynamoDB::Table")[0]?.Properties["DeletionProtectionEnabled"]).not.toBe(true);
  });

  test("is refused to whoever does not use TLS", () => {
    const guarded = [...dev.all("AWS::SQS::QueuePolicy"), ...dev.all("AWS::S3::BucketPolicy")];
    expect(guarded).toHaveLength(dev.all("AWS::SQS::Queue").length + 1);
    for (const policy of guarded) {
      expect(statementsOf(policy)).toContainEqual(
        expect.objectContaining({
          Effect: "Deny",
          Principal: { AWS: "*" },
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        }),
      );
    }
  });

  test("is in queues that are encrypted and kept for 14 days", () => {
    for (const { Properties } of dev.all("AWS::SQS::Queue")) {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
    }
  });
});
