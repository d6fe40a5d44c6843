import { CfnAccount } from "aws-cdk-lib/aws-apigateway";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { Names } from "../names.ts";

/**
 * The role that API Gateway writes access logs with. There is one for each account and region, whatever its number of
 * APIs, so it stays when the stack goes: other stages log with it.
 */
export class GatewayLogRole extends Construct {
  constructor(scope: Construct, id: string, { names }: { readonly names: Names }) {
    super(scope, id);
    const role = new Role(this, "Role", {
      description: "API Gateway writes the access logs of this account's APIs",
      assumedBy: new ServicePrincipal("apigateway.amazonaws.com"),
      inlinePolicies: {
        logs: new PolicyDocument({
          statements: [
            new PolicyStatement({
              // The actions of AmazonAPIGatewayPushToCloudWatchLogs, all of which API Gateway tries before it takes the
              // role. Any group, since the role serves every API of the account.
              actions: [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:FilterLogEvents",
                "logs:GetLogEvents",
                "logs:PutLogEvents",
              ],
              resources: [names.arn("logs", "log-group:*")],
            }),
            // It knows no resource: a narrower one would not match (Service Authorization Reference, CloudWatch Logs).
            new PolicyStatement({ actions: ["logs:DescribeLogGroups"], resources: ["*"] }),
          ],
        }),
      },
    });
    const account = new CfnAccount(this, "Account", { cloudWatchRoleArn: role.roleArn });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}
