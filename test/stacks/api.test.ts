import { describe, expect, test } from "vitest";
import * as z from "zod";
import { API_FUNCTIONS } from "../../lib/api-functions.ts";
import { gatewayProblems } from "../../lib/constructs/gateway-problems.ts";
import { ROUTES } from "../../src/core/http/routes.ts";
import { STAGES } from "./stages.ts";
import { type Rendered, type Stage, rightsOf, synthesizeStage } from "./support.ts";

const dev = await synthesizeStage(STAGES, "dev");
const local = await synthesizeStage(STAGES, "local");
const prod = await synthesizeStage(STAGES, "prod");

/** Every method: `GET /tasks/{task_id}` -> its resource. */
function methodsOf(stage: Stage): Map<string, Rendered> {
  const paths = new Map(stage.all("AWS::ApiGateway::Resource").map((resource) => [resource.id, resource.Properties]));
  const pathOf = (id: unknown): string => {
    const properties = paths.get(String(id));
    return properties === undefined ? "" : `${pathOf(properties["ParentId"])}/${String(properties["PathPart"])}`;
  };
  return new Map(
    stage
      .all("AWS::ApiGateway::Method")
      .map((method) => [
        `${String(method.Properties["HttpMethod"])} ${pathOf(method.Properties["ResourceId"]) || "/"}`,
        method,
      ]),
  );
}

const methods = methodsOf(dev);
const lambdaOf = (right: string) => dev.one("AWS::Lambda::Function", "FunctionName", `celeriac-dev-api-${right}`).id;
const uriOf = (right: string) =>
  `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/${lambdaOf(right)}.Arn/invocations`;

describe("the routes", () => {
  test.each(ROUTES.map((route) => [route.method, route.path, route.function] as const))(
    "%s %s goes to %s, whole",
    (method, path, right) => {
      expect(methods.get(`${method} ${path}`)?.Properties["Integration"]).toMatchObject({
        Type: "AWS_PROXY",
        IntegrationHttpMethod: "POST",
        Uri: uriOf(right),
      });
    },
  );

  test("leave every other method and path to read, which answers 404 or 405", () => {
    const paths = [...new Set([...methods.keys()].map((key) => key.slice(key.indexOf(" ") + 1)))];
    expect(paths).toEqual(expect.arrayContaining(["/", "/{proxy+}", ...ROUTES.map((route) => route.path)]));
    for (const path of paths) {
      expect(methods.get(`ANY ${path}`)?.Properties["Integration"]).toMatchObject({
        Type: "AWS_PROXY",
        Uri: uriOf("read"),
      });
    }
  });

  test("need a signature, but in the local run", () => {
    expect(new Set(dev.values("AWS::ApiGateway::Method", "AuthorizationType"))).toEqual(new Set(["AWS_IAM"]));
    expect(new Set(local.values("AWS::ApiGateway::Method", "AuthorizationType"))).toEqual(new Set(["NONE"]));
  });

  test("may each be called by this API alone", () => {
    const api = dev.one("AWS::ApiGateway::RestApi", "Name", "celeriac-dev");
    expect(new Set(dev.values("AWS::Lambda::Permission", "FunctionName"))).toEqual(
      new Set(API_FUNCTIONS.map((right) => `${lambdaOf(right)}.Arn`)),
    );
    for (const { Properties } of dev.all("AWS::Lambda::Permission")) {
      expect(Properties).toMatchObject({
        Principal: "apigateway.amazonaws.com",
        SourceArn: `arn:aws:execute-api:REGION:ACCOUNT:${api.id}/*/*/*`,
      });
    }
  });
});

const reserved = (values: readonly unknown[]) => values.filter((value) => value !== undefined).length;

