import { GetItemCommand, DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { GetQueueAttributesCommand, SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "vitest";
import { credentialsOf } from "../../src/lambda/config.ts";
import { functionResource, mappingResource, queueResource } from "../support/assembly.ts";
import { FakeClock } from "../support/clock.ts";
import type { TemplateResource, TestStack } from "../support/assembly.ts";
import { startRun } from "../support/run.ts";
import type { Run } from "../support/run.ts";

const CODE = { f: "export const handler = async () => ({ statusCode: 200, body: 'ok' });" };
const WORK = "arn:aws:sqs:us-east-1:000000000000:work";
const TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/items";
const MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:m";
const LOGS = { Effect: "Allow", Action: "logs:*", Resource: "*" };

function role(service: string, ...statements: readonly object[]): TemplateResource {
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: `${service}.amazonaws.com` } };
  const Policies = [{ PolicyName: "p", PolicyDocument: { Statement: statements } }];
  return {
    Type: "AWS::IAM::Role",
    Properties: {
      RoleName: service === "lambda" ? "r" : service,
      AssumeRolePolicyDocument: { Statement: [trust] },
      Policies,
    },
  };
}

function may(Action: string | string[], Resource: string | string[], more: object = {}): object {
  return { Effect: "Allow", Action, Resource, ...more };
}

function table(): TemplateResource {
  return {
    Type: "AWS::DynamoDB::Table",
    Properties: {
      TableName: "items",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    },
  };
}

function machine(definition: object): TemplateResource {
  const Properties = {
    StateMachineName: "m",
    RoleArn: { "Fn::GetAtt": ["M", "Arn"] },
    DefinitionString: JSON.stringify(definition),
  };
  return { Type: "AWS::StepFunctions::StateMachine", Properties };
}

const BUCKET = { Type: "AWS::S3::Bucket", Properties: { BucketName: "files" } };
const FUNCTION = functionResource("f", { Role: { "Fn::GetAtt": ["R", "Arn"] } });

/** Starts a function `f` whose role has just these statements, and what it might call. */
function startWith(statements: readonly object[], more: TestStack["Resources"] = {}): Promise<Run> {
  const resources = {
    R: role("lambda", LOGS, ...statements),
    F: FUNCTION,
    Q: queueResource("work"),
    T: table(),
    B: BUCKET,
  };
  return startRun({ ...resources, ...more }, CODE);
}

/** What a client of the function's own is made with. */
function asFunction(run: Run) {
  const { accessKey, secret } = credentialsOf("f");
  const credentials = { accessKeyId: accessKey, secretAccessKey: secret };
  return { endpoint: run.embedded.awsUrl, region: "us-east-1", credentials, maxAttempts: 1, forcePathStyle: true };
}

