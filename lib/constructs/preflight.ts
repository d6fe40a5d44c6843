import { AuthorizationType, type Integration, type IResource } from "aws-cdk-lib/aws-apigateway";

/**
 * Has `OPTIONS` of each path answered for browsers, which send it without credentials. By a function and not by the
 * gateway: of several origins an answer names the one that asks, for which a mock integration would need a template in
 * VTL that emulators lack.
 */
export function addPreflight(resources: readonly IResource[], integration: Integration): void {
  for (const resource of resources)
    resource.addMethod("OPTIONS", integration, { authorizationType: AuthorizationType.NONE, apiKeyRequired: false });
}
