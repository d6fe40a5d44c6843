import { createServer } from "node:http";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { listen } from "../../local/listen.ts";
import { currentPage } from "./build.ts";
import { type Identity, createCaller } from "./call.ts";
import { HELP, readOptions } from "./options.ts";
import { createDashboard } from "./serve.ts";
import { createAgeReader, createLogReader, findApi, regionOf } from "./stage.ts";

/** Who the requests come from: a token or key where one is given, else the user's AWS identity. */
async function identityOf(variables: NodeJS.ProcessEnv, url: string): Promise<Identity> {
  const { CELERIAC_TOKEN: token, CELERIAC_API_KEY: key } = variables;
  if (token !== undefined) return { kind: "token", token };
  if (key !== undefined) return { kind: "key", key };
  const region = /\.execute-api\.([\w-]+)\.amazonaws\.com/.exec(url)?.[1] ?? (await regionOf());
  return { kind: "signature", credentials: defaultProvider(), region };
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) return void process.stdout.write(HELP);
  const { stage, port } = options;
  const url = (options.url ?? (await findApi(stage ?? ""))).replace(/\/$/, "");
  const identity = await identityOf(process.env, url);
  // Said now, not by every request of the page.
  if (identity.kind === "signature") await identity.credentials();
  const source = {
    stage: stage ?? new URL(url).host,
    call: createCaller(url, identity),
    logs: stage === undefined ? null : createLogReader(stage),
    ages: stage === undefined ? null : createAgeReader(stage),
  };
  const actual = await listen(createServer(createDashboard(source, currentPage)), port, "port");
  process.stdout.write(`The dashboard of ${source.stage} is at http://localhost:${actual}. Ctrl-C ends it.\n`);
}

/** What went wrong, in one line, with what to do where the SDK does not say it. */
function explain(error: unknown): string {
  const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  if (message.startsWith("Could not load credentials"))
    return "There are no AWS credentials: set AWS_PROFILE, sign in (aws sso login), or give CELERIAC_TOKEN or CELERIAC_API_KEY.";
  if (message === "Region is missing")
    return "There is no AWS region: set AWS_REGION, or AWS_PROFILE to a profile that has one.";
  return message;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
