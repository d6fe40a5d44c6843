import type { App } from "aws-cdk-lib/core";
import { CustomDomain } from "../constructs/custom-domain.ts";
import { Firewall } from "../constructs/firewall.ts";
import { GatewayLogRole } from "../constructs/gateway-log-role.ts";
import { TaskApi } from "../constructs/task-api.ts";
import { type StageContext, StageStack } from "../stage.ts";

/** The REST API and its functions. */
export class ApiStack extends StageStack {
  readonly customDomain: CustomDomain | null;
  readonly firewall: Firewall | null;

  constructor(app: App, stage: StageContext) {
    super(app, stage, "api", "Celeriac: the REST API");
    const { api } = new TaskApi(this, "Api", { stage });
    const { customDomain, waf } = stage.config;
    this.customDomain =
      customDomain === null ? null : new CustomDomain(this, "CustomDomain", { api, domain: customDomain });
    this.firewall = waf === null ? null : new Firewall(this, "Firewall", { api, names: stage.names, waf });
    if (stage.config.gatewayLogRole) {
      const logRole = new GatewayLogRole(this, "GatewayLogRole", { names: stage.names });
      // A stage with an access log is refused while the account has no role for it.
      api.deploymentStage.node.addDependency(logRole);
    }
  }
}
