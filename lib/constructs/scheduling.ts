import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Aws } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { StageContext } from "../stage.ts";
import { allQueues } from "./permissions.ts";
import { keyPermissions } from "./stage-key.ts";

/** The group of all schedules of a stage, and the role in whose name Scheduler sends to the stage's queues. */
export class Scheduling extends Construct {
  readonly group: CfnScheduleGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string, { stage }: { readonly stage: StageContext }) {
    super(scope, id);
    const { names, removal } = stage;
    // With a group go its schedules, which are tasks that wait.
    this.group = new CfnScheduleGroup(this, "Group", { name: names.prefix });
    this.group.applyRemovalPolicy(removal);
    const send = allQueues(names, "sqs:SendMessage");
    this.role = new Role(this, "Role", {
      roleName: names.scheduleRole,
      description: `Scheduler's role: sends to the queues of ${names.prefix}`,
      // By its group, so that nobody else's schedule gets Scheduler to send here (Scheduler User Guide, "Confused
      // deputy prevention").
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: {
          StringEquals: {
            "aws:SourceAccount": Aws.ACCOUNT_ID,
            "aws:SourceArn": names.arn("scheduler", `schedule-group/${names.prefix}`),
          },
        },
      }),
      inlinePolicies: { send: new PolicyDocument({ statements: [send, ...keyPermissions(stage, [send])] }) },
    });
  }
}
