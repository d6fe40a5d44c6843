import { CfnSchedule } from "aws-cdk-lib/aws-scheduler";
import { Construct } from "constructs";
import { periodicInput } from "../../src/core/define/schedule.ts";
import { DAY, MAX_SCHEDULE_ATTEMPTS } from "../../src/core/limits.ts";
import { scheduleName } from "../schedule-name.ts";
import type { TaskModule } from "../discover.ts";
import type { StageContext } from "../stage.ts";

/** The schedules of a module's tasks: each sends to the module's queue. */
export class PeriodicTasks extends Construct {
  readonly schedules: readonly CfnSchedule[];

  constructor(
    scope: Construct,
    id: string,
    { stage: { names }, module }: { readonly stage: StageContext; readonly module: TaskModule },
  ) {
    super(scope, id);
    const wanted = module.tasks.flatMap(({ name: task, options }) =>
      options.schedule.map((schedule) => ({ task, schedule, name: scheduleName(task, schedule) })),
    );
    this.schedules = wanted.map(
      ({ task, schedule, name }) =>
        new CfnSchedule(this, name, {
          name,
          groupName: names.prefix,
          description: `Runs ${task} of ${module.file}`,
          scheduleExpression: schedule.expression,
          scheduleExpressionTimezone: schedule.timezone,
          flexibleTimeWindow: { mode: "OFF" },
          target: {
            arn: names.queueArnPrefix + module.name,
            roleArn: names.scheduleRoleArn,
            retryPolicy: { maximumRetryAttempts: MAX_SCHEDULE_ATTEMPTS, maximumEventAgeInSeconds: DAY },
            deadLetterConfig: { arn: names.arn("sqs", names.queue("dead")) },
            input: periodicInput(task, name, schedule),
          },
        }),
    );
  }
}
