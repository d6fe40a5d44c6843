import { createServer } from "node:http";
import { listen } from "embedded-aws";
import { createCaller } from "../../remote/call.ts";
import { connect } from "../../remote/connect.ts";
import { currentPage } from "./build.ts";
import { HELP, readOptions } from "./options.ts";
import { createDashboard } from "./serve.ts";
import { createLogReader } from "../../remote/logs.ts";
import { createAgeReader } from "./stage.ts";

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) return void process.stdout.write(HELP);
  const { stage, port } = options;
  const { CELERIAC_TOKEN: token, CELERIAC_API_KEY: key } = process.env;
  // Signed, also where the API has a name of its own, unless the stage asks for something else.
  const { url, identity } = await connect({ stage, url: options.url, sign: !token && !key }, process.env);
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
