import { describe, expect, test } from "vitest";
import { STAGES } from "./stages.ts";
import { rightsOf, statementsOf, synthesizeStage } from "./support.ts";

const dev = await synthesizeStage(STAGES, "dev");
const prod = await synthesizeStage(STAGES, "prod");
const hops = await synthesizeStage({ dev: { longDelays: "hops" } }, "dev");

const functions = (stage: typeof dev): string[] => stage.values("AWS::Lambda::Function", "FunctionName").map(String);
const may = (stage: typeof dev, action: string): string[] =>
  functions(stage).filter((name) => rightsOf(stage, name).some((right) => right.startsWith(action)));

describe("long delays", () => {
  test("are schedules of a group of the stage's own, which production keeps", () => {
    expect(dev.one("AWS::Scheduler::ScheduleGroup", "Name", "celeriac-dev").DeletionPolicy).toBe("Delete");
    expect(prod.one("AWS::Scheduler::ScheduleGroup", "Name", "celeriac-prod").DeletionPolicy).toBe("Retain");
  });

  test("are made by those alone who send messages that may have one", () => {
    const makers = [
      "celeriac-dev-task-files",
      "celeriac-dev-task-math",
      "celeriac-dev-task-probe",
      "celeriac-dev-canvas",
      "celeriac-dev-api-submit",
    ];
    expect(new Set(may(dev, "scheduler:"))).toEqual(new Set(makers));
    expect(new Set(may(dev, "iam:PassRole"))).toEqual(new Set(makers));
  });

  test("hand on a role to Scheduler and to nobody else", () => {
    const passes = dev
      .all("AWS::IAM::Role")
      .flatMap(statementsOf)
      .filter(({ Action }) => Action.includes("iam:PassRole"));
    expect(passes).toHaveLength(5);
    for (const { Condition, Resource } of passes) {
      expect(Condition).toEqual({ StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } });
      expect(Resource).toEqual(["arn:aws:iam::ACCOUNT:role/celeriac-dev-scheduler-REGION"]);
    }
  });

  test("use a role that only sends to the stage's queues, and only for schedules of the stage's group", () => {
    const role = dev.one("AWS::IAM::Role", "RoleName", "celeriac-dev-scheduler-REGION");
    expect(statementsOf(role)).toEqual([
      expect.objectContaining({
        Action: ["sqs:SendMessage"],
        Resource: ["arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-*"],
      }),
    ]);
    expect(role.Properties["AssumeRolePolicyDocument"]).toMatchObject({
      Statement: [
        {
          Action: "sts:AssumeRole",
          Principal: { Service: "scheduler.amazonaws.com" },
          Condition: {
            StringEquals: {
              "aws:SourceAccount": "ACCOUNT",
              "aws:SourceArn": "arn:aws:scheduler:REGION:ACCOUNT:schedule-group/celeriac-dev",
            },
          },
        },
      ],
    });
  });

  test("are left to the queues where a stage says hops", () => {
    expect(may(hops, "scheduler:")).toEqual([]);
    expect(may(hops, "iam:PassRole")).toEqual([]);
    expect(JSON.stringify(hops.values("AWS::Lambda::Function", "Environment"))).not.toContain("CELERIAC_SCHEDULE");
  });
});
