import type { IAlarmAction } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Aws } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { StageAlarms } from "./stage-alarms.ts";
import { StageView } from "./stage-view.ts";
import type { StageContext } from "../stage.ts";

/** The alarms, the topic that mails them where the stage names an address, and what one looks at then. */
export class Monitoring extends Construct {
  readonly alarms: StageAlarms;
  readonly view: StageView | null;

  constructor(
    scope: Construct,
    id: string,
    {
      stage,
      modules,
      action = null,
    }: {
      readonly stage: StageContext;
      /** The names of those that are deployed. */
      readonly modules: readonly string[];
      /** Whom alarms tell besides the stage's address. @default nobody */
      readonly action?: IAlarmAction | null;
    },
  ) {
    super(scope, id);
    const { alarmEmail, dashboard } = stage.config;
    const mail = alarmEmail === null ? [] : [this.#mailTo(stage, alarmEmail)];
    const actions = [...mail, ...(action === null ? [] : [action])];
    this.alarms = new StageAlarms(this, "Alarms", { stage, modules, actions });
    this.view = dashboard ? new StageView(this, "View", { stage, modules }) : null;
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
