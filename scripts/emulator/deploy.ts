import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListQueuesCommand, SQSClient, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { EMULATORS, type EmulatorName } from "../../lib/emulator.ts";
import { MAX_RECEIVE_COUNT } from "../../src/core/limits.ts";
import { ROOT, run } from "./children.ts";

/** What emulators take for everybody's account and keys, and the scenarios for theirs. */
const ACCOUNT = "000000000000";
const REGION = "us-east-1";
const KEYS = { accessKeyId: "test", secretAccessKey: "test" };
const STAGE = "local";

/** A stage that was deployed. */
export interface Deployed {
  readonly emulator: EmulatorName;
  /** Where the emulator answers. */
  readonly awsUrl: string;
  /** The API's base URL, without a slash at the end. */
  readonly apiUrl: string;
}

/**
 * Bootstraps an emulator and deploys the stage `local` to it: by the CDK as it is, with AWS_ENDPOINT_URL and nothing
 * else.
 * @param variables for the deployment besides those. @default none
 */
export async function deploy(
  emulator: EmulatorName,
  awsUrl: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<Deployed> {
  const folder = await mkdtemp(join(tmpdir(), "celeriac-deploy-"));
  const context = ["-c", `stage=${STAGE}`, "-c", `emulator=${emulator}`, "--output", join(folder, "assembly")];
  const outputs = join(folder, "outputs.json");
  const never = ["--require-approval", "never", "--progress", "events", "--ci"];
  const home = join(folder, "home");
  await cdk(awsUrl, home, variables, ["bootstrap", `aws://${ACCOUNT}/${REGION}`, ...context]);
  await cdk(awsUrl, home, variables, ["deploy", "--all", ...never, "--outputs-file", outputs, ...context]);
  if (EMULATORS[emulator].losesRedrivePolicies) await giveRedrivePolicies(awsUrl);
  const apiUrl = apiUrlOf(awsUrl, await readFile(outputs, "utf8"));
  await rm(folder, { recursive: true, force: true });
  return { emulator, awsUrl, apiUrl };
}

/** @param home where the CDK keeps what account keys belong to: another emulator's is not this one's. */
async function cdk(awsUrl: string, home: string, variables: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  await run(process.execPath, [join(ROOT, "node_modules", "aws-cdk", "bin", "cdk"), ...args], {
    ...variables,
    CDK_HOME: home,
    AWS_ENDPOINT_URL: awsUrl,
    // By its address S3 is asked with the bucket in the path; under a name the CDK would put it into the host.
    AWS_ENDPOINT_URL_S3: awsUrl,
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_REGION: REGION,
    CDK_DEFAULT_ACCOUNT: ACCOUNT,
    CDK_DEFAULT_REGION: REGION,
  });
}

const Outputs = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * The outputs have the URL that AWS would give it; both emulators serve an API under this path, without a name to be
 * resolved.
 */
function apiUrlOf(awsUrl: string, outputs: string): string {
  const url = Outputs.parse(JSON.parse(outputs))[`celeriac-${STAGE}-api`]?.["ApiUrl"] ?? "";
  const [, id, stage] = /^https:\/\/([^.]+)\.execute-api\.[^/]+\/(\w+)\/$/.exec(url) ?? [];
  if (id === undefined) throw new Error(`The deployment put out no URL of the API, but ${JSON.stringify(url)}.`);
  return `${awsUrl}/_aws/execute-api/${id}/${stage}`;
}

/** Gives every queue of the stage the dead-letter queue that its template names. */
async function giveRedrivePolicies(endpoint: string): Promise<void> {
  const sqs = new SQSClient({ endpoint, region: REGION, credentials: KEYS, useQueueUrlAsEndpoint: false });
  const dead = `celeriac-${STAGE}-dead`;
  const policy = {
    deadLetterTargetArn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${dead}`,
    maxReceiveCount: MAX_RECEIVE_COUNT,
  };
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: `celeriac-${STAGE}-` }));
  for (const QueueUrl of QueueUrls.filter((url) => !url.endsWith(`/${dead}`))) {
    const Attributes = { RedrivePolicy: JSON.stringify(policy) };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }
  sqs.destroy();
}
