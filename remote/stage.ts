import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import type { Credentials } from "../src/client/call.ts";

/**
 * The URL of a stage's API, by the output `ApiUrl` of its stack, in the region of the user's AWS configuration: of
 * `<prefix>-<stage>-api`, where a stage is five stacks, else of `<prefix>-<stage>`, where it is one.
 * @throws Error in one line
 */
export async function findApi(prefix: string, stage: string): Promise<string> {
  const client = new CloudFormationClient();
  const names = [`${prefix}-${stage}-api`, `${prefix}-${stage}`];
  const [first, second] = await Promise.allSettled(names.map((name) => apiUrlOf(client, name)));
  for (const found of [first, second]) {
    if (found?.status === "fulfilled" && found.value !== undefined) return found.value;
  }
  if (first?.status === "rejected") throw first.reason;
  throw new Error(`Neither stack ${names.join(" nor ")} has an output ApiUrl. Is the stage deployed?`);
}

async function apiUrlOf(client: CloudFormationClient, name: string): Promise<string | undefined> {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
  return Stacks?.[0]?.Outputs?.find((one) => one.OutputKey === "ApiUrl")?.OutputValue;
}

/** The region that the user's AWS configuration names. */
export function regionOf(): Promise<string> {
  return new CloudFormationClient().config.region();
}

/** The user's AWS credentials, as the AWS CLI finds them. */
export function userCredentials(): Credentials {
  return defaultProvider();
}
