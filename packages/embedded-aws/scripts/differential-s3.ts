// Runs random operations over the embedded S3 and over moto's, and says where they differ.
//
// Needs Python 3.10 or later with venv, and pip for moto; everything else is in the project.
// `node packages/embedded-aws/scripts/differential-s3.ts [operations] [seed]`. Ends with 1 where a difference is not a
// known one.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { answers, freePort, startServer } from "../../../scripts/emulator/children.ts";
import { pythonWith } from "../../../scripts/emulator/venv.ts";
import { createS3 } from "../src/s3/index.ts";
import { createVolatileStorage } from "../src/storage/storage.ts";
import { reasonOf } from "./s3-differences.ts";
import { anyOperation } from "./s3-operations.ts";
import type { Operation, Outcome, Side } from "./s3-operations.ts";

const VERSION = "5.2.5";
/** Operations on one bucket, then the next one begins empty. */
const ROUND = 150;

const [total = 3_000, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const python = await pythonWith({
  name: "moto",
  version: VERSION,
  requirement: "moto[s3,server]",
  with: [],
  python: [3, 10],
});
const folder = await mkdtemp(join(tmpdir(), "embedded-s3-differential-"));
const port = await freePort();
const moto = await startServer(python, ["-m", "moto.server", "-p", String(port)], {
  env: {},
  log: join(folder, "moto.log"),
});
const s3 = createS3({
  storage: createVolatileStorage(),
  signerOf: () => null,
  denial: () => null,
  warn: console.error,
});
const own = createServer((req, res) => void s3.handle(req, res, null)).listen(0, "127.0.0.1");
await once(own, "listening");

try {
  const address = own.address();
  const ownPort = typeof address === "object" && address !== null ? address.port : 0;
  const theirs = clientOf(port);
  await answers(`http://127.0.0.1:${port}/moto-api/`, moto, 60);
  const unknown = await compare(clientOf(ownPort), theirs);
  if (unknown > 0) process.exitCode = 1;
} finally {
  own.closeAllConnections();
  own.close();
  s3.close();
  await moto.stop();
  await rm(folder, { recursive: true, force: true });
}

function clientOf(at: number): S3Client {
  return new S3Client({
    endpoint: `http://127.0.0.1:${at}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
    maxAttempts: 1,
  });
}

/** @returns how many differences have no known reason */
async function compare(ownClient: S3Client, theirClient: S3Client): Promise<number> {
  const known = new Map<string, number>();
  const counts = new Map<string, number>();
  let [unknown, done] = [0, 0];
  for (let round = 0; done < total; round++) {
    const [ours, theirs] = [await newSide(ownClient, round), await newSide(theirClient, round)];
    for (const operation of fc.sample(anyOperation, { seed: seed + round, numRuns: Math.min(ROUND, total - done) })) {
      const [a, b] = await Promise.all([outcomeOf(operation, ours), outcomeOf(operation, theirs)]);
      done += 1;
      counts.set(operation.name, (counts.get(operation.name) ?? 0) + 1);
      if (JSON.stringify(a) === JSON.stringify(b)) continue;
      const reason = reasonOf(operation, a, b);
      if (reason !== null) known.set(reason, (known.get(reason) ?? 0) + 1);
      else unknown += 1;
      if (reason === null)
        console.log(`${operation.name} ${short(operation.input)}\n  ours   ${short(a)}\n  theirs ${short(b)}`);
      // What they hold is no longer alike.
      if (reason === null || ("error" in a !== "error" in b && !isRead(operation))) break;
    }
  }
  console.log(
    `${done} operations over the embedded S3 and moto ${VERSION}, seed ${seed}: ${unknown} unknown differences`,
  );
  console.table(Object.fromEntries(counts));
  console.table(Object.fromEntries(known));
  return unknown;
}

function isRead({ name }: Operation): boolean {
  return /^(Get|Head|List)/.test(name);
}

async function newSide(client: S3Client, round: number): Promise<Side> {
  const bucket = `round-${seed}-${round}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return { client, bucket, uploads: [] };
}

async function outcomeOf(operation: Operation, side: Side): Promise<Outcome> {
  try {
    return await operation.run(side);
  } catch (error) {
    if (error instanceof S3ServiceException) return { error: error.name, status: error.$metadata.httpStatusCode };
    return { error: String(error) };
  }
}

function short(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "string" && one.length > 80 ? `${one.length} chars` : one,
  ).slice(0, 600);
}
