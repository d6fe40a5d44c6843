import type { Identity } from "../src/client/call.ts";
import { prefixOf } from "./project.ts";

/** Where the API is and who asks, as a user says it. */
export interface Where {
  readonly url?: string | undefined;
  readonly stage?: string | undefined;
  /** Sign also where the URL does not tell that a stage asks for it: one with a name of its own. */
  readonly sign?: boolean | undefined;
  readonly token?: string | undefined;
  readonly apiKey?: string | undefined;
}

/** An API, and who its callers are. */
export interface Target {
  /** Without a slash at the end. */
  readonly url: string;
  /** The stage's name, where it is known. */
  readonly stage: string | null;
  readonly identity: Identity;
}

/**
 * Why no API can be asked: what was said of it is wrong (`usage`), or AWS did not help (`aws`). The message is one
 * line.
 */
export class ConnectError extends Error {
  readonly code: "usage" | "aws";

  constructor(code: "usage" | "aws", message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ConnectError";
    this.code = code;
  }
}

/** The API of a local run (`npm start`). */
const LOCAL_URL = "http://localhost:8000";

/** As lib/config.ts has it: the name is in every resource's name. */
const STAGE_NAME = /^[a-z][a-z0-9]{0,8}$/;

/** The host of a REST API that has no name of its own. */
const EXECUTE_API = /^[\w-]+\.execute-api\.([\w-]+)\.amazonaws\.com(\.cn)?$/;

/**
 * Finds the API: `url`, or the stage's by its stack, or CELERIAC_URL, or the local one. Who asks is a key or a token
 * where one is given (CELERIAC_API_KEY, CELERIAC_TOKEN), else the user's AWS identity where the API is AWS's.
 * @throws ConnectError
 */
export async function connect(where: Where, variables: NodeJS.ProcessEnv): Promise<Target> {
  const { stage } = where;
  if (stage !== undefined && !STAGE_NAME.test(stage)) {
    throw new ConnectError(
      "usage",
      `"${stage}" is no name of a stage: expected at most 9 lower-case letters and digits.`,
    );
  }
  const found = where.url ?? (stage === undefined ? variables["CELERIAC_URL"] || LOCAL_URL : await apiOf(stage));
  const url = readUrl(found);
  const identity = await identityOf(where, url, variables);
  return { url: url.href.replace(/\/$/, ""), stage: stage ?? null, identity };
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "") {
    throw new ConnectError("usage", `Expected the URL of an API such as https://api.example.com/v1, got "${text}".`);
  }
  return url;
}

async function identityOf(where: Where, url: URL, variables: NodeJS.ProcessEnv): Promise<Identity> {
  const { CELERIAC_API_KEY: key, CELERIAC_TOKEN: token } = variables;
  if (where.apiKey !== undefined) return secret(url, { kind: "key", key: where.apiKey });
  if (where.token !== undefined) return secret(url, { kind: "token", token: where.token });
  const region = EXECUTE_API.exec(url.hostname)?.[1];
  if (where.sign === true) return signature(region);
  if (key) return secret(url, { kind: "key", key });
  if (token) return secret(url, { kind: "token", token });
  return region !== undefined || where.stage !== undefined ? signature(region) : { kind: "none" };
}

/** Keys and tokens are all that it takes to be somebody: they travel encrypted, or not at all. */
function secret(url: URL, identity: Identity): Identity {
  if (url.protocol === "https:" || isLoopback(url)) return identity;
  throw new ConnectError("usage", `A key or token is not sent over plain http to ${url.hostname}. Use https.`);
}

/** Whether an address is this machine's, as a local run's is. */
export function isLocal(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && isLoopback(url);
}

function isLoopback(url: URL): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}

async function signature(known: string | undefined): Promise<Identity> {
  return fromAws("Requests cannot be signed", async () => {
    const { regionOf, userCredentials } = await import("./stage.ts");
    const credentials = userCredentials();
    // Said now, once, and not by every request.
    await credentials();
    return { kind: "signature", credentials, region: known ?? (await regionOf()) };
  });
}

async function apiOf(stage: string): Promise<string> {
  return fromAws(`The API of stage "${stage}" was not found`, async () =>
    (await import("./stage.ts")).findApi(prefixOf(), stage),
  );
}

/** The AWS SDK loads when it is needed: it takes longer than all else that a command does. */
async function fromAws<T>(failure: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new ConnectError("aws", `${failure}: ${explain(error)}`, { cause: error });
  }
}

/** What went wrong, in one line, with what to do where the SDK does not say it. */
function explain(error: unknown): string {
  const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  if (message.startsWith("Could not load credentials"))
    return "there are no AWS credentials: set AWS_PROFILE, sign in (aws sso login), or give CELERIAC_TOKEN or CELERIAC_API_KEY.";
  if (message === "Region is missing")
    return "there is no AWS region: set AWS_REGION, or AWS_PROFILE to a profile that has one.";
  return message;
}
