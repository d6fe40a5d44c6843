// Deploys Celeriac to MiniStack by the CDK, and runs the scenario suite there, without Docker.
//
// Needs Python 3.10 or later with venv, and pip for the package; everything else is in the project. Arguments go to
// vitest: `npm run emulator:ministack -- tasks canvas`. Ends with 1 where a scenario failed, and leaves nothing
// running.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, freePort, startServer } from "./emulator/children.ts";
import { deploy } from "./emulator/deploy.ts";
import { runScenarios } from "./emulator/scenarios.ts";
import { seed } from "./emulator/seed.ts";
import { pythonWith } from "./emulator/venv.ts";

const VERSION = "1.4.21";

const python = await pythonWith({
  name: "ministack",
  version: VERSION,
  requirement: "ministack",
  with: [],
  python: [3, 10],
});
const folder = await mkdtemp(join(tmpdir(), "celeriac-ministack-"));
const port = await freePort();
const server = await startServer(python, ["-m", "ministack"], {
  env: {
    GATEWAY_PORT: String(port),
    BIND_HOST: "127.0.0.1",
    TMPDIR: folder,
    // Functions are processes that load their handler by require(), and by import() only where Node refuses the former
    // for ES modules. Node 22 and later take it, and then fail at the top-level await that those of Celeriac have.
    NODE_OPTIONS: "--no-experimental-require-module",
  },
  log: join(folder, "ministack.log"),
});
try {
  const awsUrl = `http://127.0.0.1:${port}`;
  await answers(`${awsUrl}/_ministack/health`, server, 60);
  const deployed = await deploy("ministack", awsUrl);
  console.log(`MiniStack ${VERSION}: ${deployed.apiUrl}`);
  await seed(deployed.apiUrl);
  if (!(await runScenarios(deployed, process.argv.slice(2)))) process.exitCode = 1;
} finally {
  await server.stop();
  if (process.env["KEEP_LOG"] === undefined) await rm(folder, { recursive: true, force: true });
  else console.log(`MiniStack's log is in ${folder}`);
}