describe("the API", () => {
  test("is regional and takes any body as it is", () => {
    expect(dev.one("AWS::ApiGateway::RestApi", "Name", "celeriac-dev").Properties).toMatchObject({
      BinaryMediaTypes: ["*/*"],
      EndpointConfiguration: { Types: ["REGIONAL"] },
    });
  });

  test("is throttled, logs each request, and has the contract's version in its path", () => {
    const stage = dev.one("AWS::ApiGateway::Stage", "StageName", "v1").Properties;
    expect(stage["MethodSettings"]).toEqual([
      expect.objectContaining({
        HttpMethod: "*",
        ResourcePath: "/*",
        ThrottlingRateLimit: 500,
        ThrottlingBurstLimit: 1_000,
      }),
    ]);
    const log = z.object({ DestinationArn: z.string(), Format: z.string() }).parse(stage["AccessLogSetting"]);
    expect(log.DestinationArn).toBe(
      `${dev.one("AWS::Logs::LogGroup", "LogGroupName", "/aws/apigateway/celeriac-dev").id}.Arn`,
    );
    expect(Object.keys(JSON.parse(log.Format))).toEqual(
      expect.arrayContaining(["request", "caller", "route", "status"]),
    );
  });

  test("the API says where it is", () => {
    expect(dev.stacks["api"]?.outputs).toHaveProperty("ApiUrl");
  });

  test("gives the account a role for its logs, which stays, where the stage does not say that there is one", () => {
    const [account] = dev.all("AWS::ApiGateway::Account");
    expect(account?.DeletionPolicy).toBe("Retain");
    expect(dev.one("AWS::ApiGateway::Stage", "StageName", "v1").DependsOn).toContain(account?.id);
    expect(local.all("AWS::ApiGateway::Account")).toEqual([]);
  });

  test("keeps some concurrency for those who wait, in production, and bounds them by it", () => {
    const wait = prod.one("AWS::Lambda::Function", "FunctionName", "celeriac-prod-api-wait");
    expect(wait.Properties["ReservedConcurrentExecutions"]).toBe(50);
    expect(reserved(prod.values("AWS::Lambda::Function", "ReservedConcurrentExecutions"))).toBe(1);
    expect(reserved(dev.values("AWS::Lambda::Function", "ReservedConcurrentExecutions"))).toBe(0);
  });

  test("has no function that serves no route", () => {
    const deployed = dev.values("AWS::Lambda::Function", "FunctionName").map(String);
    const serving = ROUTES.map((route) => `celeriac-dev-api-${route.function}`);
    expect(new Set(deployed.filter((name) => name.startsWith("celeriac-dev-api-")))).toEqual(new Set(serving));
  });
});

describe("what the gateway answers itself", () => {
  const responses = dev.all("AWS::ApiGateway::GatewayResponse");

  test("is problem+json for every kind, with the status that the answer has", () => {
    for (const { Properties } of responses) {
      const { StatusCode, ResponseParameters, ResponseTemplates } = z
        .object({
          StatusCode: z.string(),
          ResponseParameters: z.record(z.string(), z.string()),
          ResponseTemplates: z.record(z.string(), z.string()),
        })
        .parse(Properties);
      expect(ResponseParameters).toEqual({ "gatewayresponse.header.content-type": "'application/problem+json'" });
      const body: unknown = JSON.parse(ResponseTemplates["application/json"] ?? "");
      expect(body).toEqual({
        type: "about:blank",
        title: expect.any(String),
        status: Number(StatusCode),
        detail: expect.any(String),
      });
      // Its own words: what API Gateway puts in may name ARNs, or be no JSON.
      expect(ResponseTemplates["application/json"]).not.toContain("$");
    }
  });

  test.each([
    ["DEFAULT_4XX", "400"],
    ["DEFAULT_5XX", "500"],
    ["BAD_REQUEST_BODY", "400"],
    ["UNAUTHORIZED", "401"],
    ["ACCESS_DENIED", "403"],
    ["INVALID_SIGNATURE", "403"],
    ["EXPIRED_TOKEN", "403"],
    ["REQUEST_TOO_LARGE", "413"],
    ["UNSUPPORTED_MEDIA_TYPE", "415"],
    ["THROTTLED", "429"],
    ["QUOTA_EXCEEDED", "429"],
    ["INTEGRATION_TIMEOUT", "504"],
    ["MISSING_AUTHENTICATION_TOKEN", "403"],
  ])("%s is %s", (type, status) => {
    expect(dev.one("AWS::ApiGateway::GatewayResponse", "ResponseType", type).Properties["StatusCode"]).toBe(status);
  });

  test("is 404 for what is no route where nobody signs", () => {
    const unsigned = local.one("AWS::ApiGateway::GatewayResponse", "ResponseType", "MISSING_AUTHENTICATION_TOKEN");
    expect(unsigned.Properties["StatusCode"]).toBe("404");
  });

  test("is given for each type once", () => {
    const types = gatewayProblems("iam").map((problem) => problem.type.responseType);
    expect(new Set(types).size).toBe(types.length);
    expect(responses).toHaveLength(types.length);
  });
});

const table = "arn:aws:dynamodb:REGION:ACCOUNT:table/celeriac-dev";
const bucket = "arn:aws:s3:::celeriac-dev-ACCOUNT-REGION";
const queues = "arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-*";
const machines = "arn:aws:states:REGION:ACCOUNT:stateMachine:celeriac-dev-";
const rights = (name: string) =>
  rightsOf(dev, `celeriac-dev-api-${name}`).filter((right) => !right.startsWith("logs:"));

