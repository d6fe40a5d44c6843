import type { App } from "aws-cdk-lib/core";
import { Monitoring } from "../constructs/monitoring.ts";
import type { TaskModule } from "../discover.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** The alarms, the topic that mails them where the stage names an address, and what one looks at then. */
export class MonitoringStack extends StageStack {
  readonly monitoring: Monitoring;

  constructor(app: App, stage: StageContext, modules: readonly TaskModule[]) {
    super(app, stage, "monitoring", "Celeriac: alarms, dashboard and saved queries");
    this.monitoring = new Monitoring(this, "Default", { stage, modules: modules.map(({ name }) => name) });
  }
}
