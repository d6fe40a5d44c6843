// Random operations on the embedded SQS and on a second implementation, LocalStack's: prints how many, and each
// difference in what they answer.
//
// Needs Python 3.13 or later with venv (CELERIAC_PYTHON names another than `python3`) and pip, which installs
// LocalStack once into a folder for temporary files. `node packages/embedded-aws/scripts/differential-sqs.ts
// [operations] [seed]`; 5,000 operations by default. `--at=URL` takes an implementation that runs already. Ends with 1
// where anything differs that `sqs/known.ts` does not list.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { answers, freePort, startServer } from "../../../scripts/emulator/children.ts";
import { pythonWith } from "../../../scripts/emulator/venv.ts";
import { differences } from "./sqs/compare.ts";

const VERSION = "4.14.0";

const { values, positionals } = parseArgs({ options: { at: { type: "string" } }, allowPositionals: true });
const count = Number(positionals[0] ?? 5000);
const seed = Number(positionals[1] ?? Date.now() % 1_000_000);

/** Calls with the URL of a LocalStack that serves SQS alone. */
async function withLocalStack(act: (url: string) => Promise<void>): Promise<void> {
  const python = await pythonWith({
    name: "localstack",
    version: VERSION,
    requirement: "localstack-core[runtime]",
    // What the package leaves open, and later versions of which it does not load.
    with: ["cbor2<6", "pyopenssl<26", "cryptography<47", "service-identity"],
    python: [3, 13],
  });
  const folder = await mkdtemp(join(tmpdir(), "differential-sqs-"));
  const port = await freePort();
  const server = await startServer(python, ["-m", "localstack.runtime.main"], {
    env: {
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      FILESYSTEM_ROOT: folder,
      SERVICES: "sqs",
      SQS_ENDPOINT_STRATEGY: "path",
      SQS_DISABLE_CLOUDWATCH_METRICS: "1",
      // As on AWS, unlike LocalStack's defaults.
      SQS_DELAY_PURGE_RETRY: "1",
      SQS_DELAY_RECENTLY_DELETED: "1",
      SKIP_SSL_CERT_DOWNLOAD: "1",
      DISABLE_EVENTS: "1",
      DNS_ADDRESS: "0",
    },
    log: join(folder, "localstack.log"),
  });
  try {
    await answers(`http://127.0.0.1:${port}/_localstack/health`, server, 120);
    await act(`http://127.0.0.1:${port}`);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(url: string): Promise<void> {
  console.log(`${count} operations, seed ${seed}, against ${url}`);
  const { operations, refused, known, found } = await differences(url, count, seed);
  for (const [reason, times] of known) console.log(`known, ${times} times: ${reason}`);
  for (const line of found) console.log(line);
  console.log(`${operations} operations, ${refused} of them refused by both; ${found.length} differences`);
  if (found.length > 0) process.exitCode = 1;
}

await (values.at === undefined ? withLocalStack(compare) : compare(values.at));
