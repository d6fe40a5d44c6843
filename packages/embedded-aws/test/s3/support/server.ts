import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { onTestFinished } from "vitest";
import { createS3 } from "../../../src/s3/index.ts";
import type { S3Options } from "../../../src/s3/index.ts";
import { createVolatileStorage } from "../../../src/storage/storage.ts";
import type { Storage, Stored } from "../../../src/storage/storage.ts";

/** What a test's run knows: one function with a key, which may do what `allowed` says. */
export const KEY = { accessKeyId: "AKFUNCTION", secretAccessKey: "secret-of-the-function" };

/** An S3 on a free port, with one bucket `files`, and a client. */
export interface TestS3 {
  readonly url: string;
  readonly client: S3Client;
  /** Deploys a bucket by its template's properties. */
  readonly deploy: (name: string, properties?: Readonly<Record<string, unknown>>) => void;
  /** Sends a request that is signed as far as S3 looks. */
  readonly raw: (path: string, init?: RequestInit) => Promise<Response>;
  readonly warnings: readonly string[];
  readonly stop: () => Promise<void>;
}

export interface TestOptions extends Partial<S3Options> {
  /** The caller of requests whose key is the function's; the account's owner where it is not given. */
  readonly caller?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Starts an S3 that ends with its test. */
export async function startS3(options: TestOptions = {}): Promise<TestS3> {
  const warnings: string[] = [];
  const s3 = createS3({
    storage: createVolatileStorage(),
    signerOf: (key) => (key === KEY.accessKeyId ? { name: "function", secret: KEY.secretAccessKey } : null),
    denial: () => null,
    warn: (line) => void warnings.push(line),
    ...options,
  });
  const server = createServer((req, res) => void s3.handle(req, res, options.caller ?? null));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  const client = new S3Client({
    endpoint: url,
    region: "us-east-1",
    credentials: options.credentials ?? KEY,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= new Promise((resolve) => {
      client.destroy();
      server.closeAllConnections();
      server.close(() => resolve());
      s3.close();
    });
    return stopped;
  };
  onTestFinished(stop);
  const deploy: TestS3["deploy"] = (name, properties = {}) =>
    s3.deploy({ stack: "test", logicalId: name, type: "AWS::S3::Bucket", properties, physicalId: name, arn: name });
  deploy("files");
  const raw: TestS3["raw"] = (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", "AWS4-HMAC-SHA256 Credential=test");
    return fetch(`${url}${path}`, { ...init, headers });
  };
  return { url, client, deploy, raw, warnings, stop };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}

/** A directory that goes when its test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "embedded-s3-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A storage whose content a later one can start from. */
export function createMapStorage(
  kept = new Map<string, Map<string, Stored>>(),
): Storage & { readonly kept: typeof kept } {
  return {
    kept,
    collection: (name) => {
      const values = kept.get(name) ?? new Map<string, Stored>();
      kept.set(name, values);
      return {
        entries: () => [...values].toSorted(([a], [b]) => (a < b ? -1 : 1)),
        put: (key, value) => void values.set(key, value),
        remove: (key) => void values.delete(key),
      };
    },
    written: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Names of the files in a directory. */
export function filesIn(directory: string): readonly string[] {
  return readdirSync(directory);
}

/** The code of an error that a client got, and its status. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "-";
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const status = "$metadata" in error && error.$metadata;
    const code =
      typeof status === "object" && status !== null && "httpStatusCode" in status ? status.httpStatusCode : "";
    return `${String(code)} ${error.name}`;
  }
}
