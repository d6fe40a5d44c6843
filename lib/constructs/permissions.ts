import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Aws } from "aws-cdk-lib/core";
import { eventSource } from "../../src/core/events.ts";
import { CANVAS_KINDS } from "../canvas-kinds.ts";
import type { Names } from "../names.ts";

/** Prefixes of the bucket: what each holds is said in the storage stack. */
type Prefix = "payloads" | "later" | "results" | "documents" | "uploads" | "outputs";

/** The indexes that are asked. */
type TableIndex = "recent" | "root" | "dead" | "open" | "failed";

/** Items of the table itself. */
export function tableItems(names: Names, ...actions: readonly `dynamodb:${string}`[]): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [names.arn("dynamodb", `table/${names.prefix}`)] });
}

/** Queries of some of the table's indexes. The table itself is asked by its key alone. */
export function indexQueries(names: Names, ...indexes: readonly TableIndex[]): PolicyStatement {
  const table = names.arn("dynamodb", `table/${names.prefix}`);
  return new PolicyStatement({
    actions: ["dynamodb:Query"],
    resources: indexes.map((index) => `${table}/index/${index}`),
  });
}

/** Objects under some prefixes of the bucket; presigned URLs carry these rights too. */
export function objects(
  names: Names,
  action: "s3:GetObject" | "s3:PutObject" | "s3:DeleteObject",
  ...prefixes: readonly Prefix[]
): PolicyStatement {
  return new PolicyStatement({ actions: [action], resources: prefixes.map((prefix) => names.objects(prefix)) });
}

/**
 * To be told that an object is missing: a caller that may not list the bucket gets 403 for it, not 404 (GetObject, API
 * reference).
 */
export function noticeMissing(names: Names): PolicyStatement {
  return new PolicyStatement({ actions: ["s3:ListBucket"], resources: [names.bucketArn] });
}

/** Every queue of the stage: links, retries and submissions may go to any module. */
export function allQueues(names: Names, ...actions: readonly `sqs:${string}`[]): PolicyStatement {
  return new PolicyStatement({ actions: [...actions], resources: [names.arn("sqs", names.queue("*"))] });
}

/**
 * What an event source mapping does in its function's name (AWSLambdaSQSQueueExecutionRole), and ending a message's
 * wait early.
 */
export function consumeQueue(names: Names, queue: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
    resources: [names.arn("sqs", names.queue(queue))],
  });
}

/**
 * Answers to the steps of the stage's state machines. The Service Authorization Reference has no resource for these
 * actions, but AWS asks for the token's machine (CDK's grantTaskResponse grants the same).
 */
export function answerSteps(names: Names): PolicyStatement {
  return new PolicyStatement({
    actions: ["states:SendTaskSuccess", "states:SendTaskFailure"],
    resources: [names.arn("states", `stateMachine:${names.prefix}-*`)],
  });
}

/** The machines that run canvases: one of each kind, and one of each named workflow. */
const MACHINES = [...CANVAS_KINDS, "workflow-*"];

/** Starting the machines of canvases. @param machines which. @default all */
export function startMachines(names: Names, machines: readonly string[] = MACHINES): PolicyStatement {
  return new PolicyStatement({
    actions: ["states:StartExecution"],
    resources: machines.map((machine) => names.machineArnPrefix + machine),
  });
}

/** Looking after executions of the machines of canvases and workflows. */
export function tendExecutions(names: Names): PolicyStatement {
  return new PolicyStatement({
    actions: ["states:DescribeExecution", "states:StopExecution"],
    resources: MACHINES.map((kind) => names.arn("states", `execution:${names.machine(kind)}:*`)),
  });
}

/**
 * Mail from one address. Any identity, since it may be verified itself or by its domain, and the sandbox checks
 * recipients' too.
 */
export function sendMail(names: Names, sender: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["ses:SendEmail"],
    resources: [names.arn("ses", "identity/*")],
    conditions: { StringEquals: { "ses:FromAddress": sender } },
  });
}

/** One-time schedules of the stage, in whose name Scheduler may send: nothing else, and for nobody else. */
export function makeSchedules(names: Names): PolicyStatement[] {
  return [
    new PolicyStatement({
      actions: ["scheduler:CreateSchedule"],
      resources: [names.arn("scheduler", `schedule/${names.prefix}/*`)],
    }),
    new PolicyStatement({
      actions: ["iam:PassRole"],
      resources: [names.scheduleRoleArn],
      conditions: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
    }),
  ];
}

/** The function's own log streams; its group is made by the stack. */
export function writeLogs(names: Names, lambda: string): PolicyStatement {
  return new PolicyStatement({
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [names.arn("logs", `log-group:${names.logGroup(lambda)}:*`)],
  });
}

const PSEUDO_PARAMETERS = [
  ["${AWS::Partition}", Aws.PARTITION],
  ["${AWS::Region}", Aws.REGION],
  ["${AWS::AccountId}", Aws.ACCOUNT_ID],
] as const;

/** What a module's file asks for; it cannot know the account that it is deployed to. */
export function ownRight(actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    actions: [...actions],
    resources: resources.map((resource) =>
      PSEUDO_PARAMETERS.reduce((text, [name, value]) => text.replaceAll(name, value), resource),
    ),
  });
}

/** The values of some secrets. Behind a secret's name, its ARN has six characters that only Secrets Manager knows. */
export function readSecrets(names: Names, secrets: readonly string[]): PolicyStatement {
  const resources = secrets.map((secret) =>
    secret.startsWith("arn:") ? secret : names.arn("secretsmanager", `secret:${secret}-??????`),
  );
  return new PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources: [...new Set(resources)] });
}

/**
 * What Lambda does in a function's name to put it into a VPC (AWSLambdaVPCAccessExecutionRole). EC2 takes no narrower
 * resource for describing.
 */
export function useVpc(): PolicyStatement {
  return new PolicyStatement({
    actions: [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:UnassignPrivateIpAddresses",
    ],
    resources: ["*"],
  });
}

/** Traces; X-Ray knows no resources for them, and state machines ask for its sampling rules by themselves. */
export function sendTraces(): PolicyStatement {
  return new PolicyStatement({
    actions: ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    resources: ["*"],
  });
}

/** The stage's own events on the default bus, and nobody else's. */
export function putEvents(names: Names): PolicyStatement {
  return new PolicyStatement({
    actions: ["events:PutEvents"],
    resources: [names.arn("events", "event-bus/default")],
    conditions: { StringEquals: { "events:source": eventSource(names.label) } },
  });
}
