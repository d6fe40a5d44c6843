// An emulator of AWS in a container: `npm run emulator:docker` starts LocalStack, deploys, runs a first task and prints
// the URL; `npm run emulator:docker:test` runs the scenario suite against it; `npm run emulator:docker:down` ends it.
// `-- ministack` takes MiniStack instead.
//
// Needs Docker with Compose 2. Without Docker there are `npm start`, `npm run emulator:ministack` and `npm run
// emulator:localstack`.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { EmulatorName } from "../lib/emulator.ts";
import { ROOT, codeOf, run } from "./emulator/children.ts";
import { deploy } from "./emulator/deploy.ts";
import { runScenarios } from "./emulator/scenarios.ts";
import { seed } from "./emulator/seed.ts";

const AWS_URL = "http://127.0.0.1:4566";
const COMPOSE = ["compose", "-f", join(ROOT, "docker-compose.localstack.yml"), "--profile", "ministack"];
/** What was deployed last, for the suite. */
const STATE = join(ROOT, ".celeriac", "emulator.json");
const State = z.object({ emulator: EmulatorName, apiUrl: z.string(), awsUrl: z.string() });

/** @throws Error in one line where Docker cannot be used. */
async function needDocker(): Promise<void> {
  for (const args of [["info"], ["compose", "version"]]) {
    if ((await codeOf("docker", args, { quiet: true }).catch(() => 1)) !== 0)
      throw new Error(
        `Docker is needed, with Compose 2 and its daemon running: \`docker ${args.join(" ")}\` fails. Without it: npm start, npm run emulator:ministack, npm run emulator:localstack.`,
      );
  }
}

async function up(emulator: EmulatorName): Promise<void> {
  await needDocker();
  // Both listen on one port.
  await run("docker", [...COMPOSE, "down", "--remove-orphans"]);
  await run("docker", [...COMPOSE, "up", "--wait", emulator]);
  const deployed = await deploy(emulator, AWS_URL, { LOCALSTACK_HOST: new URL(AWS_URL).host });
  await mkdir(dirname(STATE), { recursive: true });
  await writeFile(STATE, JSON.stringify(deployed));
  await seed(deployed.apiUrl);
  console.log(`API ${deployed.apiUrl}, AWS ${deployed.awsUrl}`);
}

async function test(more: readonly string[]): Promise<void> {
  await needDocker();
  const state = await readFile(STATE, "utf8").catch(() => {
    throw new Error("Nothing is deployed: `npm run emulator:docker` first.");
  });
  if (!(await runScenarios(State.parse(JSON.parse(state)), more))) process.exitCode = 1;
}

async function down(): Promise<void> {
  await needDocker();
  await run("docker", [...COMPOSE, "down", "--remove-orphans"]);
  await rm(STATE, { force: true });
}

try {
  const [command, ...more] = process.argv.slice(2);
  if (command === "up") await up(EmulatorName.parse(more[0] ?? "localstack"));
  else if (command === "test") await test(more);
  else if (command === "down") await down();
  else throw new Error("node scripts/emulator-docker.ts up [localstack|ministack] | test [file ...] | down");
} catch (error) {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
