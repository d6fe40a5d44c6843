import { describe, expect, test } from "vitest";
import { STAGES } from "./stages.ts";
import { rightsOf, synthesizeStage } from "./support.ts";

const without = await synthesizeStage(STAGES, "dev");
const celery = { queues: ["celery", "my.queue"], queuePrefix: "app-", routes: { "legacy.*": "legacy" } };
const served = await synthesizeStage({ dev: { ...STAGES["dev"], celery } }, "dev");

describe("the bridge for Celery", () => {
  test("is not there unless the stage asks for it", () => {
    expect(without.values("AWS::Lambda::Function", "FunctionName")).not.toContain("celeriac-dev-celery");
    expect(without.all("AWS::DynamoDB::Table")).toHaveLength(1);
  });

  test("has queues under the names that kombu gives them, each with the dead letters of all", () => {
    for (const name of ["app-celery", "app-my-queue", "celeriac-dev-celery"]) {
      const { Properties } = served.one("AWS::SQS::Queue", "QueueName", name);
      expect(Properties["RedrivePolicy"]).toMatchObject({ maxReceiveCount: 10 });
    }
  });

  test("has a result table that Celery takes for its own", () => {
    const { Properties } = served.one("AWS::DynamoDB::Table", "TableName", "celery");
    expect(Properties).toMatchObject({
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
    });
  });

  test("may write results, and send to the stage's queues and to those of Python workers", () => {
    const rights = rightsOf(served, "celeriac-dev-celery");
    expect(rights).toContain("dynamodb:PutItem arn:aws:dynamodb:REGION:ACCOUNT:table/celery");
    expect(rights).toContain("sqs:SendMessage arn:aws:sqs:REGION:ACCOUNT:app-legacy");
    expect(rights.some((right) => right.startsWith("dynamodb:DeleteTable"))).toBe(false);
  });

  test("answers for tasks that workers of Celery run only where the stage has such tasks", () => {
    const rights = rightsOf(served, "celeriac-dev-celery");
    expect(rights.some((right) => right.startsWith("states:SendTask"))).toBe(false);
    expect(rights.some((right) => right.startsWith("scheduler:"))).toBe(false);
  });

  test("gives clients a policy that lets them send and read results, and make nothing", () => {
    const [policy] = served.all("AWS::IAM::ManagedPolicy");
    const text = JSON.stringify(policy?.Properties["PolicyDocument"]);
    expect(text).toContain("sqs:SendMessage");
    for (const action of ["CreateQueue", "CreateTable", "ReceiveMessage", "DeleteMessage", "PurgeQueue"])
      expect(text).not.toContain(action);
  });
});
