import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { createDeployment } from "./deploy/deployment.ts";
import { readAssembly } from "./assembly/index.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { pruneCompileCache } from "./lambda/compile-cache.ts";
import { createQueueFaults } from "./faults/queue.ts";
import { createFaultRig } from "./faults/rig.ts";
import type { FaultReport } from "./faults/rig.ts";
import { readFaults } from "./faults/settings.ts";
import type { FaultSettings } from "./faults/settings.ts";
import { createGateway } from "./gateway/gateway.ts";
import type { Guard } from "./gateway/gateway.ts";
import { invoking, reading, sending } from "./iam/calls.ts";
import { createIam } from "./iam/index.ts";
import type { Permission } from "./iam/index.ts";
import { credentialsOf } from "./lambda/config.ts";
import { createFunctions } from "./lambda/functions.ts";
import type { FunctionsOptions } from "./lambda/functions.ts";
import type { Host } from "./lambda/process.ts";
import { startReaper } from "./lambda/reaper.ts";
import { corsOriginsOf } from "./gateway/cors-origins.ts";
import { createOriginGuard } from "./gateway/guard-origin.ts";
import { openFront, openSocket } from "./gateway/listen.ts";
import type { Front } from "./gateway/listen.ts";
import { createLog } from "./log.ts";
import type { Log, LogFields, Sink } from "./log.ts";
import { createScheduler } from "./scheduler/index.ts";
import { createTargets } from "./scheduler/targets.ts";
import { createDynamoDb } from "./dynamodb/index.ts";
import { createEvents } from "./events/api.ts";
import { createLambda } from "./lambda/api.ts";
import { createOutbox } from "./ses/outbox.ts";
import { createS3 } from "./s3/index.ts";
import { createSecretsManager } from "./secrets-manager/secrets-manager.ts";
import { createSes } from "./ses/ses.ts";
import { createSqs } from "./sqs/sqs.ts";
import { createSts } from "./sts/sts.ts";
import { openSqliteStorage } from "./storage/sqlite.ts";
import { createVolatileStorage } from "./storage/storage.ts";
import { createStepFunctions } from "./step-functions/index.ts";

