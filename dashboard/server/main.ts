import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { listen } from "../../local/listen.ts";
import { currentPage } from "./build.ts";
import { type Identity, createCaller } from "./call.ts";
import { createDashboard } from "./serve.ts";
import { createAgeReader, createLogReader, findApi, regionOf } from "./stage.ts";

const HELP = `Serves the dashboard of a deployed stage on this machine: npm run dashboard -- --stage NAME

  --stage NAME   the stage; its API is found by the stack celeriac-NAME-api, in the region of your AWS configuration
  --url URL      the API instead, such as https://api.example.com/v1; with --stage as well, logs and ages are to be had
  --port N       port of the dashboard (default 5555; 0 for any free one)
  --help         this text

Requests are signed with your own AWS credentials, as the AWS CLI finds them (AWS_PROFILE, SSO, environment). Of a stage that asks for
something else, CELERIAC_TOKEN (a bearer token) or CELERIAC_API_KEY is taken. Nothing is public: the server listens on 127.0.0.1 alone.
`;

interface Options {
  readonly stage: string | undefined;
  readonly url: string | undefined;
  readonly port: number;
}

/** Reads the flags. Null stands for `--help`. @throws Error in one line */
function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      stage: { type: "string" },
      url: { type: "string" },
      port: { type: "string", default: "5555" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return null;
  const { stage, url, port } = values;
  if (stage === undefined && url === undefined)
    throw new Error("Give the stage with --stage NAME, or its API with --url URL.");
  if (stage !== undefined && !/^[a-z][a-z0-9]{0,8}$/.test(stage)) throw new Error(`"${stage}" is no name of a stage.`);
  if (url !== undefined && !/^https?:\/\/[^/?#]+[^?#]*$/.test(url))
    throw new Error(`--url needs a URL such as https://api.example.com/v1, got "${url}".`);
  if (!/^\d+$/.test(port) || Number(port) > 65_535)
    throw new Error(`--port needs a port from 0 (any free one) to 65535, got "${port}".`);
  return { stage, url, port: Number(port) };
}

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

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}\n`);
  process.exitCode = 1;
}