function denial(action: string, resource: string): string {
  return `User: arn:aws:sts::000000000000:assumed-role/r/f is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}

/** Calls with the function's key as SDKs sign it, as far as the gateway reads the signature. */
function call(run: Run, service: string, method: string, path: string, body: object): Promise<Response> {
  const credential = `Credential=${credentialsOf("f").accessKey}/20260101/us-east-1/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`;
  return fetch(`${run.embedded.awsUrl}${path}`, { method, headers: { authorization }, body: JSON.stringify(body) });
}

describe("a function", () => {
  it("is denied what no statement of its role allows, as each service words it", async () => {
    const run = await startWith([]);
    const options = asFunction(run);
    const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
    await expect(
      new SQSClient({ ...options, useQueueUrlAsEndpoint: false }).send(
        new SendMessageCommand({ QueueUrl, MessageBody: "x" }),
      ),
    ).rejects.toMatchObject({
      name: "AccessDenied",
      message: denial("sqs:SendMessage", WORK),
      $metadata: { httpStatusCode: 403 },
    });
    await expect(
      new DynamoDBClient(options).send(new GetItemCommand({ TableName: "items", Key: { id: { S: "1" } } })),
    ).rejects.toMatchObject({ name: "AccessDeniedException", message: denial("dynamodb:GetItem", TABLE) });
    await expect(
      new SFNClient(options).send(new StartExecutionCommand({ stateMachineArn: MACHINE })),
    ).rejects.toMatchObject({ name: "AccessDeniedException", message: denial("states:StartExecution", MACHINE) });
    await expect(
      new S3Client(options).send(new PutObjectCommand({ Bucket: "files", Key: "a", Body: "x" })),
    ).rejects.toMatchObject({ name: "AccessDenied", message: denial("s3:PutObject", "arn:aws:s3:::files/a") });
    const Content = { Simple: { Subject: { Data: "x" }, Body: { Text: { Data: "x" } } } };
    await expect(
      new SESv2Client(options).send(
        new SendEmailCommand({ FromEmailAddress: "a@b.c", Destination: { ToAddresses: ["d@e.f"] }, Content }),
      ),
    ).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: denial("ses:SendEmail", "arn:aws:ses:us-east-1:000000000000:identity/a@b.c"),
    });
    const scheduled = await call(run, "scheduler", "POST", "/schedules/a", {});
    expect([scheduled.status, scheduled.headers.get("x-amzn-errortype")]).toEqual([403, "AccessDeniedException"]);
  });

  it("has its denials logged with the statement that is missing, each once", async () => {
    const run = await startWith([]);
    const client = new DynamoDBClient(asFunction(run));
    const get = (): Promise<unknown> =>
      client.send(new GetItemCommand({ TableName: "items", Key: { id: { S: "1" } } }));
    await expect(get()).rejects.toThrow("not authorized");
    await expect(get()).rejects.toThrow("not authorized");
    expect(run.log.filter((line) => line.includes("GetItem")).map((line) => line.slice(9))).toEqual([
      `ERROR iam ${denial("dynamodb:GetItem", TABLE)}. Missing statement of r (lib/constructs/permissions.ts): { actions: ["dynamodb:GetItem"], resources: ["${TABLE}"] }`,
    ]);
  });

  it("may do what a statement of its own or of a policy beside it allows, until one denies it", async () => {
    const policy = (...Statement: readonly object[]) => ({
      Type: "AWS::IAM::Policy",
      Properties: { PolicyName: "p", Roles: [{ Ref: "R" }], PolicyDocument: { Statement } },
    });
    const run = await startWith([may("dynamodb:GetItem", TABLE)], { P: policy(may("sqs:Send*", `${WORK}*`)) });
    const sqs = new SQSClient({ ...asFunction(run), useQueueUrlAsEndpoint: false });
    const dynamoDb = new DynamoDBClient(asFunction(run));
    const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    await dynamoDb.send(new GetItemCommand({ TableName: "items", Key: { id: { S: "1" } } }));
    await expect(
      dynamoDb.send(new QueryCommand({ TableName: "items", IndexName: "i", KeyConditionExpression: "id = :a" })),
    ).rejects.toThrow(denial("dynamodb:Query", `${TABLE}/index/i`));
    const queuePolicy = {
      Type: "AWS::SQS::QueuePolicy",
      Properties: {
        Queues: [{ Ref: "Q" }],
        PolicyDocument: { Statement: { Effect: "Deny", Action: "sqs:*", Resource: WORK, Principal: { AWS: "*" } } },
      },
    };
    const resources = {
      R: role("lambda", LOGS, may("sqs:*", WORK)),
      F: FUNCTION,
      Q: queueResource("work"),
      T: table(),
    };
    await run.deploy({ ...resources, B: BUCKET, D: queuePolicy }, CODE);
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }))).rejects.toThrow(
      "with an explicit deny",
    );
  });

  it("is told that an object is missing only if it may list the bucket", async () => {
    const objects = "arn:aws:s3:::files/*";
    const run = await startWith([may("s3:GetObject", objects)]);
    const s3 = new S3Client(asFunction(run));
    const missing = { Bucket: "files", Key: "missing" };
    await expect(s3.send(new GetObjectCommand(missing))).rejects.toMatchObject({
      name: "AccessDenied",
      message: denial("s3:ListBucket", "arn:aws:s3:::files"),
    });
    await expect(s3.send(new HeadObjectCommand(missing))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    const listing = may("s3:ListBucket", "arn:aws:s3:::files");
    await run.deploy({ R: role("lambda", LOGS, may("s3:GetObject", objects), listing), F: FUNCTION, B: BUCKET }, CODE);
    await expect(s3.send(new GetObjectCommand(missing))).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  it("signs URLs and forms that can do what it may do when they are used", async () => {
    const run = await startWith([may("s3:GetObject", "arn:aws:s3:::files/open/*")]);
    const s3 = new S3Client(asFunction(run));
    const get = async (Key: string): Promise<number> => {
      await run.s3.send(new PutObjectCommand({ Bucket: "files", Key, Body: "x" }));
      return (await fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket: "files", Key })))).status;
    };
    expect([await get("open/a"), await get("closed/a")]).toEqual([200, 403]);
    const { url, fields } = await createPresignedPost(s3, { Bucket: "files", Key: "open/b" });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", new Blob(["x"]));
    const posted = await fetch(url, { method: "POST", body: form });
    expect([posted.status, await posted.text()]).toEqual([403, expect.stringContaining("s3:PutObject")]);
  });

  it("makes schedules only with a role that it may pass on to Scheduler", async () => {
    const run = await startWith([may("scheduler:CreateSchedule", "*")]);
    const Target = { Arn: WORK, RoleArn: "arn:aws:iam::000000000000:role/other", Input: "x" };
    const schedule = { ScheduleExpression: "rate(1 days)", FlexibleTimeWindow: { Mode: "OFF" }, Target };
    const create = (): Promise<Response> => call(run, "scheduler", "POST", "/schedules/a", schedule);
    expect(await (await create()).json()).toMatchObject({ Message: denial("iam:PassRole", Target.RoleArn) });
    const Condition = { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } };
    const pass = may("iam:PassRole", Target.RoleArn, { Condition });
    await run.deploy({ R: role("lambda", LOGS, may("scheduler:CreateSchedule", "*"), pass), F: FUNCTION }, CODE);
    expect((await create()).status).toBe(200);
  });

  it("is not fed by a queue that its role may not read: the deployment fails", async () => {
    const mapping = mappingResource("Q", "F");
    await expect(
      startWith([may(["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], WORK)], { E: mapping }),
    ).rejects.toThrow(
      `AWS::Lambda::EventSourceMapping E of stack test: The function execution role does not have permissions to call DeleteMessage on SQS. ${denial("sqs:DeleteMessage", WORK)}.`,
    );
  });

  it("cannot run with a role that Lambda may not take on", async () => {
    await expect(startRun({ R: role("states", LOGS), F: FUNCTION }, CODE)).rejects.toThrow(
      "AWS::Lambda::Function F of stack test: the role states cannot be assumed by lambda.amazonaws.com",
    );
  });
});

describe("others", () => {
  it("than functions may do everything: they are the account's owner", async () => {
    const run = await startWith([]);
    await run.send("work", "x");
    const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
    const { Attributes } = await run.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: "1" });
  });

  it("like state machines call with their own role", async () => {
    const QueueUrl = "http://localhost/000000000000/work";
    const state = {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage",
      Parameters: { QueueUrl, MessageBody: "x" },
      End: true,
    };
    const run = await startWith([], { M: role("states"), S: machine({ StartAt: "A", States: { A: state } }) });
    const sfn = new SFNClient({ ...asFunction(run), credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE }));
    const described = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
    await expect.poll(async () => (await described()).status).toBe("FAILED");
    expect(await described()).toMatchObject({
      error: "SQS.AmazonSQSException",
      cause: expect.stringContaining("assumed-role/states/m is not authorized to perform: sqs:SendMessage"),
    });
  });

  it("like schedules send with a role that trusts their group", async () => {
    const group = "arn:aws:scheduler:us-east-1:000000000000:schedule-group/";
    const schedulerRole = (source: string): TemplateResource => ({
      Type: "AWS::IAM::Role",
      Properties: {
        RoleName: "scheduler",
        AssumeRolePolicyDocument: {
          Statement: {
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Principal: { Service: "scheduler.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": "000000000000", "aws:SourceArn": group + source } },
          },
        },
        Policies: [{ PolicyName: "p", PolicyDocument: { Statement: may("sqs:SendMessage", WORK) } }],
      },
    });
    const daily = {
      Type: "AWS::Scheduler::Schedule",
      Properties: {
        Name: "daily",
        ScheduleExpression: "rate(1 days)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: { Arn: WORK, RoleArn: { "Fn::GetAtt": ["R", "Arn"] }, Input: "x" },
      },
    };
    const clock = new FakeClock();
    const run = await startRun({ Q: queueResource("work"), R: schedulerRole("other"), S: daily }, {}, { clock });
    await clock.advance(2 * 24 * 3600);
    await expect.poll(() => run.log.join("\n")).toContain("must allow AWS EventBridge Scheduler to assume the role");
    await run.deploy({ Q: queueResource("work"), R: schedulerRole("default"), S: daily });
    await clock.advance(2 * 24 * 3600);
    const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
    const attributes = () => run.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    await expect
      .poll(async () => Number((await attributes()).Attributes?.["ApproximateNumberOfMessages"]))
      .toBeGreaterThan(0);
  });

  it("like event rules are let in by the queue's own policy alone", async () => {
    const clock = {
      Type: "AWS::Events::Rule",
      Properties: { Name: "ended", EventPattern: { source: ["aws.states"] }, Targets: [{ Id: "q", Arn: WORK }] },
    };
    const policy = {
      Type: "AWS::SQS::QueuePolicy",
      Properties: {
        Queues: [{ Ref: "Q" }],
        PolicyDocument: {
          Statement: {
            Effect: "Allow",
            Action: "sqs:SendMessage",
            Resource: WORK,
            Principal: { Service: "events.amazonaws.com" },
            Condition: { ArnEquals: { "aws:SourceArn": { "Fn::GetAtt": ["E", "Arn"] } } },
          },
        },
      },
    };
    const pass = { StartAt: "A", States: { A: { Type: "Pass", End: true } } };
    const resources = { Q: queueResource("work"), E: clock, M: role("states"), S: machine(pass) };
    const run = await startRun(resources);
    const sfn = new SFNClient({ ...asFunction(run), credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    await sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE }));
    await expect
      .poll(() => run.log.join("\n"))
      .toContain(
        `User: events.amazonaws.com is not authorized to perform: sqs:SendMessage on resource: ${WORK} because no resource-based policy allows`,
      );
    await run.deploy({ ...resources, P: policy });
    const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
    await sfn.send(new StartExecutionCommand({ stateMachineArn: MACHINE }));
    await expect
      .poll(
        async () =>
          (await run.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }))).Attributes,
      )
      .toMatchObject({ ApproximateNumberOfMessages: "2" });
  });
});

it("the REST API reaches a function only with a permission for itself: else it answers 500", async () => {
  const Uri =
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations";
  const RestApiId = { Ref: "A" };
  const resources: TestStack["Resources"] = {
    R: role("lambda", LOGS),
    F: FUNCTION,
    A: { Type: "AWS::ApiGateway::RestApi", Properties: { Name: "api" } },
    S: { Type: "AWS::ApiGateway::Stage", Properties: { RestApiId, StageName: "v1" } },
    G: {
      Type: "AWS::ApiGateway::Method",
      Properties: {
        RestApiId,
        ResourceId: { "Fn::GetAtt": ["A", "RootResourceId"] },
        HttpMethod: "GET",
        Integration: { Type: "AWS_PROXY", IntegrationHttpMethod: "POST", Uri },
      },
    },
  };
  const permission = (path: string): TemplateResource => ({
    Type: "AWS::Lambda::Permission",
    Properties: {
      FunctionName: { "Fn::GetAtt": ["F", "Arn"] },
      Action: "lambda:InvokeFunction",
      Principal: "apigateway.amazonaws.com",
      SourceArn: { "Fn::Join": ["", ["arn:aws:execute-api:us-east-1:000000000000:", { Ref: "A" }, path]] },
    },
  });
  const run = await startRun({ ...resources, P: permission("/v1/POST/") }, CODE);
  expect((await fetch(run.embedded.apiUrl)).status).toBe(500);
  await run.deploy({ ...resources, P: permission("/*/GET/") }, CODE);
  expect(await (await fetch(run.embedded.apiUrl)).text()).toBe("ok");
});

it("what no call has needed is told apart from what one has", async () => {
  const run = await startWith([may(["sqs:SendMessage", "sqs:PurgeQueue"], [WORK, `${WORK}-two`])]);
  const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
  const sqs = new SQSClient({ ...asFunction(run), useQueueUrlAsEndpoint: false });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
  const unused = run.embedded.permissions().filter(({ used, action }) => !used && action.startsWith("sqs:"));
  expect(unused.map(({ role, action, resource }) => `${role} may ${action} on ${resource}`)).toEqual([
    `r may sqs:SendMessage on ${WORK}-two`,
    `r may sqs:PurgeQueue on ${WORK}`,
    `r may sqs:PurgeQueue on ${WORK}-two`,
  ]);
});
