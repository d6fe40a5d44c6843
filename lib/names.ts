import { Aws } from "aws-cdk-lib/core";
import { stageLabel } from "../src/core/prefix.ts";

/** The service namespaces whose resources the functions name in their permissions. */
type Service = "dynamodb" | "events" | "kms" | "logs" | "scheduler" | "secretsmanager" | "ses" | "sqs" | "states";

/**
 * The names of a stage's resources. All are fixed, so that no stack needs another's exports: a stack that is exported
 * from cannot change what it exports while the other still imports it.
 */
export interface Names {
  /** `<prefix>-<stage>`, by default `celeriac-<stage>`, which every name begins with, and which is the table's. */
  readonly prefix: string;
  /** What tells the stage from all others of the account in metrics and events. */
  readonly label: string;
  /** With account and region, since bucket names are global. */
  readonly bucket: string;
  readonly bucketArn: string;
  /** The URL of a queue is this and its module's name. */
  readonly queueUrlPrefix: string;
  queue(name: string): string;
  /** The name of a kind of canvas's state machine. */
  machine(kind: string): string;
  /** A state machine's ARN is this and its kind. */
  readonly machineArnPrefix: string;
  /** The ARN of a queue is this and its module's name. */
  readonly queueArnPrefix: string;
  /** The role in whose name Scheduler sends to the queues; with the region, since roles are of the whole account. */
  readonly scheduleRole: string;
  readonly scheduleRoleArn: string;
  /** A Lambda's name by its short one: `task-math`, `api-read`, `canvas`. */
  lambda(name: string): string;
  /** The log group of a Lambda, under the name that Lambda itself would give it. */
  logGroup(name: string): string;
  stack(name: string): string;
  /** The name of a rule of EventBridge: `sweep`, `ended`. */
  rule(name: string): string;
  /** Where S3 writes who read and wrote the bucket. */
  readonly accessLogBucket: string;
  /** The parameter that holds the id of the stage's own key. */
  readonly keyParameter: string;
  /** The ARN of what has `resource` as its name within this account, region and `service`. */
  arn(service: Service, resource: string): string;
  /** The ARN of the bucket's objects under `prefix/`. */
  objects(prefix: string): string;
}

/** The names of the resources of a stage. */
export function namesOf(app: { readonly prefix: string; readonly stage: string }): Names {
  const prefix = `${app.prefix}-${app.stage}`;
  const bucket = `${prefix}-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
  const bucketArn = `arn:${Aws.PARTITION}:s3:::${bucket}`;
  return {
    prefix,
    label: stageLabel(app.prefix, app.stage),
    bucket,
    bucketArn,
    queueUrlPrefix: `https://sqs.${Aws.REGION}.${Aws.URL_SUFFIX}/${Aws.ACCOUNT_ID}/${prefix}-`,
    queue: (name) => `${prefix}-${name}`,
    machine: (kind) => `${prefix}-${kind}`,
    machineArnPrefix: `arn:${Aws.PARTITION}:states:${Aws.REGION}:${Aws.ACCOUNT_ID}:stateMachine:${prefix}-`,
    queueArnPrefix: `arn:${Aws.PARTITION}:sqs:${Aws.REGION}:${Aws.ACCOUNT_ID}:${prefix}-`,
    scheduleRole: `${prefix}-scheduler-${Aws.REGION}`,
    scheduleRoleArn: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${prefix}-scheduler-${Aws.REGION}`,
    lambda: (name) => `${prefix}-${name}`,
    logGroup: (name) => `/aws/lambda/${prefix}-${name}`,
    rule: (name) => `${prefix}-${name}`,
    accessLogBucket: `${bucket}-access`,
    keyParameter: `/${prefix}/kms-key-id`,
    stack: (name) => `${prefix}-${name}`,
    arn: (service, resource) => `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`,
    objects: (objectPrefix) => `${bucketArn}/${objectPrefix}/*`,
  };
}
