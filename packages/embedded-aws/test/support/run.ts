import { rmSync } from "node:fs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { onTestFinished } from "vitest";
import { startEmbeddedAws } from "../../src/start.ts";
import type { EmbeddedAwsOptions } from "../../src/options.ts";
import type { EmbeddedAws } from "../../src/start.ts";
import { temporaryDirectory, writeAssembly } from "./assembly.ts";
import type { TestStack } from "./assembly.ts";

/** A local AWS on free ports that ends with its test, and clients for it. */
export interface Run {
  readonly embedded: EmbeddedAws;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly dynamoDb: DynamoDBClient;
  /** Lines of the terminal log so far. */
  readonly log: readonly string[];
  /** Deploys a single stack. */
  readonly deploy: (
    resources: TestStack["Resources"],
    code?: Readonly<Record<string, string>>,
  ) => Promise<readonly string[]>;
  /** Sends a message to a queue by its name. */
  readonly send: (queue: string, body: string, delaySeconds?: number) => Promise<void>;
}

const credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** Starts a run and deploys one stack into it. */
export async function startRun(
  resources: TestStack["Resources"],
  code: Readonly<Record<string, string>> = {},
  options: EmbeddedAwsOptions = {},
): Promise<Run> {
  const log: string[] = [];
  const assembly = newDirectory();
  const embedded = await startEmbeddedAws({ ...options, log: (line) => void log.push(line) });
  onTestFinished(() => embedded.stop());

  const common = { endpoint: embedded.awsUrl, region: "us-east-1", credentials, maxAttempts: 1 };
  const sqs = new SQSClient({ ...common, useQueueUrlAsEndpoint: false });
  const deploy: Run["deploy"] = (next, nextCode = {}) =>
    embedded.deploy(writeAssembly({ test: { Resources: next } }, nextCode, assembly));
  await deploy(resources, code);
  return {
    embedded,
    sqs,
    s3: new S3Client({ ...common, forcePathStyle: true }),
    dynamoDb: new DynamoDBClient(common),
    log,
    deploy,
    send: async (queue, body, DelaySeconds) => {
      const QueueUrl = `${embedded.awsUrl}/000000000000/${queue}`;
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...(DelaySeconds && { DelaySeconds }) }));
    },
  };
}

/** A directory that goes when its test ends. */
export function newDirectory(): string {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
