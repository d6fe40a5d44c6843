import { availableParallelism } from "node:os";
import type { Invoke, InvokeResult } from "../types.ts";
import { type Account, createAccount } from "./account.ts";
import { createCapacity } from "./capacity.ts";
import { credentialsOf } from "./config.ts";
import type { FunctionConfig } from "./config.ts";
import type { Host } from "./process.ts";
import { errorResult } from "./results.ts";
import { createPool } from "./pool.ts";
import type { Lease, Pool } from "./pool.ts";

/** Bytes of a synchronous invocation's payload (Lambda quota: 6 MB). */
export const MAX_SYNC_BYTES = 6_291_456;

/** The functions of a run. */
export interface Functions {
  /** Creates a function, or gives an existing one its new code and configuration. False if nothing changed. */
  readonly deploy: (config: FunctionConfig) => boolean;
  /** Removes what is not among the names. */
  readonly retain: (names: ReadonlySet<string>) => void;
  /** Which functions event source mappings feed: they share one budget of environments. */
  readonly setFed: (names: ReadonlySet<string>) => void;
  readonly invoke: Invoke;
  /** The account's concurrency, of which event source mappings ask for each batch; null for one without a limit. */
  readonly account: Account | null;
  /** An environment of a function, for several steps that belong together. Throws for an unknown function. */
  readonly acquire: (functionNameOrArn: string) => Promise<Lease>;
  readonly find: (functionNameOrArn: string) => FunctionConfig | undefined;
  readonly list: () => readonly FunctionConfig[];
  /** The function to which an access key was given; null for any other key. */
  readonly callerOf: (accessKey: string) => string | null;
  readonly stop: () => Promise<void>;
}

export interface FunctionsOptions {
  /**
   * Environments of all functions behind queues together, and of any one of them. Default: two for each core together,
   * and one for each core of one.
   */
  readonly queueEnvironments?: number | undefined;
  /** Seconds after which an idle environment ends. Default: 30, and 300 for functions behind queues, which are few. */
  readonly idleSeconds?: number | undefined;
  /**
   * How many invocations one environment of a function may have in flight. Default: 1, as on Lambda. More is what
   * Lambda Managed Instances have (their multi-concurrency): another process starts only where the others are full.
   */
  readonly concurrency?: ((functionName: string) => number) | undefined;
  /**
   * Invocations that the account runs at once, all functions together (Lambda quota "Concurrent executions"); what is
   * above is throttled. Default: no limit, so that what is more waits for an environment.
   */
  readonly accountConcurrency?: number | undefined;
}

const NOTHING = (): void => {};

/** Seconds that an idle environment of a function that callers wait for, or of one behind a queue, is kept. */
const IDLE_SECONDS = { request: 30, queue: 300 };

export function createFunctions(host: Host, options: FunctionsOptions): Functions {
  const cores = availableParallelism();
  const capacity = createCapacity({
    each: options.queueEnvironments ?? cores,
    total: options.queueEnvironments ?? 2 * cores,
  });
  const poolOf = (config: FunctionConfig): Pool =>
    createPool(config, {
      host,
      capacity,
      idleTime: (kind) => (options.idleSeconds ?? IDLE_SECONDS[kind]) * 1000,
      concurrency: Math.max(1, options.concurrency?.(config.name) ?? 1),
    });
  const functions = new Map<string, { config: FunctionConfig; pool: Pool }>();
  const account = createAccount(options.accountConcurrency, () => [...functions.values()].map(({ config }) => config));
  const callers = new Map<string, string>();
  const ending = new Set<Promise<void>>();

  const get = (functionNameOrArn: string): { config: FunctionConfig; pool: Pool } => {
    const found = functions.get(nameOf(functionNameOrArn));
    if (!found) throw new Error(`No function ${functionNameOrArn} exists.`);
    return found;
  };

  return {
    deploy: (config) => {
      callers.set(credentialsOf(config.name).accessKey, config.name);
      const existing = functions.get(config.name);
      if (!existing) {
        functions.set(config.name, { config, pool: poolOf(config) });
        return true;
      }
      if (JSON.stringify(existing.config) === JSON.stringify(config)) return false;
      existing.config = config;
      existing.pool.replace(config);
      return true;
    },
    retain: (names) => {
      for (const [name, { pool }] of functions) {
        if (names.has(name)) continue;
        functions.delete(name);
        const ended = pool.end().finally(() => ending.delete(ended));
        ending.add(ended);
      }
    },
    setFed: (names) => {
      for (const [name, { pool }] of functions) pool.setKind(names.has(name) ? "queue" : "request");
    },
    invoke: async (functionNameOrArn, payload) => {
      const { config, pool } = get(functionNameOrArn);
      if (pool.load() >= (config.reservedConcurrency ?? Infinity))
        return refusal("TooManyRequestsException", "Rate Exceeded.", true);
      if (Buffer.byteLength(payload) > MAX_SYNC_BYTES) {
        const message = `Request must be smaller than ${MAX_SYNC_BYTES} bytes for the InvokeFunction operation`;
        return refusal("RequestTooLargeException", message, false);
      }
      const leave = account === null ? NOTHING : account.enter(config);
      if (leave === null) return refusal("TooManyRequestsException", "Rate Exceeded.", true);
      const lease = await pool.acquire();
      try {
        return await lease.invoke(payload);
      } finally {
        lease.release();
        leave();
      }
    },
    account,
    acquire: (functionNameOrArn) => get(functionNameOrArn).pool.acquire(),
    find: (functionNameOrArn) => functions.get(nameOf(functionNameOrArn))?.config,
    list: () => [...functions.values()].map(({ config }) => config),
    callerOf: (accessKey) => callers.get(accessKey) ?? null,
    stop: async () => {
      await Promise.all([...functions.values()].map(({ pool }) => pool.end()));
      await Promise.all(ending);
    },
  };
}

/** The name in `NAME`, `NAME:ALIAS` and `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:ALIAS]`. */
function nameOf(functionNameOrArn: string): string {
  const parts = functionNameOrArn.split(":");
  return (functionNameOrArn.startsWith("arn:") ? parts[6] : parts[0]) ?? functionNameOrArn;
}

function refusal(errorType: string, errorMessage: string, throttled: boolean): InvokeResult {
  return { ...errorResult(errorType, errorMessage), throttled };
}
