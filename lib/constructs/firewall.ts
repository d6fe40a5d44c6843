import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import { CfnWebACL, CfnWebACLAssociation } from "aws-cdk-lib/aws-wafv2";
import { Construct } from "constructs";
import type { StageConfig } from "../config.ts";
import type { Names } from "../names.ts";

/** Seconds over which WAF counts a rate-based rule's requests, unless told otherwise. */
const WINDOW = 300;

/** The web ACL before the API: one that is there, or one of the stage's that blocks addresses which ask too often. */
export class Firewall extends Construct {
  readonly association: CfnWebACLAssociation;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly api: RestApi; readonly names: Names; readonly waf: NonNullable<StageConfig["waf"]> },
  ) {
    super(scope, id);
    const { api, names, waf } = props;
    const webAclArn = "webAclArn" in waf ? waf.webAclArn : this.#createAcl(names, waf.requestsPerAddress);
    this.association = new CfnWebACLAssociation(this, "Association", {
      webAclArn,
      resourceArn: api.deploymentStage.stageArn,
    });
  }

  #createAcl(names: Names, limit: number): string {
    const visibility = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      // Samples show headers, tokens among them, to everybody who may look at the console.
      sampledRequestsEnabled: false,
    });
    const acl = new CfnWebACL(this, "Acl", {
      name: names.prefix,
      description: `At most ${limit} requests of one address in ${WINDOW / 60} minutes`,
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: visibility(names.prefix),
      rules: [
        {
          name: "requests-per-address",
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { aggregateKeyType: "IP", limit, evaluationWindowSec: WINDOW } },
          visibilityConfig: visibility(`${names.prefix}-requests-per-address`),
        },
      ],
    });
    return acl.attrArn;
  }
}
