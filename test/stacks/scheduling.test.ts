import { describe, expect, test } from "vitest";
import * as z from "zod";
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
    expect(prod.one("AWS::Scheduler::ScheduleGroup", "Name", "celeriac-prod").DeletionPolicy).toBe(
      "RetainExceptOnCreate",
    );
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

describe("periodic tasks", () => {
  const schedules = dev.all("AWS::Scheduler::Schedule").map(({ Properties }) => Properties);

  test("are schedules of the stage's group that send to their module's queue", () => {
    expect(schedules).toHaveLength(2);
    for (const schedule of schedules) {
      expect(schedule).toMatchObject({
        Name: expect.stringMatching(/^math\.half-[0-9a-f]{12}$/),
        GroupName: "celeriac-dev",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: {
          Arn: "arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-math",
          RoleArn: "arn:aws:iam::ACCOUNT:role/celeriac-dev-scheduler-REGION",
        },
      });
    }
  });

  test("have the expression and the time zone that the task says, and its arguments in what they send", () => {
    const said = schedules.map(({ ScheduleExpression, ScheduleExpressionTimezone, Target }) => {
      const { Input } = z.object({ Input: z.string() }).parse(Target);
      const { slot, args } = z.object({ slot: z.string(), args: z.unknown() }).parse(JSON.parse(Input));
      return [ScheduleExpression, ScheduleExpressionTimezone, slot, args];
    });
    expect(said).toEqual([
      ["rate(60 minutes)", "UTC", "<aws.scheduler.scheduled-time>", [4]],
      ["cron(0 3 ? * 2-6 *)", "Europe/Berlin", "<aws.scheduler.scheduled-time>", [8]],
    ]);
  });
});
