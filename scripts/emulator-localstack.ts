// Deploys Celeriac to LocalStack 4.14 by the CDK, and runs the scenario suite there, without Docker.
//
// LocalStack is its Python package, the last that needs no account. What it has Docker or a download for is replaced,
// and nothing else (emulator/localstack_host.py): functions run as processes of Node instead of containers, and
// DynamoDB Local comes from Maven Central.
//
// Needs Python 3.12 or later with venv (CELERIAC_PYTHON names another than `python3`), pip, Maven, and Java 17 or
// later. Arguments go to vitest: `npm run emulator:localstack -- tasks canvas`. Ends with 1 where a scenario failed,
// and leaves nothing running.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, answers, freePort, startServer } from "./emulator/children.ts";
import { deploy } from "./emulator/deploy.ts";
import { dynamoDbLocal } from "./emulator/maven.ts";
import { runScenarios } from "./emulator/scenarios.ts";
import { seed } from "./emulator/seed.ts";
import { pythonWith } from "./emulator/venv.ts";

const VERSION = "4.14.0";

/** What the package leaves open and later versions of which it does not load: it is of February 2026. */
const WITH = ["cbor2<6", "pyopenssl<26", "cryptography<47", "service-identity"];

const python = await pythonWith({
  name: "localstack",
  version: VERSION,
  requirement: "localstack-core[runtime]",
  with: WITH,
  python: [3, 12],
});
const jars = await dynamoDbLocal();
const folder = await mkdtemp(join(tmpdir(), "celeriac-localstack-"));
const port = await freePort();
const server = await startServer(python, [join(ROOT, "scripts", "emulator", "localstack_host.py")], {
  env: {
    GATEWAY_LISTEN: `127.0.0.1:${port}`,
    LOCALSTACK_HOST: `127.0.0.1:${port}`,
    FILESYSTEM_ROOT: folder,
    // As in docker-compose.localstack.yml.
    CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES: "1",
    SQS_ENDPOINT_STRATEGY: "dynamic",
    LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC: "0",
    LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC: "1",
    LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_ERROR_SEC: "2",
    DYNAMODB_IN_MEMORY: "1",
    // Each message sent, received or deleted would be a call of CloudWatch, for alarms that nobody looks at here.
    SQS_DISABLE_CLOUDWATCH_METRICS: "1",
    // It would ask for a certificate and tell its makers of its use; and serve names, which takes port 53.
    SKIP_SSL_CERT_DOWNLOAD: "1",
    DISABLE_EVENTS: "1",
    DNS_ADDRESS: "0",
    CELERIAC_NODE: process.execPath,
    CELERIAC_BOOTSTRAP: join(ROOT, "scripts", "emulator", "runtime-api.mjs"),
    CELERIAC_DYNAMODB_JARS: jars,
  },
  log: join(folder, "localstack.log"),
});
try {
  const awsUrl = `http://127.0.0.1:${port}`;
  await answers(`${awsUrl}/_localstack/health`, server, 120);
  const deployed = await deploy("localstack", awsUrl);
  console.log(`LocalStack ${VERSION}: ${deployed.apiUrl}`);
  await seed(deployed.apiUrl);
  if (!(await runScenarios(deployed, process.argv.slice(2)))) process.exitCode = 1;
} finally {
  await server.stop();
  if (process.env["KEEP_LOG"] === undefined) await rm(folder, { recursive: true, force: true });
  else console.log(`LocalStack's log is in ${folder}`);
}
