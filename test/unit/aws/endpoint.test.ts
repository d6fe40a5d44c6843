import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { resolveEndpoint } from "../../../src/aws/clients/endpoint.ts";
import { DYNAMODB } from "../../../src/aws/clients/dynamodb.ts";
import { SFN } from "../../../src/aws/clients/sfn.ts";
import { SQS } from "../../../src/aws/clients/sqs.ts";

const VARIABLES = ["", "_SQS", "_SFN", "_DYNAMODB"].map((suffix) => `AWS_ENDPOINT_URL${suffix}`);
beforeEach(() => {
  for (const name of [...VARIABLES, "AWS_ENDPOINT_SOCKET"]) vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_REGION", "eu-west-1");
});
afterEach(() => vi.unstubAllEnvs());

const sdk = { region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } };
const SERVICES = [
  { service: DYNAMODB, provider: new DynamoDBClient(sdk).config.endpointProvider },
  { service: SQS, provider: new SQSClient(sdk).config.endpointProvider },
  { service: SFN, provider: new SFNClient(sdk).config.endpointProvider },
];
const REGIONS = [
  "us-east-1",
  "eu-west-1",
  "ap-southeast-7",
  "cn-north-1",
  "us-gov-west-1",
  "us-gov-east-1",
  "il-central-1",
];

describe("a service of AWS", () => {
  test.each(SERVICES)("is where the SDK has it: $service.id", async ({ service, provider }) => {
    for (const Region of REGIONS)
      for (const UseFIPS of [false, true])
        for (const UseDualStack of [false, true]) {
          vi.stubEnv("AWS_USE_FIPS_ENDPOINT", String(UseFIPS));
          vi.stubEnv("AWS_USE_DUALSTACK_ENDPOINT", String(UseDualStack));
          const { url, region } = await resolveEndpoint(service, { region: Region });
          expect({ url, region }).toEqual({ url: provider({ Region, UseFIPS, UseDualStack }).url, region: Region });
        }
  });

  test("is reached by TCP though a socket for emulators is named", async () => {
    vi.stubEnv("AWS_ENDPOINT_SOCKET", "/run/aws.sock");
    expect(await resolveEndpoint(SQS, {})).toMatchObject({ socketPath: undefined, region: "eu-west-1" });
  });
});

describe("an emulator", () => {
  test("is where AWS_ENDPOINT_URL says", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", "http://localhost:4566");
    expect((await resolveEndpoint(SQS, {})).url.href).toBe("http://localhost:4566/");
  });

  test("is for one service where that one's own variable says", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", "http://localhost:4566");
    vi.stubEnv("AWS_ENDPOINT_URL_SQS", "http://localhost:9324");
    expect((await resolveEndpoint(SQS, {})).url.port).toBe("9324");
    expect((await resolveEndpoint(DYNAMODB, {})).url.port).toBe("4566");
  });

  test("is reached over the socket that AWS_ENDPOINT_SOCKET names", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", "http://localhost:4566");
    vi.stubEnv("AWS_ENDPOINT_SOCKET", "/run/aws.sock");
    expect((await resolveEndpoint(SQS, {})).socketPath).toBe("/run/aws.sock");
  });
});

test("a region that nothing names is an error that says so", async () => {
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
  await expect(resolveEndpoint(SQS, {})).rejects.toThrow("Region is missing");
});
