import * as z from "zod";
import { ACCOUNT, REGION } from "../resource.ts";
import type { AwsRequest } from "../types.ts";
import { isRecord } from "../values.ts";
import { SECRET_SUFFIX } from "../secrets-manager/secrets-manager.ts";
import type { Call } from "./evaluate.ts";

/**
 * What a request needs to be allowed, by the "Actions, resources, and condition keys" pages of the Service
 * Authorization Reference (https://docs.aws.amazon.com/service-authorization/latest/reference/). What is not told apart
 * here needs its action on `*`.
 * @param machineOf the state machine whose task waits with a token; null where none does
 */
export function callsOf(request: AwsRequest, machineOf: (token: string) => string | null): readonly Call[] {
  switch (request.service) {
    case "dynamodb":
      return dynamoDbCalls(request);
    case "sqs":
      return sqsCalls(request);
    case "s3":
      return s3Calls(request);
    case "states":
      return statesCalls(request, machineOf);
    case "ses":
      return sesCalls(request);
    case "scheduler":
      return schedulerCalls(request);
    case "lambda":
      return lambdaCalls(request);
    case "secretsmanager":
      return secretsCalls(request);
    case "events":
      return eventsCalls(request);
    case "sts":
      // "No permissions are required to perform this operation" (STS, GetCallerIdentity).
      return request.operation === "GetCallerIdentity" ? [] : [unspecific(request)];
    default:
      return [unspecific(request)];
  }
}

/** Sending to a queue, by its URL or ARN. */
export function sending(queue: string): Call {
  return {
    action: "sqs:SendMessage",
    resource: queue.startsWith("arn:") ? queue : arn("sqs", queue.split("/").at(-1) ?? ""),
  };
}

/** Reading an item of the table that a wish for one names. */
export function reading(wish: unknown): Call {
  const table = textOf(isRecord(wish) ? wish["TableName"] : undefined);
  return { action: "dynamodb:GetItem", resource: arn("dynamodb", `table/${table}`) };
}

/** Invoking a function, by its name or ARN. */
export function invoking(target: string): Call {
  return {
    action: "lambda:InvokeFunction",
    resource: target.startsWith("arn:") ? target : arn("lambda", `function:${target}`),
  };
}

