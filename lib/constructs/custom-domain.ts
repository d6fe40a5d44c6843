import { CfnBasePathMapping, CfnDomainName, type RestApi } from "aws-cdk-lib/aws-apigateway";
import { CfnRecordSet } from "aws-cdk-lib/aws-route53";
import { CfnOutput } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { StageConfig } from "../config.ts";

/** A name of one's own for the API: `https://<name>/v1`, as the path of API Gateway's own URL has it. */
export class CustomDomain extends Construct {
  readonly mapping: CfnBasePathMapping;
  /** Null where the name is entered by hand. */
  readonly record: CfnRecordSet | null;

  constructor(
    scope: Construct,
    id: string,
    { api, domain }: { readonly api: RestApi; readonly domain: NonNullable<StageConfig["customDomain"]> },
  ) {
    super(scope, id);
    const { name, certificateArn, hostedZoneId } = domain;
    const { stageName } = api.deploymentStage;
    const own = new CfnDomainName(this, "Domain", {
      domainName: name,
      regionalCertificateArn: certificateArn,
      endpointConfiguration: { types: ["REGIONAL"] },
      securityPolicy: "TLS_1_2",
    });
    this.mapping = new CfnBasePathMapping(this, "Mapping", {
      domainName: own.ref,
      restApiId: api.restApiId,
      stage: stageName,
      // The version of the contract stays in the path, beside which the next one will find its place.
      basePath: stageName,
    });
    const aliasTarget = { dnsName: own.attrRegionalDomainName, hostedZoneId: own.attrRegionalHostedZoneId };
    this.record =
      hostedZoneId === null ? null : new CfnRecordSet(this, "Record", { hostedZoneId, name, type: "A", aliasTarget });
    new CfnOutput(this, "Url", { value: `https://${name}/${stageName}/` }).overrideLogicalId("CustomUrl");
    new CfnOutput(this, "Target", { value: own.attrRegionalDomainName }).overrideLogicalId("CustomDomainTarget");
  }
}
