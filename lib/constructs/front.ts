import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import { Construct } from "constructs";
import type { StageContext } from "../stage.ts";
import { CustomDomain } from "./custom-domain.ts";
import { Firewall } from "./firewall.ts";
import { GatewayLogRole } from "./gateway-log-role.ts";
import { TaskApi } from "./task-api.ts";

/** The REST API and its functions, with what stands before it. */
export class Front extends Construct {
  readonly api: RestApi;
  readonly functions: TaskApi["functions"];
  readonly customDomain: CustomDomain | null;
  readonly firewall: Firewall | null;

  constructor(scope: Construct, id: string, { stage }: { readonly stage: StageContext }) {
    super(scope, id);
    const { api, functions } = new TaskApi(this, "Api", { stage });
    this.api = api;
    this.functions = functions;
    const { customDomain, waf, gatewayLogRole } = stage.config;
    this.customDomain =
      customDomain === null ? null : new CustomDomain(this, "CustomDomain", { api, domain: customDomain });
    this.firewall = waf === null ? null : new Firewall(this, "Firewall", { api, names: stage.names, waf });
    if (!gatewayLogRole) return;
    const logRole = new GatewayLogRole(this, "GatewayLogRole", { names: stage.names });
    // A stage with an access log is refused while the account has no role for it.
    api.deploymentStage.node.addDependency(logRole);
  }
}
