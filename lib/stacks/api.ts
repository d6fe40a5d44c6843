import type { App } from "aws-cdk-lib/core";
import { GatewayLogRole } from "../constructs/gateway-log-role.ts";
import { TaskApi } from "../constructs/task-api.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** The REST API and its functions. */
export class ApiStack extends StageStack {
  constructor(app: App, stage: StageContext) {
    super(app, stage, "api", "Celeriac: the REST API");
    const { api } = new TaskApi(this, "Api", { stage });
    if (stage.config.gatewayLogRole) {
      const logRole = new GatewayLogRole(this, "GatewayLogRole", { names: stage.names });
      // A stage with an access log is refused while the account has no role for it.
      api.deploymentStage.node.addDependency(logRole);
    }
  }
}
