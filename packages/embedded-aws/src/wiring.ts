import { join } from "node:path";
import { systemClock } from "./clock.ts";
import { createDeployment } from "./deploy/deployment.ts";
import type { Deployment, Services } from "./deploy/deployment.ts";
import { createEvents } from "./events/api.ts";
import { createQueueFaults } from "./faults/queue.ts";
import { createGateway } from "./gateway/gateway.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { invoking, sending } from "./iam/calls.ts";
import { createLambda } from "./lambda/api.ts";
import { credentialsOf } from "./lambda/config.ts";
import type { Functions } from "./lambda/functions.ts";
import type { EmbeddedAwsOptions } from "./options.ts";
import { createS3 } from "./s3/index.ts";
import type { S3 } from "./s3/index.ts";
import { createScheduler } from "./scheduler/index.ts";
import type { Scheduler } from "./scheduler/index.ts";
import { createTargets } from "./scheduler/targets.ts";
import { createSecretsManager } from "./secrets-manager/secrets-manager.ts";
import { createOutbox } from "./ses/outbox.ts";
import { createSes } from "./ses/ses.ts";
import { createSqs } from "./sqs/sqs.ts";
import type { Sqs } from "./sqs/sqs.ts";
import { createStepFunctions } from "./step-functions/index.ts";
import type { StepFunctions } from "./step-functions/index.ts";
import { createSts } from "./sts/sts.ts";

/** What all services stand on. */
export interface Ground extends Pick<Services, "dynamoDb" | "iam" | "log" | "rig" | "storage"> {
  readonly options: EmbeddedAwsOptions;
  readonly awsUrl: string;
}

/** The services, each of which knows what it calls. */
export interface Wired {
  readonly sqs: Sqs;
  readonly s3: S3;
  readonly scheduler: Scheduler;
  readonly stepFunctions: StepFunctions;
  readonly deployment: Deployment;
  readonly gateway: Gateway;
}

/** Makes the services that call each other, and the gateway before them. */
export function wireServices(ground: Ground, functions: Functions): Wired {
  const { options, awsUrl, log, rig, storage, iam } = ground;
  const sqs = createSqs({
    storage,
    clock: systemClock,
    baseUrl: awsUrl,
    faults: createQueueFaults(rig),
    purgeInterval: options.purgeInterval,
  });
  const s3 = wireS3(ground, functions);
  const deliver = createTargets(sqs, functions, iam, log);
  const scheduler = createScheduler({ deliver, log, storage, clock: options.clock });
  const services: Services = { ...ground, s3, sqs, functions, scheduler, stepFunctions: () => stepFunctions };
  const deployment = createDeployment(services);
  const stepFunctions = wireStepFunctions(services, deployment);
  const gateway = wireGateway(options, services, deployment);
  return { sqs, s3, scheduler, stepFunctions, deployment, gateway };
}

function wireS3({ options, log, storage, iam }: Ground, functions: Functions): S3 {
  return createS3({
    storage,
    directory: options.data === undefined ? undefined : join(options.data, "objects"),
    warn: (line) => log.line("WARN", "s3", line),
    signerOf: (accessKey) => {
      const name = functions.callerOf(accessKey);
      return name === null ? null : { name, secret: credentialsOf(name).secret };
    },
    denial: (name, call) => iam.check({ kind: "function", name }, [call]),
  });
}

function wireStepFunctions({ storage, iam, functions, sqs }: Services, deployment: Deployment): StepFunctions {
  return createStepFunctions({
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
}

function wireGateway(options: EmbeddedAwsOptions, services: Services, deployment: Deployment): Gateway {
  const { dynamoDb, functions, iam, log, rig, s3, scheduler, sqs, storage } = services;
  const stepFunctions = services.stepFunctions();
  const outbox = createOutbox(storage);
  return createGateway({
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
}
