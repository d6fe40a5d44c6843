// Takes a stage down: `npm run destroy -- -c stage=dev`. Empties its bucket, which CloudFormation deletes only when it
// is empty, and then is `cdk destroy --all`. A stage with `"resources": "retain"` is refused: docs/operations.md says
// what to do by hand.

import { DeleteObjectsCommand, S3Client, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { loadConfig } from "../lib/config.ts";
import { runCdk } from "../cli/project/cdk.ts";
import { createAsk } from "../cli/project/deploy/account.ts";
import { regionOf } from "../remote/stage.ts";

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });
const Caller = /<Account>(\d{12})<\/Account>|"Account":\s*"(\d{12})"/;

/** Deletes all objects of a bucket; none where there is no such bucket. */
async function empty(bucket: string, region: string): Promise<number> {
  const endpoint = process.env["AWS_ENDPOINT_URL"];
  const client = new S3Client({ region, ...(endpoint !== undefined && { endpoint, forcePathStyle: true }) });
  let deleted = 0;
  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket })) {
      if (Contents.length === 0) continue;
      const Objects = Contents.map(({ Key }) => ({ Key }));
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
      deleted += Objects.length;
    }
  } catch (error) {
    if (!(error instanceof Error && error.name === "NoSuchBucket")) throw error;
  } finally {
    client.destroy();
  }
  return deleted;
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const named = args.map((arg) => /stage=(\w+)$/.exec(arg)?.[1]).find(Boolean);
  const { context } = CdkJson.parse(JSON.parse(await readFile(join(process.cwd(), "cdk.json"), "utf8")));
  const { stage, prefix, resources } = loadConfig(
    { ...context, ...(named !== undefined && { stage: named }) },
    process.env,
  );
  if (resources === "retain")
    throw new Error(`The stage ${stage} keeps its data ("resources": "retain"): docs/operations.md, "Tear down".`);
  const region = await regionOf();
  const ask = await createAsk(region);
  const answer = await ask("sts", "/", { body: "Action=GetCallerIdentity&Version=2011-06-15" });
  const found = Caller.exec(typeof answer === "string" ? answer : JSON.stringify(answer));
  const account = found?.[1] ?? found?.[2];
  if (account === undefined) throw new Error("AWS does not say which account this is.");
  const bucket = `${prefix}-${stage}-${account}-${region}`;
  console.log(`${await empty(bucket, region)} objects of ${bucket} are deleted.`);
  process.exitCode = await runCdk(["destroy", "--all", ...args]);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
