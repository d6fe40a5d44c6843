import { createServer } from "node:http";
import { listen } from "embedded-aws";
import { createCaller } from "../../src/client/call.ts";
import { connect, isLocal } from "../../remote/connect.ts";
import { prefixOf } from "../../remote/project.ts";
import { currentPage } from "./page.ts";
import { HELP, readOptions } from "./options.ts";
import { createDashboard } from "./serve.ts";
import { createLogReader } from "../../remote/logs.ts";
import { createAgeReader } from "./stage.ts";

/** Serves the dashboard of a deployed stage until Ctrl-C. @param args flags @throws Error */
async function serveStage(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options === null) return void process.stdout.write(HELP);
  const { stage, port } = options;
  const { CELERIAC_TOKEN: token, CELERIAC_API_KEY: key } = process.env;
  // A local run asks nobody.
  const asksNobody = stage === undefined && options.url !== undefined && isLocal(options.url);
  // Signed, also where the API has a name of its own, unless the stage asks for something else.
  const sign = !token && !key && !asksNobody;
  const { url, identity } = await connect({ stage, url: options.url, sign }, process.env);
  const prefix = `${prefixOf()}-${stage}`;
  const source = {
    stage: stage ?? new URL(url).host,
    call: createCaller(url, identity),
    logs: stage === undefined ? null : createLogReader(prefix),
    ages: stage === undefined ? null : createAgeReader(prefix),
  };
  const actual = await listen(createServer(createDashboard(source, currentPage)), port, "port");
  process.stdout.write(`The dashboard of ${source.stage} is at http://localhost:${actual}. Ctrl-C ends it.\n`);
}

/** `npm run dashboard`, as a command: tells in one line what is wrong. */
export async function dashboardCommand(args: readonly string[]): Promise<void> {
  try {
    await serveStage(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}\n`);
    process.exitCode = 1;
  }
}