function unspecific({ service, operation, method }: AwsRequest): Call {
  return { action: `${service}:${operation ?? method}`, resource: "*" };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** Batches need their own action on each table; a query of an index needs the index, not the table. */
function dynamoDbCalls(request: AwsRequest): Call[] {
  const action = `dynamodb:${request.operation ?? ""}`;
  const { TableName, IndexName, RequestItems } = request.input;
  const tables = isRecord(RequestItems) ? Object.keys(RequestItems) : [textOf(TableName)];
  const index = typeof IndexName === "string" ? `/index/${IndexName}` : "";
  return tables.map((table) => ({
    action,
    resource: table === "" ? "*" : `${table.startsWith("arn:") ? table : arn("dynamodb", `table/${table}`)}${index}`,
  }));
}

/** Batches have no actions of their own: SendMessageBatch is sqs:SendMessage. */
function sqsCalls(request: AwsRequest): Call[] {
  const { Action, QueueUrl, QueueName } = request.input;
  const operation = (request.operation ?? textOf(Action)).replace(/Batch$/, "");
  const name = textOf(QueueUrl).split("/").at(-1) || textOf(QueueName);
  return [{ action: `sqs:${operation}`, resource: name === "" ? "*" : arn("sqs", name) }];
}

const S3_OBJECT_ACTIONS: Readonly<Record<string, string>> = {
  GET: "s3:GetObject",
  HEAD: "s3:GetObject",
  PUT: "s3:PutObject",
  POST: "s3:PutObject",
  DELETE: "s3:DeleteObject",
};

/** HeadObject is s3:GetObject, HeadBucket and the listings are s3:ListBucket; a copy also reads its source. */
function s3Calls({ method, path, query, headers }: AwsRequest): Call[] {
  const [bucket = "", ...rest] = path.slice(1).split("/");
  const key = decodeURIComponent(rest.join("/"));
  if (bucket === "") return [{ action: "s3:ListAllMyBuckets", resource: "*" }];
  if (key === "") {
    if (method === "GET" || method === "HEAD") return [listing(bucket)];
    // S3 asks for the right to each key that a body names, and for that of a form's signer.
    if (method === "POST") return [];
    return [{ action: `s3:${method}Bucket`, resource: `arn:aws:s3:::${bucket}` }];
  }
  const aborts = method === "DELETE" && query.has("uploadId");
  const action = aborts ? "s3:AbortMultipartUpload" : (S3_OBJECT_ACTIONS[method] ?? `s3:${method}`);
  const call = { action, resource: objectArn(bucket, key) };
  const source = headers["x-amz-copy-source"];
  if (source === undefined) return [call];
  const copied = decodeURIComponent(source.replace(/^\//, "").replace(/\?.*$/, ""));
  return [{ action: "s3:GetObject", resource: `arn:aws:s3:::${copied}` }, call];
}

/** What it takes to be told that an object is missing. */
export function listing(bucket: string): Call {
  return { action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}` };
}

/** The ARN of an object. */
export function objectArn(bucket: string, key: string): string {
  return `arn:aws:s3:::${bucket}/${key}`;
}

/**
 * The reference has no resource for the SendTask calls, but AWS asks for the state machine of the token: "is not
 * authorized to perform: states:SendTaskFailure on resource: arn:aws:states:...:stateMachine:..."
 * (NOAA-OWP/hydrovis#837; CDK's grantTaskResponse grants just that).
 */
function statesCalls(request: AwsRequest, machineOf: (token: string) => string | null): Call[] {
  const { stateMachineArn, executionArn, taskToken } = request.input;
  const action = `states:${request.operation ?? ""}`;
  if (typeof taskToken === "string") {
    const machine = machineOf(taskToken);
    // A token that is over is refused as such.
    return machine === null ? [] : [{ action, resource: machine }];
  }
  return [{ action, resource: textOf(executionArn) || textOf(stateMachineArn) || "*" }];
}

/** A mail needs its sender's identity; `ses:FromAddress` is the bare address. */
function sesCalls(request: AwsRequest): Call[] {
  if (request.method !== "POST") return [unspecific(request)];
  const from = textOf(request.input["FromEmailAddress"]);
  const address = /<([^>]+)>\s*$/.exec(from)?.[1] ?? from;
  const action = request.path.endsWith("/outbound-bulk-emails") ? "ses:SendBulkEmail" : "ses:SendEmail";
  return [{ action, resource: arn("ses", `identity/${address}`), context: { "ses:fromaddress": address } }];
}

const SCHEDULE_ACTIONS: Readonly<Record<string, string>> = {
  GET: "GetSchedule",
  POST: "CreateSchedule",
  PUT: "UpdateSchedule",
  DELETE: "DeleteSchedule",
};

const TargetSchema = z.looseObject({ RoleArn: z.string() });

/** The maker of a schedule also hands its role to Scheduler, which takes iam:PassRole. */
function schedulerCalls(request: AwsRequest): Call[] {
  const { method, path, query } = request;
  const [, collection, encoded] = path.split("/");
  const operation = SCHEDULE_ACTIONS[method];
  if (collection !== "schedules" || operation === undefined) return [unspecific(request)];
  if (encoded === undefined) return [{ action: "scheduler:ListSchedules", resource: "*" }];
  const { GroupName, Target } = request.input;
  const group = query.get("groupName") ?? (textOf(GroupName) || "default");
  const resource = arn("scheduler", `schedule/${group}/${decodeURIComponent(encoded)}`);
  const target = TargetSchema.safeParse(Target).data;
  const passed: Call[] =
    target === undefined
      ? []
      : [
          {
            action: "iam:PassRole",
            resource: target.RoleArn,
            context: { "iam:passedtoservice": "scheduler.amazonaws.com" },
          },
        ];
  return [{ action: `scheduler:${operation}`, resource }, ...passed];
}

function lambdaCalls(request: AwsRequest): Call[] {
  const [, , , encoded, invocations] = request.path.split("/");
  if (encoded === undefined || encoded === "") return [{ action: "lambda:ListFunctions", resource: "*" }];
  const call = invoking(decodeURIComponent(encoded));
  return [invocations === undefined ? { ...call, action: "lambda:GetFunction" } : call];
}

const EntriesSchema = z.object({ Entries: z.array(z.looseObject({ Source: z.string().default("") })).default([]) });

/** Events are put on a bus; `events:source` is what each says to be from. */
function eventsCalls(request: AwsRequest): Call[] {
  if (request.operation !== "PutEvents") return [unspecific(request)];
  const { Entries } = EntriesSchema.catch({ Entries: [] }).parse(request.input);
  return Entries.map(({ Source }) => ({
    action: "events:PutEvents",
    resource: arn("events", "event-bus/default"),
    context: { "events:source": Source },
  }));
}

/** A secret is asked for by name or by ARN; policies see its ARN, which ends with six characters more than the name. */
function secretsCalls(request: AwsRequest): Call[] {
  const id = textOf(request.input["SecretId"]);
  const whole = id.startsWith("arn:") ? id : arn("secretsmanager", `secret:${id}`);
  const resource = /-[A-Za-z0-9]{6}$/.test(id) && id.startsWith("arn:") ? whole : `${whole}${SECRET_SUFFIX}`;
  return [{ action: `secretsmanager:${request.operation ?? ""}`, resource: id === "" ? "*" : resource }];
}
