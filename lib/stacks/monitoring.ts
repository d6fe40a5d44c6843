import type { IAlarmAction } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { type App, Aws } from "aws-cdk-lib/core";
import { StageAlarms } from "../constructs/stage-alarms.ts";
import { StageView } from "../constructs/stage-view.ts";
import type { TaskModule } from "../discover.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** The alarms, the topic that mails them where the stage names an address, and what one looks at then. */
export class MonitoringStack extends StageStack {
  readonly alarms: StageAlarms;
  readonly view: StageView | null;

  constructor(app: App, stage: StageContext, modules: readonly TaskModule[]) {
    super(app, stage, "monitoring", "Celeriac: alarms, dashboard and saved queries");
    const { alarmEmail, dashboard } = stage.config;
    const names = modules.map((module) => module.name);
    this.alarms = new StageAlarms(this, "Alarms", {
      stage,
      modules: names,
      action: alarmEmail === null ? null : this.#mailTo(stage, alarmEmail),
    });
    this.view = dashboard ? new StageView(this, "View", { stage, modules: names }) : null;
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
