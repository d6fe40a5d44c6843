import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { runCdk } from "./cdk.ts";

/**
 * Concurrent executions below which running tasks soon leave none for the API. New accounts often have 10 (Lambda
 * quotas).
 */
const COMFORTABLE = 100;

/** Warns where the account's quota is low. That it cannot be read is no reason not to deploy: that is another right. */
async function warnOfQuota(): Promise<void> {
  const client = new LambdaClient({ maxAttempts: 1 });
  try {
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
    const limit = AccountLimit?.ConcurrentExecutions ?? COMFORTABLE;
    if (limit < COMFORTABLE) {
      console.warn(
        `Warning: this account runs ${limit} Lambdas at once in this region, tasks and requests together. ` +
          "Ask for more under Service Quotas, AWS Lambda, Concurrent executions; reserved concurrency (waitConcurrency, apiConcurrency) cannot be had below that.",
      );
    }
  } catch (error) {
    console.warn(
      `The account's Lambda quota could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    client.destroy();
  }
}

/** `celeriac deploy`: looks at the account, then deploys all stacks of the app. @param args go to `cdk deploy` */
export async function deployCommand(args: readonly string[]): Promise<void> {
  await warnOfQuota();
  process.exitCode = await runCdk(["deploy", "--all", ...args]);
}
