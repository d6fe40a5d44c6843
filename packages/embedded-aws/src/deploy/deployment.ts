import { createRestApi } from "../api-gateway/index.ts";
import type { Assembly } from "../assembly/index.ts";
import { explaining, planDeployment } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { startEventSourceMapping } from "../lambda/event-source.ts";
import type { EventSourceMapping } from "../lambda/event-source.ts";
import type { FaultRig } from "../faults/rig.ts";
import { invoking, sending } from "../iam/calls.ts";
import type { Iam } from "../iam/index.ts";
import type { Functions } from "../lambda/functions.ts";
import type { Log } from "../log.ts";
import { startRules } from "../events/rules.ts";
import type { BusEvent, Destination, Rules } from "../events/rules.ts";
import type { Scheduler } from "../scheduler/index.ts";
import type { DynamoDb } from "../dynamodb/index.ts";
import type { S3 } from "../s3/index.ts";
import type { Sqs } from "../sqs/sqs.ts";
import type { Storage } from "../storage/storage.ts";
import type { StepFunctions } from "../step-functions/index.ts";
import type { InvokeResult, RestApiServer } from "../types.ts";

/** What deployments change. */
export interface Services {
  readonly dynamoDb: DynamoDb;
  readonly s3: S3;
  readonly sqs: Sqs;
  readonly functions: Functions;
  readonly stepFunctions: () => StepFunctions;
  readonly scheduler: Scheduler;
  readonly iam: Iam;
  readonly rig: FaultRig;
  readonly log: Log;
  /** Where the next times of event rules outlive the run. */
  readonly storage: Storage;
}

/** What is deployed now. */
export interface Deployment {
  /**
   * Applies an assembly as a change to what is deployed. Returns what changed, by name. Throws in one line, with
   * nothing changed, for one that the local AWS does not serve.
   */
  readonly apply: (assembly: Assembly) => Promise<readonly string[]>;
  readonly restApi: () => RestApiServer | null;
  /** Puts an event on the default bus. */
  readonly putEvent: (event: BusEvent) => void;
  readonly stop: () => void;
}

/** Nothing deployed yet. */
export function createDeployment(services: Services): Deployment {
  const { dynamoDb, s3, sqs, functions, stepFunctions, scheduler, iam, rig, log, storage } = services;
  let applied: Plan | null = null;
  let restApi: RestApiServer | null = null;
  let rules: Rules | null = null;
  const mappings = new Map<string, EventSourceMapping>();

  async function apply(assembly: Assembly): Promise<readonly string[]> {
    const plan = planDeployment(assembly);
    const changed: string[] = [];
    // Made first of all, since it may refuse the template, and taken into service last.
    let nextApi = restApi;
    if (differs(apiResources(plan), applied ? apiResources(applied) : [])) {
      nextApi = apiResources(plan).length > 0 ? createRestApi(plan.resources, invokeFor) : null;
      changed.push("REST API");
    }
    iam.deploy(plan.resources);
    for (const table of plan.tables) explaining(table, () => dynamoDb.deploy(table));
    for (const bucket of plan.buckets) s3.deploy(bucket);
    for (const queue of plan.queues) sqs.deploy(queue);
    changed.push(...applyFunctions(plan), ...applyStateMachines(plan), ...applyMappings(plan));
    if (differs(plan.rules, applied?.rules ?? [])) {
      rules?.stop();
      rules = startRules(plan.rules, deliver, log, storage);
      changed.push("event rules");
    }
    changed.push(...scheduler.deploy(plan.schedules, plan.scheduleGroups));
    restApi = nextApi;
    applied = plan;
    return changed;
  }

  function applyFunctions({ functions: wanted, mappings: feeds }: Plan): readonly string[] {
    const changed = wanted.filter((config) => functions.deploy(config));
    functions.retain(new Set(wanted.map(({ name }) => name)));
    functions.setFed(new Set(feeds.map(({ FunctionName }) => functions.find(FunctionName)?.name ?? "")));
    return changed.map(({ name }) => name);
  }

  function applyStateMachines({ stateMachines }: Plan): readonly string[] {
    const known = new Set(applied?.stateMachines.map((machine) => JSON.stringify(machine)));
    const changed = stateMachines.filter((machine) => !known.has(JSON.stringify(machine)));
    for (const machine of changed) stepFunctions().createStateMachine(machine);
    return changed.map(({ name }) => name);
  }

  /** Starts the mappings that are new or have changed, and stops the ones that are no more. */
  function applyMappings(plan: Plan): readonly string[] {
    const enabled = plan.mappings.filter(({ Enabled }) => Enabled);
    const wanted = new Map(enabled.map((config) => [JSON.stringify(config), config]));
    for (const [key, mapping] of mappings) {
      if (wanted.has(key)) continue;
      mapping.stop();
      mappings.delete(key);
    }
    const started = [...wanted].filter(([key]) => !mappings.has(key));
    return started.flatMap(([key, config]) => {
      const queue = sqs.queue(config.EventSourceArn);
      if (!queue) return [];
      mappings.set(
        key,
        startEventSourceMapping(
          config,
          queue,
          () => functions.acquire(config.FunctionName),
          rig,
          log,
          placesOf(config.FunctionName),
        ),
      );
      return `mapping of ${queue.name}`;
    });
  }

  /** What takes a place of the account's concurrency for a function; null where the account has no limit. */
  function placesOf(name: string): (() => (() => void) | null) | null {
    const { account } = functions;
    if (account === null) return null;
    return () => {
      const config = functions.find(name);
      return config === undefined ? null : account.enter(config);
    };
  }

  /** Invokes a function for a method of the REST API, if the function's policy lets it. */
  async function invokeFor(target: string, event: string, sourceArn: string): Promise<InvokeResult> {
    const denied = iam.check({ kind: "service", name: "apigateway.amazonaws.com", sourceArn }, [invoking(target)]);
    if (denied) throw denied;
    return functions.invoke(target, event);
  }

  async function deliver(target: Destination, input: string): Promise<unknown> {
    const call = target.arn.startsWith("arn:aws:sqs:") ? sending(target.arn) : invoking(target.arn);
    const denied = iam.check({ kind: "service", name: "events.amazonaws.com", sourceArn: target.rule }, [call]);
    if (denied) throw denied;
    if (target.arn.startsWith("arn:aws:sqs:")) return sqs.send(target.arn, input, target.messageGroupId);
    return functions.invoke(target.arn, input);
  }

  return {
    apply,
    restApi: () => restApi,
    putEvent: (event) => rules?.put(event),
    stop: () => {
      rules?.stop();
      for (const mapping of mappings.values()) mapping.stop();
    },
  };
}

function apiResources({ resources }: Plan): Plan["resources"] {
  return resources.filter(({ type }) => type.startsWith("AWS::ApiGateway::"));
}

function differs(wanted: unknown, present: unknown): boolean {
  return JSON.stringify(wanted) !== JSON.stringify(present);
}
