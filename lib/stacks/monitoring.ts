import type { IAlarmAction } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { type App, Aws } from "aws-cdk-lib/core";
import { StageAlarms } from "../constructs/stage-alarms.ts";
import type { TaskModule } from "../discover.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** The alarms, and the topic that mails them where the stage names an address. */
export class MonitoringStack extends StageStack {
  readonly alarms: StageAlarms;

  constructor(app: App, stage: StageContext, modules: readonly TaskModule[]) {
    super(app, stage, "monitoring", "Celeriac: alarms");
    const { alarmEmail } = stage.config;
    this.alarms = new StageAlarms(this, "Alarms", {
      stage,
      modules: modules.map((module) => module.name),
      action: alarmEmail === null ? null : this.#mailTo(stage, alarmEmail),
    });
  }

  #mailTo({ names }: StageContext, address: string): IAlarmAction {
    const topic = new Topic(this, "AlarmTopic", { topicName: `${names.prefix}-alarms`, enforceSSL: true });
    topic.addSubscription(new EmailSubscription(address));
    // With a policy of its own (TLS alone) a topic loses the default one, which let the account's alarms publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        actions: ["sns:Publish"],
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        resources: [topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
      }),
    );
    return { bind: () => ({ alarmActionArn: topic.topicArn }) };
  }
}
