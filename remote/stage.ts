import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import type { Credentials } from "../src/client/call.ts";

/**
 * The URL of a stage's API, by the output of its stack, in the region of the user's AWS configuration.
 * @throws Error in one line
 */
export async function findApi(stage: string): Promise<string> {
  const name = `celeriac-${stage}-api`;
  const { Stacks } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName: name }));
  const output = Stacks?.[0]?.Outputs?.find((one) => one.OutputKey === "ApiUrl");
  if (output?.OutputValue === undefined) throw new Error(`The stack ${name} has no output ApiUrl. Is it deployed?`);
  return output.OutputValue;
}

/** The region that the user's AWS configuration names. */
export function regionOf(): Promise<string> {
  return new CloudFormationClient().config.region();
}

/** The user's AWS credentials, as the AWS CLI finds them. */
export function userCredentials(): Credentials {
  return defaultProvider();
}
