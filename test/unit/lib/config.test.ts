import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../lib/config.ts";

const load = (stages: unknown, options: { stage?: string; variable?: string } = {}) =>
  loadConfig(
    { stages, ...(options.stage !== undefined && { stage: options.stage }) },
    options.variable === undefined ? {} : { CELERIAC_STAGE: options.variable },
  );

describe("the configuration of a stage", () => {
  test("is dev's with every default where nothing is said", () => {
    expect(load({ dev: {} })).toEqual({
      stage: "dev",
      prefix: "celeriac",
      emulator: null,
      resources: "destroy",
      auth: { kind: "iam", principal: "role", operators: [] },
      recordRetentionDays: 7,
      logRetentionDays: 30,
      modulesOff: [],
      modules: {},
      retiredModules: [],
      vpcs: {},
      waitConcurrency: null,
      apiConcurrency: null,
      corsOrigins: [],
      customDomain: null,
      waf: null,
      kmsKey: false,
      maxQueueAge: null,
      tracing: false,
      completionEvents: false,
      otlp: null,
      canvas: "states",
      apiRate: 500,
      apiBurst: 1_000,
      queueAllowance: 86_400,
      longDelays: "scheduler",
      gatewayLogRole: true,
      emailSender: null,
      alarmEmail: null,
      metrics: "stage",
      failureThreshold: 0.1,
      docs: false,
      celery: null,
      dashboard: true,
      tags: {},
      taskFolders: ["functions/tasks"],
    });
  });

  test("is of the stage that -c stage names, else of CELERIAC_STAGE", () => {
    const stages = { dev: {}, prod: {}, eu: {} };
    expect(load(stages, { variable: "prod" }).stage).toBe("prod");
    expect(load(stages, { stage: "eu", variable: "prod" }).stage).toBe("eu");
  });

  test("may open the API to everyone in the local run alone", () => {
    expect(load({ local: { auth: "none" } }, { stage: "local" }).auth).toEqual({ kind: "none" });
    expect(() => load({ dev: { auth: "none" } })).toThrow(
      /stage "dev": auth "none" would open the API to everyone.*Say "iam"/,
    );
  });

  test("lets tokens in by issuer, audience and scopes", () => {
    const { auth } = load({ dev: { auth: { jwt: { issuer: "https://id.example", audience: "celeriac" } } } });
    expect(auth).toMatchObject({
      kind: "jwt",
      issuer: "https://id.example",
      audience: ["celeriac"],
      scopes: { submit: "celeriac:submit", all: "celeriac:all" },
      tenantClaim: null,
    });
  });

  test.each<[string, unknown, RegExp]>([
    ["of a form that there is not", "basic", /auth: expected "iam", .* or "none"/],
    ["of two forms at once", { iam: {}, apiKeys: { keys: { a: ["read"] } } }, /auth: expected "iam"/],
    ["with an unknown key", { iam: { operator: [] } }, /auth\.iam: Unrecognized key: "operator"/],
    ["with an operator that is no ARN", { iam: { operators: ["admin"] } }, /auth\.iam\.operators\.0: is no ARN/],
    ["of tokens without an issuer", { jwt: { audience: "a" } }, /auth\.jwt\.issuer/],
    [
      "of tokens over plain HTTP",
      { jwt: { issuer: "http://id.example", audience: "a" } },
      /http:\/\/id\.example is not https/,
    ],
    ["of no keys", { apiKeys: { keys: {} } }, /auth\.apiKeys\.keys: names no key/],
    ["of a key with a right that there is not", { apiKeys: { keys: { a: ["write"] } } }, /auth\.apiKeys\.keys\.a\.0/],
  ])("refuses an auth %s", (_name, auth, message) => {
    expect(() => load({ dev: { auth } })).toThrow(message);
  });

  test.each<[string, unknown, RegExp]>([
    [
      "a stage that is not there",
      { prod: {} },
      /there is no stage "dev" in context\.stages: name one of prod, or add it/,
    ],
    ["no stages at all", undefined, /context\.stages is missing/],
    ["an unknown key", { dev: { retention: 3 } }, /stage "dev": .*retention/],
    ["a value of the wrong type", { dev: { recordRetentionDays: "7" } }, /stage "dev": recordRetentionDays: .*number/],
    [
      "a log retention that CloudWatch does not have",
      { dev: { logRetentionDays: 10 } },
      /logRetentionDays: is not one of 1, 3, 5, 7/,
    ],
    ["an unknown option of a module", { dev: { modules: { math: { memori: 512 } } } }, /modules\.math: .*memori/],
    ["a module's memory out of range", { dev: { modules: { math: { memory: 64 } } } }, /modules\.math\.memory: /],
    ["an origin with a path", { dev: { corsOrigins: ["https://a.example.com/"] } }, /corsOrigins\.0: is no origin/],
    ["an origin without TLS", { dev: { corsOrigins: ["http://a.example.com"] } }, /corsOrigins\.0: is no origin/],
    ["every origin", { dev: { corsOrigins: ["*"] } }, /corsOrigins\.0: is no origin/],
    [
      "a domain without its certificate",
      { dev: { customDomain: { name: "tasks.example.com" } } },
      /customDomain\.certificateArn/,
    ],
    [
      "a certificate that is none",
      { dev: { customDomain: { name: "tasks.example.com", certificateArn: "mine" } } },
      /customDomain\.certificateArn: is no ARN such as arn:aws:acm/,
    ],
    ["a key that is none", { dev: { kmsKey: "alias/mine" } }, /kmsKey: is no ARN such as arn:aws:kms:/],
    ["a firewall that is none", { dev: { waf: true } }, /waf: is neither \{"webAclArn"/],
    [
      "a web ACL of CloudFront",
      { dev: { waf: { webAclArn: "arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/b" } } },
      /waf\.webAclArn: is no ARN/,
    ],
    [
      "a queue of Celeriac's own as a retired module",
      { dev: { retiredModules: ["dead"] } },
      /retiredModules\.0: is no module's name/,
    ],
    ["a bound that one crash would pass", { dev: { maxQueueAge: 5 } }, /maxQueueAge: /],
    ["a threshold in percent", { dev: { failureThreshold: 10 } }, /failureThreshold: /],
    ["a collector that is none", { dev: { otlp: "collector:4318" } }, /otlp: /],
    ["an address that is none", { dev: { alarmEmail: "nobody" } }, /alarmEmail: .*email/],
  ])("refuses %s and names it", (_name, stages, message) => {
    expect(() => load(stages)).toThrow(message);
  });

  test("takes a key and a firewall of one's own, or has them made", () => {
    const key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const webAclArn = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/mine/1234";
    expect(load({ dev: { kmsKey: key, waf: { webAclArn } } })).toMatchObject({ kmsKey: key, waf: { webAclArn } });
    const waf = { requestsPerAddress: 1_000 };
    expect(load({ dev: { kmsKey: true, waf } })).toMatchObject({ kmsKey: true, waf });
  });

  test("the configuration of a stage tells all faults at once", () => {
    expect(() => load({ dev: { apiRate: 0, apiBurst: "many" } })).toThrow(/apiRate: .*; apiBurst: /);
  });

  test("refuses a stage's name that would make a Lambda's longer than 64 characters", () => {
    const stage = "production";
    expect(() => load({ [stage]: {} }, { stage })).toThrow(/"production" is no name for a stage/);
    expect(`celeriac-${"s".repeat(9)}-task-${"m".repeat(40)}`.length).toBeLessThanOrEqual(64);
  });
});

describe("the prefix of an app's names", () => {
  const prefixed = (prefix: unknown) => () => loadConfig({ stages: { dev: {} }, prefix }, {});

  test("is celeriac, or what cdk.json says", () => {
    expect(prefixed(undefined)().prefix).toBe("celeriac");
    expect(prefixed("invoices")().prefix).toBe("invoices");
  });

  test.each(["", "a", "Invoices", "1st", "invoices-", "of-seventeen-char", "a_b", 7])("is not %j", (prefix) => {
    expect(prefixed(prefix)).toThrow(/^cdk\.json: context\.prefix .+ .+\.$/);
  });
});
