import { describe, expect, it } from "vitest";
import { callsOf } from "../../src/iam/calls.ts";
import { decide } from "../../src/iam/evaluate.ts";
import type { Call } from "../../src/iam/evaluate.ts";
import { readPolicy } from "../../src/iam/policy.ts";
import type { AwsRequest } from "../../src/types.ts";

const QUEUE = "arn:aws:sqs:us-east-1:000000000000:work";
const TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/t";
const SEND: Call = { action: "sqs:SendMessage", resource: QUEUE };

function decision(statements: unknown, call: Call): string {
  return decide(readPolicy({ Version: "2012-10-17", Statement: statements }), call).kind;
}

function allow(more: object = {}): object {
  return { Effect: "Allow", Action: "sqs:SendMessage", Resource: QUEUE, ...more };
}

describe("a policy", () => {
  it.each([
    ["names the action", allow(), SEND, "allowed"],
    ["names it in other case", allow({ Action: "SQS:sendmessage" }), SEND, "allowed"],
    ["names a resource in other case", allow({ Resource: QUEUE.replace("work", "Work") }), SEND, "not allowed"],
    ["names another action", allow({ Action: "sqs:DeleteMessage" }), SEND, "not allowed"],
    ["names several", allow({ Action: ["sqs:DeleteMessage", "sqs:SendMessage"] }), SEND, "allowed"],
    ["has a star for actions", allow({ Action: "sqs:Send*" }), SEND, "allowed"],
    ["has a question mark for one character", allow({ Resource: QUEUE.replace("work", "wor?") }), SEND, "allowed"],
    ["has one for no character", allow({ Resource: `${QUEUE}?` }), SEND, "not allowed"],
    ["has a star within a name", allow({ Resource: QUEUE.replace("work", "w*k") }), SEND, "allowed"],
    ["has a star that spans colons", allow({ Resource: "arn:aws:sqs:*" }), SEND, "allowed"],
    ["has a dot, which is no wildcard", allow({ Action: "sqs.SendMessage" }), SEND, "not allowed"],
    [
      "ends where the resource goes on",
      allow({ Resource: TABLE }),
      { ...SEND, resource: `${TABLE}/index/i` },
      "not allowed",
    ],
    ["excepts another action", allow({ Action: undefined, NotAction: "sqs:DeleteMessage" }), SEND, "allowed"],
    ["excepts this action", allow({ Action: undefined, NotAction: "sqs:Send*" }), SEND, "not allowed"],
    ["excepts this resource", allow({ Resource: undefined, NotResource: QUEUE }), SEND, "not allowed"],
    ["denies it after it allowed it", [allow(), { ...allow(), Effect: "Deny" }], SEND, "denied"],
    [
      "denies it before it allows it",
      [{ ...allow({ Action: "*", Resource: "*" }), Effect: "Deny" }, allow()],
      SEND,
      "denied",
    ],
    [
      "denies what comes without TLS",
      [allow(), { ...allow(), Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }],
      SEND,
      "allowed",
    ],
    ["has no statement at all", [], SEND, "not allowed"],
  ])("that %s is decided by IAM's rules", (_what, statements, call, expected) => {
    expect(decision(statements, call)).toBe(expected);
  });

  it.each([
    ["StringEquals", "me@example.org", "me@example.org", "allowed"],
    ["StringEquals", "me@*", "me@example.org", "not allowed"],
    ["StringEquals", "ME@example.org", "me@example.org", "not allowed"],
    ["StringEquals", ["a", "me"], "me", "allowed"],
    ["StringEquals", "me", undefined, "not allowed"],
    ["StringNotEquals", "me", "you", "allowed"],
    ["StringNotEquals", "me", "me", "not allowed"],
    ["StringNotEquals", "me", undefined, "allowed"],
    ["StringLike", "me@*", "me@example.org", "allowed"],
    ["ArnEquals", "arn:aws:events:*:*:rule/x", "arn:aws:events:us-east-1:000000000000:rule/x", "allowed"],
    ["ArnLike", "arn:aws:events:*:*:rule/y", "arn:aws:events:us-east-1:000000000000:rule/x", "not allowed"],
    ["Bool", true, "true", "allowed"],
    ["Bool", "false", undefined, "not allowed"],
  ])("compares by %s with %j: %j is %s", (operator, wanted, value, expected) => {
    const context = value === undefined ? {} : { "my:key": value };
    expect(decision(allow({ Condition: { [operator]: { "My:Key": wanted } } }), { ...SEND, context })).toBe(expected);
  });

  it("is refused where it has what would be passed over", () => {
    expect(() => readPolicy({ Statement: allow({ Condition: { IpAddress: { "aws:SourceIp": "::" } } }) })).toThrow(
      "IpAddress",
    );
    expect(() => readPolicy({ Statement: allow({ Resource: "arn:aws:s3:::b/${aws:username}" }) })).toThrow("variables");
    expect(() => readPolicy({ Statement: allow({ NotPrincipal: "*" }) })).toThrow("NotPrincipal");
  });
});

function request(
  service: string,
  operation: string | null,
  input: AwsRequest["input"],
  more: Partial<AwsRequest> = {},
): AwsRequest {
  const body = Buffer.from(JSON.stringify(input));
  const query = new URLSearchParams();
  return { service, operation, method: "POST", path: "/", query, headers: {}, body, input, caller: "f", ...more };
}

function s3(method: string, path: string, more: Partial<AwsRequest> = {}): AwsRequest {
  return request("s3", null, {}, { method, path, ...more });
}

const MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:chain";
const EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:chain:1";
const QUEUE_URL = "http://localhost:4566/000000000000/work";
const ROLE = "arn:aws:iam::000000000000:role/scheduler";
const SCHEDULE = "arn:aws:scheduler:us-east-1:000000000000:schedule/tasks/a";
const IDENTITY = "arn:aws:ses:us-east-1:000000000000:identity/me@example.org";

describe("a request", () => {
  it.each<[string, AwsRequest, string[]]>([
    ["GetItem", request("dynamodb", "GetItem", { TableName: "t" }), [`dynamodb:GetItem ${TABLE}`]],
    [
      "Query of an index",
      request("dynamodb", "Query", { TableName: "t", IndexName: "i" }),
      [`dynamodb:Query ${TABLE}/index/i`],
    ],
    [
      "BatchGetItem",
      request("dynamodb", "BatchGetItem", { RequestItems: { t: {}, u: {} } }),
      [`dynamodb:BatchGetItem ${TABLE}`, `dynamodb:BatchGetItem ${TABLE.replace(/t$/, "u")}`],
    ],
    ["ListTables", request("dynamodb", "ListTables", {}), ["dynamodb:ListTables *"]],
    ["SendMessage", request("sqs", "SendMessage", { QueueUrl: QUEUE_URL }), [`sqs:SendMessage ${QUEUE}`]],
    ["SendMessageBatch", request("sqs", "SendMessageBatch", { QueueUrl: QUEUE_URL }), [`sqs:SendMessage ${QUEUE}`]],
    ["GetQueueUrl", request("sqs", "GetQueueUrl", { QueueName: "work" }), [`sqs:GetQueueUrl ${QUEUE}`]],
    ["GetObject", s3("GET", "/b/a/%C3%BC"), ["s3:GetObject arn:aws:s3:::b/a/ü"]],
    ["HeadObject", s3("HEAD", "/b/a"), ["s3:GetObject arn:aws:s3:::b/a"]],
    ["PutObject", s3("PUT", "/b/a"), ["s3:PutObject arn:aws:s3:::b/a"]],
    [
      "CopyObject",
      s3("PUT", "/b/a", { headers: { "x-amz-copy-source": "/c/d" } }),
      ["s3:GetObject arn:aws:s3:::c/d", "s3:PutObject arn:aws:s3:::b/a"],
    ],
    ["DeleteObject", s3("DELETE", "/b/a"), ["s3:DeleteObject arn:aws:s3:::b/a"]],
    [
      "AbortMultipartUpload",
      s3("DELETE", "/b/a", { query: new URLSearchParams("uploadId=1") }),
      ["s3:AbortMultipartUpload arn:aws:s3:::b/a"],
    ],
    ["ListObjectsV2", s3("GET", "/b", { query: new URLSearchParams("list-type=2") }), ["s3:ListBucket arn:aws:s3:::b"]],
    ["DeleteObjects, for whose keys S3 asks itself,", s3("POST", "/b", { query: new URLSearchParams("delete") }), []],
    ["ListBuckets", s3("GET", "/"), ["s3:ListAllMyBuckets *"]],
    [
      "StartExecution",
      request("states", "StartExecution", { stateMachineArn: MACHINE }),
      [`states:StartExecution ${MACHINE}`],
    ],
    [
      "StopExecution",
      request("states", "StopExecution", { executionArn: EXECUTION }),
      [`states:StopExecution ${EXECUTION}`],
    ],
    [
      "SendTaskSuccess",
      request("states", "SendTaskSuccess", { taskToken: "waiting" }),
      [`states:SendTaskSuccess ${MACHINE}`],
    ],
    ["SendTaskSuccess with a token that is over", request("states", "SendTaskSuccess", { taskToken: "over" }), []],
    [
      "SendEmail",
      request("ses", null, { FromEmailAddress: "Me <me@example.org>" }, { path: "/v2/email/outbound-emails" }),
      [`ses:SendEmail ${IDENTITY}`],
    ],
    [
      "CreateSchedule",
      request("scheduler", null, { GroupName: "tasks", Target: { RoleArn: ROLE } }, { path: "/schedules/a" }),
      [`scheduler:CreateSchedule ${SCHEDULE}`, `iam:PassRole ${ROLE}`],
    ],
    [
      "DeleteSchedule",
      request(
        "scheduler",
        null,
        {},
        { method: "DELETE", path: "/schedules/a", query: new URLSearchParams("groupName=tasks") },
      ),
      [`scheduler:DeleteSchedule ${SCHEDULE}`],
    ],
    [
      "Invoke",
      request("lambda", null, {}, { path: "/2015-03-31/functions/f/invocations" }),
      ["lambda:InvokeFunction arn:aws:lambda:us-east-1:000000000000:function:f"],
    ],
    [
      "GetSecretValue",
      request("secretsmanager", "GetSecretValue", { SecretId: "shop/key" }),
      ["secretsmanager:GetSecretValue arn:aws:secretsmanager:us-east-1:000000000000:secret:shop/key-local0"],
    ],
    ["GetCallerIdentity", request("sts", "GetCallerIdentity", {}), []],
    ["an operation that is not told apart", request("kms", "Decrypt", {}), ["kms:Decrypt *"]],
  ])("for %s needs its action on its resource", (_what, wanted, expected) => {
    const calls = callsOf(wanted, (token) => (token === "waiting" ? MACHINE : null));
    expect(calls.map(({ action, resource }) => `${action} ${resource}`)).toEqual(expected);
  });
});
