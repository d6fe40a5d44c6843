import { describe, expect, test } from "vitest";
import { ROUTES } from "../../src/core/http/routes.ts";
import { STAGES } from "./stages.ts";
import { type Stage, synthesizeStage } from "./support.ts";

const ORIGINS = ["https://app.example.com", "https://admin.example.com"];
const CERTIFICATE = "arn:aws:acm:eu-west-1:111122223333:certificate/1234";
const ACL = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/mine/1234";

const withConfig = (more: object) => synthesizeStage({ dev: { ...STAGES.dev, ...more } }, "dev");
const plain = await synthesizeStage(STAGES, "dev");
const responseHeaders = (stage: Stage) =>
  stage.values("AWS::ApiGateway::GatewayResponse", "ResponseParameters").map((value) => Object(value));
const preflights = (stage: Stage) =>
  stage.all("AWS::ApiGateway::Method").filter(({ Properties }) => Properties["HttpMethod"] === "OPTIONS");
const stageArn = (stage: Stage) =>
  `arn:aws:apigateway:REGION::/restapis/${stage.one("AWS::ApiGateway::RestApi", "Name", "celeriac-dev").id}/stages/${stage.one("AWS::ApiGateway::Stage", "StageName", "v1").id}`;

describe("pages of other origins", () => {
  test("are no concern of a stage that names none", () => {
    expect(preflights(plain)).toEqual([]);
    expect(JSON.stringify(responseHeaders(plain))).not.toContain("access-control");
    expect(plain.all("AWS::S3::Bucket")[0]?.Properties).not.toHaveProperty("CorsConfiguration");
  });

  test("have their preflight answered on every path without credentials, and nothing else", async () => {
    const stage = await withConfig({ corsOrigins: ORIGINS });
    const paths = new Set(ROUTES.map((route) => route.path));
    expect(preflights(stage).length).toBeGreaterThan(paths.size);
    expect(new Set(preflights(stage).map(({ Properties }) => Properties["AuthorizationType"]))).toEqual(
      new Set(["NONE"]),
    );
    const others = stage
      .all("AWS::ApiGateway::Method")
      .filter(({ Properties }) => Properties["HttpMethod"] !== "OPTIONS" && Properties["AuthorizationType"] === "NONE");
    expect(others).toEqual([]);
  });

  test("are told to the API's functions and to no others", async () => {
    const stage = await withConfig({ corsOrigins: ORIGINS });
    for (const { Properties } of stage.all("AWS::Lambda::Function")) {
      const told: unknown = Object(Properties["Environment"])["Variables"]["CELERIAC_CORS_ORIGINS"];
      const isApi = String(Properties["FunctionName"]).includes("-api-");
      expect(told).toBe(isApi ? ORIGINS.join(" ") : undefined);
    }
  });

  test("may read what the gateway refuses: by name where there is one, else by the name that asks", async () => {
    const [first] = ORIGINS;
    const header = "gatewayresponse.header.access-control-allow-origin";
    for (const headers of responseHeaders(await withConfig({ corsOrigins: [first] })))
      expect(headers[header]).toBe(`'${first}'`);
    for (const headers of responseHeaders(await withConfig({ corsOrigins: ORIGINS })))
      expect(headers[header]).toBe("method.request.header.Origin");
  });

  test("may upload to the bucket and read from it by presigned URLs", async () => {
    const stage = await withConfig({ corsOrigins: ORIGINS });
    expect(stage.all("AWS::S3::Bucket")[0]?.Properties["CorsConfiguration"]).toEqual({
      CorsRules: [expect.objectContaining({ AllowedOrigins: ORIGINS, AllowedMethods: ["GET", "POST"] })],
    });
  });
});

describe("a name of one's own", () => {
  test("is regional, TLS 1.2 at least, with the contract's version in its path", async () => {
    const stage = await withConfig({ customDomain: { name: "tasks.example.com", certificateArn: CERTIFICATE } });
    const domain = stage.one("AWS::ApiGateway::DomainName", "DomainName", "tasks.example.com");
    expect(domain.Properties).toEqual({
      DomainName: "tasks.example.com",
      RegionalCertificateArn: CERTIFICATE,
      EndpointConfiguration: { Types: ["REGIONAL"] },
      SecurityPolicy: "TLS_1_2",
    });
    expect(stage.all("AWS::ApiGateway::BasePathMapping")[0]?.Properties).toMatchObject({
      DomainName: domain.id,
      BasePath: stage.one("AWS::ApiGateway::Stage", "StageName", "v1").id,
    });
    expect(stage.all("AWS::Route53::RecordSet")).toEqual([]);
    expect(stage.stacks["api"]?.outputs).toHaveProperty("CustomDomainTarget");
  });

  test("is entered in the zone that the stage names", async () => {
    const customDomain = {
      name: "tasks.example.com",
      certificateArn: CERTIFICATE,
      hostedZoneId: "Z0123456789ABCDEFGHIJ",
    };
    const stage = await withConfig({ customDomain });
    expect(stage.all("AWS::Route53::RecordSet")[0]?.Properties).toMatchObject({
      HostedZoneId: "Z0123456789ABCDEFGHIJ",
      Name: "tasks.example.com",
      Type: "A",
    });
  });
});

describe("a web ACL", () => {
  test("stands before the API where the stage names one, and costs nothing where it does not", async () => {
    const stage = await withConfig({ waf: { webAclArn: ACL } });
    const [association] = stage.all("AWS::WAFv2::WebACLAssociation");
    expect(association?.Properties).toEqual({ WebACLArn: ACL, ResourceArn: stageArn(stage) });
    expect(stage.all("AWS::WAFv2::WebACL")).toEqual([]);
    expect(plain.all("AWS::WAFv2::WebACLAssociation")).toEqual([]);
  });

  test("is made with one rule that blocks addresses which ask too often, and keeps no samples of requests", async () => {
    const stage = await withConfig({ waf: { requestsPerAddress: 1_000 } });
    const acl = stage.one("AWS::WAFv2::WebACL", "Name", "celeriac-dev");
    expect(acl.Properties).toMatchObject({
      Scope: "REGIONAL",
      DefaultAction: { Allow: {} },
      Rules: [{ Action: { Block: {} }, Statement: { RateBasedStatement: { AggregateKeyType: "IP", Limit: 1_000 } } }],
    });
    expect(JSON.stringify(acl.Properties)).not.toContain('"SampledRequestsEnabled":true');
    expect(stage.all("AWS::WAFv2::WebACLAssociation")[0]?.Properties["WebACLArn"]).toBe(`${acl.id}.Arn`);
  });
});

describe("the API's share of the account's concurrency", () => {
  test("is kept for each of its functions where the stage says so", async () => {
    const stage = await withConfig({ apiConcurrency: 20, waitConcurrency: 50 });
    const kept = stage
      .all("AWS::Lambda::Function")
      .filter(({ Properties }) => Properties["ReservedConcurrentExecutions"] !== undefined)
      .map(({ Properties }) => [Properties["FunctionName"], Properties["ReservedConcurrentExecutions"]]);
    expect(Object.fromEntries(kept)).toEqual({
      "celeriac-dev-api-operate": 20,
      "celeriac-dev-api-read": 20,
      "celeriac-dev-api-submit": 20,
      "celeriac-dev-api-wait": 50,
    });
  });
});
