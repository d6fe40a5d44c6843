import { describe, expect, test } from "vitest";
import { STAGES } from "./stages.ts";
import { rightsOf, statementsOf, synthesizeStage } from "./support.ts";

const dev = await synthesizeStage(STAGES, "dev");
const prod = await synthesizeStage(STAGES, "prod");

const queue = (name: string) => dev.one("AWS::SQS::Queue", "QueueName", `celeriac-dev-${name}`);
const lambda = (name: string) => dev.one("AWS::Lambda::Function", "FunctionName", `celeriac-dev-${name}`);
const mapping = (name: string) => dev.one("AWS::Lambda::EventSourceMapping", "EventSourceArn", `${queue(name).id}.Arn`);

describe("each task module", () => {
  // files: 4 x 100 s; math: 30 s, its longest; probe: the default of 300 s.
  test.each([
    ["files", 420],
    ["math", 50],
    ["probe", 320],
  ])(
    "%s has a function with the time for a whole batch and 20 s more, and a queue that hides messages for 30 s beyond",
    (name, timeout) => {
      expect(lambda(`task-${name}`).Properties).toMatchObject({ Timeout: timeout });
      expect(queue(name).Properties).toMatchObject({ VisibilityTimeout: timeout + 30 });
    },
  );

  test.each(["files", "math", "probe"])(
    "%s has a queue that keeps messages for 14 days, and gives them up after 10 deliveries",
    (name) => {
      expect(queue(name).Properties).toMatchObject({
        MessageRetentionPeriod: 14 * 24 * 3600,
        RedrivePolicy: { deadLetterTargetArn: `${queue("dead").id}.Arn`, maxReceiveCount: 10 },
      });
    },
  );

  test("is delivered as its options say, and reports the messages that it could not settle", () => {
    expect(mapping("files").Properties).toMatchObject({
      FunctionName: lambda("task-files").id,
      BatchSize: 4,
      ScalingConfig: { MaximumConcurrency: 7 },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    expect(mapping("math").Properties).toMatchObject({
      FunctionName: lambda("task-math").id,
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 50 },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
  });

  test("runs on Node 24 on arm64 from a bundle of its own, and may feed itself", () => {
    expect(lambda("task-files").Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Handler: "index.handler",
      MemorySize: 2048,
      RecursiveLoop: "Allow",
    });
    const code = dev.all("AWS::Lambda::Function").map((resource) => JSON.stringify(resource.Properties["Code"]));
    expect(new Set(code).size).toBe(code.length);
  });

  test("each task module is told exactly this", () => {
    expect(lambda("task-files").Properties["Environment"]).toEqual({
      Variables: {
        CELERIAC_STAGE: "dev",
        CELERIAC_TABLE: "celeriac-dev",
        CELERIAC_BUCKET: "celeriac-dev-ACCOUNT-REGION",
        CELERIAC_QUEUE_PREFIX: "https://sqs.REGION.amazonaws.com/ACCOUNT/celeriac-dev-",
        CELERIAC_RETENTION_DAYS: "3",
        AWS_MAX_ATTEMPTS: "6",
        CELERIAC_MODULE: "files",
        CELERIAC_TIMEOUT: "420",
        CELERIAC_MACHINE_PREFIX: "arn:aws:states:REGION:ACCOUNT:stateMachine:celeriac-dev-",
        CELERIAC_MEMORY: "2048",
        CELERIAC_METRICS: "stage",
        CELERIAC_EMAIL_SENDER: "tasks@example.com",
        CELERIAC_SCHEDULE_GROUP: "celeriac-dev",
        CELERIAC_SCHEDULE_ROLE: "arn:aws:iam::ACCOUNT:role/celeriac-dev-scheduler-REGION",
        CELERIAC_QUEUE_ARN_PREFIX: "arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-",
      },
    });
  });

  test("may settle messages, send to any queue, and nothing that was not granted", () => {
    expect(rightsOf(dev, "celeriac-dev-task-math")).toEqual([
      "dynamodb:BatchGetItem arn:aws:dynamodb:REGION:ACCOUNT:table/celeriac-dev",
      "dynamodb:GetItem arn:aws:dynamodb:REGION:ACCOUNT:table/celeriac-dev",
      "dynamodb:PutItem arn:aws:dynamodb:REGION:ACCOUNT:table/celeriac-dev",
      "dynamodb:UpdateItem arn:aws:dynamodb:REGION:ACCOUNT:table/celeriac-dev",
      "iam:PassRole arn:aws:iam::ACCOUNT:role/celeriac-dev-scheduler-REGION",
      "logs:CreateLogStream arn:aws:logs:REGION:ACCOUNT:log-group:/aws/lambda/celeriac-dev-task-math:*",
      "logs:PutLogEvents arn:aws:logs:REGION:ACCOUNT:log-group:/aws/lambda/celeriac-dev-task-math:*",
      "s3:GetObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/later/*",
      "s3:GetObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/payloads/*",
      "s3:GetObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/results/*",
      "s3:ListBucket arn:aws:s3:::celeriac-dev-ACCOUNT-REGION",
      "s3:PutObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/later/*",
      "s3:PutObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/payloads/*",
      "s3:PutObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/results/*",
      "scheduler:CreateSchedule arn:aws:scheduler:REGION:ACCOUNT:schedule/celeriac-dev/*",
      "sqs:ChangeMessageVisibility arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-math",
      "sqs:DeleteMessage arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-math",
      "sqs:GetQueueAttributes arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-math",
      "sqs:ReceiveMessage arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-math",
      "sqs:SendMessage arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-*",
      "states:SendTaskFailure arn:aws:states:REGION:ACCOUNT:stateMachine:celeriac-dev-*",
      "states:SendTaskSuccess arn:aws:states:REGION:ACCOUNT:stateMachine:celeriac-dev-*",
      "states:StartExecution arn:aws:states:REGION:ACCOUNT:stateMachine:celeriac-dev-chain",
      "states:StartExecution arn:aws:states:REGION:ACCOUNT:stateMachine:celeriac-dev-chord",
      "states:StartExecution arn:aws:states:REGION:ACCOUNT:stateMachine:celeriac-dev-group",
    ]);
  });

  test("gets with its grants the documents it reads, the outputs it writes, and the mail it sends", () => {
    const usual = new Set(rightsOf(dev, "celeriac-dev-task-math").map((right) => right.replaceAll("math", "files")));
    expect(rightsOf(dev, "celeriac-dev-task-files").filter((right) => !usual.has(right))).toEqual([
      "s3:DeleteObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/documents/*",
      "s3:DeleteObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/uploads/*",
      "s3:GetObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/documents/*",
      "s3:GetObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/outputs/*",
      "s3:GetObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/uploads/*",
      "s3:PutObject arn:aws:s3:::celeriac-dev-ACCOUNT-REGION/outputs/*",
      "ses:SendEmail arn:aws:ses:REGION:ACCOUNT:identity/*",
    ]);
  });

  test("sends mail from the stage's sender alone, and not at all where the stage has none", () => {
    const statements = (stage: typeof dev) => stage.all("AWS::IAM::Role").flatMap(statementsOf);
    const mail = (stage: typeof dev) => statements(stage).filter(({ Action }) => Action.includes("ses:SendEmail"));
    expect(mail(dev)).toEqual([
      expect.objectContaining({ Condition: { StringEquals: { "ses:FromAddress": "tasks@example.com" } } }),
    ]);
    expect(mail(prod)).toEqual([]);
    const told = prod.one("AWS::Lambda::Function", "FunctionName", "celeriac-prod-task-files").Properties[
      "Environment"
    ];
    expect(told).not.toHaveProperty("Variables.CELERIAC_EMAIL_SENDER");
  });

  test("is left out where the stage turns it off, with its queue, function, role and log", () => {
    const resources = prod.stacks["tasks"]?.resources ?? [];
    expect(resources.some((resource) => JSON.stringify(resource.Properties).includes("files"))).toBe(true);
    expect(resources.some((resource) => JSON.stringify(resource.Properties).includes("probe"))).toBe(false);
  });
});

describe("dead letters", () => {
  test("of all queues go to one queue, which has none itself", () => {
    const targets = dev.all("AWS::SQS::Queue").map((resource) => resource.Properties["RedrivePolicy"]);
    const arn = "arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-dead";
    expect(queue("canvas").Properties["RedrivePolicy"]).toEqual({ deadLetterTargetArn: arn, maxReceiveCount: 10 });
    expect(targets.filter((target) => target === undefined)).toHaveLength(1);
    expect(queue("dead").Properties["RedrivePolicy"]).toBeUndefined();
  });

  test("are taken by the canvas function, each for itself, and hidden for as long as it may take", () => {
    expect(
      dev.one("AWS::Lambda::EventSourceMapping", "EventSourceArn", "arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-dead")
        .Properties,
    ).toMatchObject({
      FunctionName: lambda("canvas").id,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    expect(queue("dead").Properties["VisibilityTimeout"]).toBe(Number(lambda("canvas").Properties["Timeout"]) + 30);
    expect(queue("dead").Properties["MessageRetentionPeriod"]).toBe(14 * 24 * 3600);
  });
});

describe("the canvas function", () => {
  test("takes the canvas queue, a message hidden for longer than it may take", () => {
    expect(mapping("canvas").Properties).toMatchObject({
      FunctionName: lambda("canvas").id,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    expect(queue("canvas").Properties["VisibilityTimeout"]).toBe(Number(lambda("canvas").Properties["Timeout"]) + 30);
    expect(lambda("canvas").Properties["RecursiveLoop"]).toBe("Allow");
  });

  test("is told to sweep every ten minutes and of executions that ended badly, by rules that alone may send to its queue from outside", () => {
    const rule = dev.one("AWS::Events::Rule", "Name", "celeriac-dev-sweep");
    const ended = dev.one("AWS::Events::Rule", "Name", "celeriac-dev-ended");
    const sample = dev.one("AWS::Events::Rule", "Name", "celeriac-dev-sample");
    expect(ended.Properties).toMatchObject({
      EventPattern: { source: ["aws.states"], detail: { status: ["FAILED", "TIMED_OUT", "ABORTED"] } },
      Targets: [{ Arn: `${queue("canvas").id}.Arn` }],
    });
    expect(rule.Properties).toMatchObject({
      ScheduleExpression: "rate(10 minutes)",
      Targets: [{ Arn: `${queue("canvas").id}.Arn`, Input: '{"op":"sweep"}' }],
    });
    const policy = dev
      .all("AWS::SQS::QueuePolicy")
      .find(({ Properties }) => JSON.stringify(Properties["Queues"]).includes(queue("canvas").id));
    const allowed =
      policy === undefined ? [] : statementsOf(policy).filter((statement) => statement.Effect === "Allow");
    expect(allowed).toEqual([
      expect.objectContaining({
        Action: ["sqs:SendMessage"],
        Principal: { Service: "events.amazonaws.com" },
        Condition: { ArnEquals: { "aws:SourceArn": [rule, sample, ended].map(({ id }) => `${id}.Arn`) } },
      }),
    ]);
  });
});
