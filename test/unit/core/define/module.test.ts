import { describe, expect, test } from "vitest";
import { type ModuleOptions, defineModule } from "../../../../src/core/define/module.ts";

describe("defineModule", () => {
  test("takes rights, variables, secrets, disk and a VPC", () => {
    const options = {
      permissions: [{ actions: ["s3:GetObject"], resources: ["arn:${AWS::Partition}:s3:::mine/*"] }],
      environment: { REGISTER: "https://example.com" },
      secrets: { API_KEY: "shop/api-key", TOKEN: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:token-a1B2c3" },
      ephemeralStorage: 10_240,
      vpc: "private",
    } satisfies ModuleOptions;
    expect(defineModule(options).options).toMatchObject(options);
  });

  test.each<[string, ModuleOptions, RegExp]>([
    [
      "all actions",
      { permissions: [{ actions: ["*"], resources: ["*"] }] },
      /permissions\.0\.actions\.0: .*without \*/,
    ],
    ["all actions of a service", { permissions: [{ actions: ["s3:*"], resources: ["*"] }] }, /name each, without \*/],
    ["a kind of actions", { permissions: [{ actions: ["s3:Get*"], resources: ["*"] }] }, /name each, without \*/],
    [
      "what is no ARN",
      { permissions: [{ actions: ["s3:GetObject"], resources: ["mine"] }] },
      /resources\.0: is no ARN/,
    ],
    ["a right to nothing", { permissions: [{ actions: ["s3:GetObject"], resources: [] }] }, /resources/],
    ["Lambda's variables", { environment: { AWS_REGION: "eu-west-1" } }, /environment\.AWS_REGION/],
    ["Celeriac's variables", { secrets: { CELERIAC_TABLE: "x" } }, /secrets\.CELERIAC_TABLE/],
    ["options of Node for the supervisor too", { environment: { NODE_OPTIONS: "--inspect" } }, /NODE_OPTIONS/],
    ["a variable twice", { environment: { A: "1" }, secrets: { A: "a" } }, /secrets\.A: is in environment too/],
    ["a disk that Lambda does not have", { ephemeralStorage: 511 }, /ephemeralStorage/],
    [
      "a concurrency that refuses deliveries",
      { reservedConcurrency: 10 },
      /reservedConcurrency: is below maxConcurrency/,
    ],
    ["a subnet that is none", { vpc: { subnetIds: ["vpc-1"], securityGroupIds: ["sg-12345678"] } }, /vpc/],
  ])("refuses %s", (_name, options, message) => {
    expect(() => defineModule(options)).toThrow(message);
  });
});
