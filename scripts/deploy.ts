import { spawn } from "node:child_process";
import { once } from "node:events";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { userCredentials } from "../remote/stage.ts";

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

/** CDK bundles for a minute before it finds out that nobody is logged in. */
async function demandCredentials(): Promise<boolean> {
  try {
    await userCredentials()();
    return true;
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
    console.error(`There are no AWS credentials to deploy with: ${why}`);
    console.error("Log in (aws sso login --profile NAME), set AWS_PROFILE, or run the local stack with npm start.");
    return false;
  }
}

if (!(await demandCredentials())) process.exit(1);
await warnOfQuota();
const cdk = spawn("cdk", ["deploy", "--all", ...process.argv.slice(2)], { stdio: "inherit" });
const [code] = await once(cdk, "exit");
process.exitCode = typeof code === "number" ? code : 1;
