import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { readAssembly } from "./assembly/index.ts";
import { systemClock } from "./clock.ts";
import { createDynamoDb } from "./dynamodb/index.ts";
import { createFaultRig } from "./faults/rig.ts";
import type { FaultReport } from "./faults/rig.ts";
import { readFaults } from "./faults/settings.ts";
import type { FaultSettings } from "./faults/settings.ts";
import { corsOriginsOf } from "./gateway/cors-origins.ts";
import { createOriginGuard } from "./gateway/guard-origin.ts";
import { openFront, openSocket } from "./gateway/listen.ts";
import type { Front } from "./gateway/listen.ts";
import { reading } from "./iam/calls.ts";
import { createIam } from "./iam/index.ts";
import type { Permission } from "./iam/index.ts";
import { pruneCompileCache } from "./lambda/compile-cache.ts";
import { createFunctions } from "./lambda/functions.ts";
import type { Host } from "./lambda/process.ts";
import { startReaper } from "./lambda/reaper.ts";
import { createLog } from "./log.ts";
import type { Log } from "./log.ts";
import type { EmbeddedAwsOptions } from "./options.ts";
import { openSqliteStorage } from "./storage/sqlite.ts";
import { createVolatileStorage } from "./storage/storage.ts";
import { wireServices } from "./wiring.ts";
import type { Ground } from "./wiring.ts";

/** A local AWS that runs. Its whole state is its own: several can run in one process. */
export interface EmbeddedAws {
  /** Without a slash at the end. */
  readonly apiUrl: string;
  readonly awsUrl: string;
  /**
   * Applies a cloud assembly; a further one as a change: items, messages and objects stay, functions get their new code
   * when they have finished what they run. Returns what changed, by name. Throws in one line, with nothing changed, for
   * an assembly that the local AWS does not serve.
   */
  readonly deploy: (assembly: string) => Promise<readonly string[]>;
  /** Replaces what is injected; `{}` ends it. Throws in one line for settings that make no sense. */
  readonly setFaults: (faults: FaultSettings) => void;
  /** What is injected, and how often each fault was. */
  readonly faults: () => FaultReport;
  /**
   * What the roles of functions, state machines and schedules allow, and whether a call has needed it since the last
   * deployment.
   */
  readonly permissions: () => readonly Permission[];
  /** Seconds for which the oldest message of each queue has waited, by the queues' names. */
  readonly ages: () => Readonly<Record<string, number>>;
  /** Ends all of it: functions are killed with all that they started. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a local AWS without any resources.
 * @throws Error in one line for a port that is in use, or a data directory that another run has open
 */
export async function startEmbeddedAws(options: EmbeddedAwsOptions = {}): Promise<EmbeddedAws> {
  if (options.data !== undefined) mkdirSync(options.data, { recursive: true });
  let named: ReadonlySet<string> = new Set();
  const origins = (): ReadonlySet<string> => named;
  // Whether a page may read what it asked for is for the API's CORS headers to say, as on AWS.
  const apiGuard = createOriginGuard({ origins, strangersMayAsk: true });
  const api = await openFront(options.port ?? 0, "port", apiGuard);
  const fronts = [api];
  try {
    const aws = await openFront(options.awsPort ?? 0, "aws-port", createOriginGuard({ origins }));
    fronts.push(aws);
    return await startServices(options, api, aws, (next) => (named = next));
  } catch (error) {
    await Promise.all(fronts.map((front) => front.close()));
    throw error;
  }
}

async function startServices(
  options: EmbeddedAwsOptions,
  api: Front,
  aws: Front,
  letIn: (origins: ReadonlySet<string>) => void,
): Promise<EmbeddedAws> {
  const ground = openGround(options, aws.url);
  const { dynamoDb, iam, rig, storage } = ground;
  const socket = await openSocket((req, res) => gateway.handle(req, res));
  const reaper = startReaper();
  const host: Host = {
    ...hostOf(ground),
    reaper,
    awsSocket: socket?.path ?? null,
    call: (call) => gateway.direct(call),
  };
  const functions = createFunctions(host, options);
  const { deployment, gateway, s3, scheduler, sqs, stepFunctions } = wireServices(ground, functions);
  aws.serve(gateway.handle);

  const deploy = async (directory: string): Promise<readonly string[]> => {
    const assembly = readAssembly(directory, aws.url);
    const changed = await deployment.apply(assembly);
    letIn(corsOriginsOf(assembly.resources));
    stepFunctions.resume();
    const restApi = deployment.restApi();
    if (restApi) api.serve(restApi.handle);
    return changed;
  };

  const stop = async (): Promise<void> => {
    deployment.stop();
    scheduler.stop();
    stepFunctions.stop();
    await functions.stop();
    await Promise.all([api.close(), aws.close(), socket?.close(), reaper.stop()]);
    sqs.stop();
    s3.close();
    dynamoDb.stop();
    await storage.close();
  };

  return {
    apiUrl: api.url,
    awsUrl: aws.url,
    deploy,
    setFaults: (faults) => rig.set(readFaults(faults)),
    faults: rig.report,
    permissions: iam.permissions,
    ages: () => Object.fromEntries(sqs.queues().map((queue) => [queue.name, queue.age()])),
    stop,
  };
}

/** Fails where another run has the data: it comes first, so that nothing is left to clean up then. */
function openGround(options: EmbeddedAwsOptions, awsUrl: string): Ground {
  const { data } = options;
  const log = logOf(options);
  const rig = createFaultRig(readFaults(options.faults ?? {}));
  const storage = data === undefined ? createVolatileStorage() : openSqliteStorage(join(data, "storage.sqlite"));
  return {
    options,
    awsUrl,
    log,
    rig,
    storage,
    iam: createIam(log),
    dynamoDb: createDynamoDb({ storage, now: Date.now }),
  };
}

function logOf({ log, color, logFields, onFunctionLine }: EmbeddedAwsOptions): Log {
  const terminal = createLog(log ?? (() => {}), color ?? false, logFields);
  return {
    ...terminal,
    fromFunction: (name, line) => {
      onFunctionLine?.(name, line);
      terminal.fromFunction(name, line);
    },
  };
}

/** What the processes of functions have of this run, but for what is opened besides. */
function hostOf({ options, awsUrl, log, iam, dynamoDb }: Ground): Omit<Host, "reaper" | "awsSocket" | "call"> {
  const compileCache = options.compileCache ?? join(tmpdir(), "embedded-aws-cache");
  pruneCompileCache(compileCache, Date.now());
  return {
    log,
    awsUrl,
    awaitItem: (caller, wish) => {
      const denied = iam.check({ kind: "function", name: caller }, [reading(wish)]);
      if (denied) throw denied;
      return dynamoDb.awaitItem(wish);
    },
    compileCache,
    variables: options.variables ?? (() => ({})),
    clock: options.clock?.preload === undefined ? systemClock : options.clock,
  };
}