export interface EmbeddedAwsOptions extends FunctionsOptions {
  /** Port of the REST API. Default: a free one. */
  readonly port?: number | undefined;
  /** Port of the AWS services. Default: a free one. */
  readonly awsPort?: number | undefined;
  /**
   * Directory in which tables, queues, objects, executions, schedules and mails outlive the run. Default: none, all in
   * memory.
   */
  readonly data?: string | undefined;
  /** A JSON file of names and values that Secrets Manager gives out. Default: there are no secrets. */
  readonly secrets?: string | undefined;
  /** Takes the lines of the terminal log. Default: they are dropped. */
  readonly log?: Sink | undefined;
  /** Paints levels in the log. Default: false. */
  readonly color?: boolean | undefined;
  /** Which fields of the functions' structured lines have a place of their own in the log. Default: none. */
  readonly logFields?: LogFields | undefined;
  /** Takes each line that a function writes, as it was written. Default: nobody does. */
  readonly onFunctionLine?: ((functionName: string, line: string) => void) | undefined;
  /** Directory of V8's compile cache for the functions' code. Default: one among the system's temporary files. */
  readonly compileCache?: string | undefined;
  /** Sees every AWS call before it is served. */
  readonly guard?: Guard | undefined;
  /** The time by which EventBridge Scheduler goes, and functions where it has a `preload`. Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Milliseconds after a purge of a queue in which there is no other. Default: a minute, as on AWS. */
  readonly purgeInterval?: number | undefined;
  /** What to inject from the start. Default: nothing. */
  readonly faults?: FaultSettings | undefined;
}

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
  const { data } = options;
  const awsUrl = aws.url;
  const terminal = createLog(options.log ?? (() => {}), options.color ?? false, options.logFields);
  const log: Log = {
    ...terminal,
    fromFunction: (name, line) => {
      options.onFunctionLine?.(name, line);
      terminal.fromFunction(name, line);
    },
  };
  const rig = createFaultRig(readFaults(options.faults ?? {}));
  const compileCache = options.compileCache ?? join(tmpdir(), "embedded-aws-cache");
  pruneCompileCache(compileCache, Date.now());

  // First, since it fails where another run has the data; nothing is left to clean up then.
  const storage = data === undefined ? createVolatileStorage() : openSqliteStorage(join(data, "storage.sqlite"));
  const dynamoDb = createDynamoDb({ storage, now: Date.now });
  const socket = await openSocket((req, res) => gateway.handle(req, res));
  const reaper = startReaper();
  const functionClock = options.clock?.preload === undefined ? systemClock : options.clock;
  const host: Host = {
    reaper,
    log,
    awsUrl,
    awsSocket: socket?.path ?? null,
    call: (call) => gateway.direct(call),
    awaitItem: (caller, wish) => {
      const denied = iam.check({ kind: "function", name: caller }, [reading(wish)]);
      if (denied) throw denied;
      return dynamoDb.awaitItem(wish);
    },
    compileCache,
    clock: functionClock,
  };
  const functions = createFunctions(host, options);
  const sqs = createSqs({
    storage,
    clock: systemClock,
    baseUrl: awsUrl,
    faults: createQueueFaults(rig),
    purgeInterval: options.purgeInterval,
  });
  const iam = createIam(log);
  const s3 = createS3({
    storage,
    directory: data === undefined ? undefined : join(data, "objects"),
    warn: (line) => log.line("WARN", "s3", line),
    signerOf: (accessKey) => {
      const name = functions.callerOf(accessKey);
      return name === null ? null : { name, secret: credentialsOf(name).secret };
    },
    denial: (name, call) => iam.check({ kind: "function", name }, [call]),
  });
  const outbox = createOutbox(storage);
  const scheduler = createScheduler({
    deliver: createTargets(sqs, functions, iam, log),
    log,
    storage,
    clock: options.clock,
  });
  const deployment = createDeployment({
    dynamoDb,
    s3,
    sqs,
    functions,
    stepFunctions: () => stepFunctions,
    scheduler,
    iam,
    rig,
    log,
    storage,
  });
  const stepFunctions = createStepFunctions({
    storage,
    sendMessage: async (queueUrl, body, arn) => {
      const denied = iam.check({ kind: "machine", arn }, [sending(queueUrl)]);
      if (denied) throw denied;
      return sqs.send(queueUrl, body);
    },
    invoke: async (target, payload, arn) => {
      const denied = iam.check({ kind: "machine", arn }, [invoking(target)]);
      if (denied) throw denied;
      return functions.invoke(target, payload);
    },
    onStatusChange: (detail) =>
      deployment.putEvent({ source: "aws.states", detailType: "Step Functions Execution Status Change", detail }),
  });

  const gateway = createGateway({
    services: {
      apigateway: (request) =>
        deployment.restApi()?.control(request) ?? Promise.reject(new Error("No REST API is deployed.")),
      dynamodb: dynamoDb,
      events: createEvents((event) => deployment.putEvent(event)),
      lambda: createLambda(functions, log),
      scheduler: scheduler.service,
      secretsmanager: createSecretsManager(options.secrets),
      ses: createSes(outbox, storage.written),
      sqs: sqs.service,
      states: stepFunctions,
      sts: createSts(iam.sessionOf),
    },
    s3,
    outbox,
    callerOf: functions.callerOf,
    iam,
    machineOf: (token) => stepFunctions.machineOf(token),
    guard: options.guard,
    rig,
    log,
    storage,
  });
  aws.serve(gateway.handle);

  const deploy = async (directory: string): Promise<readonly string[]> => {
    const assembly = readAssembly(directory, awsUrl);
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
    awsUrl,
    deploy,
    setFaults: (faults) => rig.set(readFaults(faults)),
    faults: rig.report,
    permissions: iam.permissions,
    ages: () => Object.fromEntries(sqs.queues().map((queue) => [queue.name, queue.age()])),
    stop,
  };
}