describe("each right", () => {
  test("wait reads items and results, and nothing else", () => {
    expect(rights("wait")).toEqual([
      `dynamodb:BatchGetItem ${table}`,
      `dynamodb:GetItem ${table}`,
      `s3:GetObject ${bucket}/results/*`,
      `s3:ListBucket ${bucket}`,
    ]);
  });

  test("read reads items, indexes, payloads and how full the queues are", () => {
    expect(rights("read")).toEqual([
      `dynamodb:BatchGetItem ${table}`,
      `dynamodb:GetItem ${table}`,
      ...["dead", "failed", "recent", "root"].map((index) => `dynamodb:Query ${table}/index/${index}`),
      `s3:GetObject ${bucket}/later/*`,
      `s3:GetObject ${bucket}/outputs/*`,
      `s3:GetObject ${bucket}/payloads/*`,
      `s3:GetObject ${bucket}/results/*`,
      `s3:ListBucket ${bucket}`,
      `sqs:GetQueueAttributes ${queues}`,
    ]);
  });

  test("submit reads items, documents and uploads, writes items, payloads and documents, and sends", () => {
    expect(rights("submit")).toEqual([
      `dynamodb:BatchGetItem ${table}`,
      `dynamodb:GetItem ${table}`,
      `dynamodb:PutItem ${table}`,
      `dynamodb:UpdateItem ${table}`,
      "iam:PassRole arn:aws:iam::ACCOUNT:role/celeriac-dev-scheduler-REGION",
      `s3:DeleteObject ${bucket}/uploads/*`,
      `s3:GetObject ${bucket}/documents/*`,
      `s3:GetObject ${bucket}/uploads/*`,
      `s3:ListBucket ${bucket}`,
      `s3:PutObject ${bucket}/documents/*`,
      `s3:PutObject ${bucket}/later/*`,
      `s3:PutObject ${bucket}/payloads/*`,
      `s3:PutObject ${bucket}/uploads/*`,
      "scheduler:CreateSchedule arn:aws:scheduler:REGION:ACCOUNT:schedule/celeriac-dev/*",
      `sqs:SendMessage ${queues}`,
      ...["chain", "chord", "group", "workflow-*"].map((kind) => `states:StartExecution ${machines}${kind}`),
    ]);
  });
});

describe("who may call", () => {
  const withAuth = (auth: unknown): Promise<Stage> => synthesizeStage({ dev: { auth } }, "dev");

  test("is said by one managed policy for each right, with the routes of that right alone", () => {
    const policies = dev.all("AWS::IAM::ManagedPolicy");
    expect(policies.map(({ Properties }) => Properties["ManagedPolicyName"])).toEqual([
      "celeriac-dev-submit-REGION",
      "celeriac-dev-read-REGION",
      "celeriac-dev-operate-REGION",
    ]);
    const operate = JSON.stringify(policies[2]?.Properties["PolicyDocument"]);
    expect(operate).toContain("/POST/queues/*/purge");
    expect(operate).toContain("/DELETE/tasks/*");
    expect(operate).not.toContain('/v1/POST/tasks"');
  });

  test("with tokens is asked of an authorizer that may do nothing, for every method", async () => {
    const stage = await withAuth({ jwt: { issuer: "https://id.example", audience: "celeriac" } });
    expect(new Set(stage.values("AWS::ApiGateway::Method", "AuthorizationType"))).toEqual(new Set(["CUSTOM"]));
    const [authorizer] = stage.all("AWS::ApiGateway::Authorizer");
    expect(authorizer?.Properties).toMatchObject({ Type: "TOKEN", AuthorizerResultTtlInSeconds: 300 });
    const role = stage.one("AWS::Lambda::Function", "FunctionName", "celeriac-dev-api-authorize").Properties["Role"];
    expect(JSON.stringify(role)).toContain("Authorize");
    expect(stage.all("AWS::IAM::ManagedPolicy")).toEqual([]);
  });

  test("with keys is a usage plan's, for every method, and each key has its rights", async () => {
    const stage = await withAuth({
      apiKeys: { keys: { backend: ["submit"], admin: ["all"] }, rate: 5, perDay: 1_000 },
    });
    expect(new Set(stage.values("AWS::ApiGateway::Method", "ApiKeyRequired"))).toEqual(new Set([true]));
    expect(stage.values("AWS::ApiGateway::ApiKey", "Name")).toEqual(["celeriac-dev-backend", "celeriac-dev-admin"]);
    expect(stage.all("AWS::ApiGateway::UsagePlan")[0]?.Properties).toMatchObject({
      Throttle: { RateLimit: 5, BurstLimit: 200 },
      Quota: { Limit: 1_000, Period: "DAY" },
    });
    const variables = JSON.stringify(
      stage.one("AWS::Lambda::Function", "FunctionName", "celeriac-dev-api-read").Properties["Environment"],
    );
    expect(variables).toContain("backend");
    expect(stage.all("AWS::ApiGateway::UsagePlanKey")).toHaveLength(2);
  });
});
