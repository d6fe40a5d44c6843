import { createServer } from "node:http";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { connect, isLocal } from "../../../remote/connect.ts";

/** What the AWS SDK finds; it reads the process's own environment. */
function useAws(variables: Readonly<Record<string, string>> = {}): void {
  const all = {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "eu-west-1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nowhere/config",
    AWS_SHARED_CREDENTIALS_FILE: "/nowhere/credentials",
    AWS_PROFILE: "",
    ...variables,
  };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value === "" ? undefined : value);
}
afterEach(() => vi.unstubAllEnvs());

/** A CloudFormation that knows one stack. @returns its URL */
async function startCloudFormation(stack: string, apiUrl: string): Promise<string> {
  const server = createServer((req, res) => {
    let body = "";
    req.on("data", (chunk: Buffer) => (body += chunk.toString()));
    req.on("end", () => {
      const known = new URLSearchParams(body).get("StackName") === stack;
      const outputs = `<Outputs><member><OutputKey>ApiUrl</OutputKey><OutputValue>${apiUrl}</OutputValue></member></Outputs>`;
      const found = `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${stack}</StackName><CreationTime>2026-11-22T15:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>${outputs}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
      const refused = `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>`;
      res.writeHead(known ? 200 : 400, { "content-type": "text/xml" }).end(known ? found : refused);
    });
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

const API = "https://abc123.execute-api.eu-central-1.amazonaws.com/v1/";

describe("where the API is", () => {
  it("is the local one where nothing is said, and asks for nobody's name", async () => {
    expect(await connect({}, {})).toEqual({ url: "http://localhost:8000", stage: null, identity: { kind: "none" } });
    expect(isLocal("http://localhost:8000")).toBe(true);
    expect(isLocal("http://127.0.0.1:8000/v1")).toBe(true);
    expect(isLocal("http://localhost.example.com")).toBe(false);
    expect((await connect({}, { CELERIAC_URL: "http://127.0.0.1:1/v1/" })).url).toBe("http://127.0.0.1:1/v1");
  });

  it("is told by a stage's stack, and requests to it are signed for its region", async () => {
    useAws({ AWS_ENDPOINT_URL_CLOUDFORMATION: await startCloudFormation("celeriac-prod-api", API) });
    const target = await connect({ stage: "prod" }, {});
    expect(target).toMatchObject({
      url: API.slice(0, -1),
      stage: "prod",
      identity: { kind: "signature", region: "eu-central-1" },
    });
    await expect(connect({ stage: "other" }, {})).rejects.toMatchObject({
      code: "aws",
      message: expect.stringContaining('"other"'),
    });
  });

  it.each(["nowhere", "ftp://a.example", "https://a.example/?key=1", "https://user:word@a.example"])(
    "is not %s",
    async (url) => {
      await expect(connect({ url }, {})).rejects.toMatchObject({ code: "usage" });
    },
  );

  it("is no stage of a name that there cannot be", async () => {
    await expect(connect({ stage: "BAD!" }, {})).rejects.toMatchObject({ code: "usage" });
  });
});

describe("who asks", () => {
  it("is a key or a token where one is given, before what the environment has", async () => {
    const url = "https://api.example.com";
    const both = { CELERIAC_API_KEY: "k", CELERIAC_TOKEN: "t" };
    expect((await connect({ url, token: "mine" }, both)).identity).toEqual({ kind: "token", token: "mine" });
    expect((await connect({ url }, both)).identity).toEqual({ kind: "key", key: "k" });
    expect((await connect({ url: API }, { CELERIAC_TOKEN: "t" })).identity).toEqual({ kind: "token", token: "t" });
    expect((await connect({ url }, { CELERIAC_TOKEN: "" })).identity).toEqual({ kind: "none" });
  });

  it("is the AWS identity for an API of AWS's name, and where that is asked for", async () => {
    useAws();
    expect((await connect({ url: API }, {})).identity).toMatchObject({ kind: "signature", region: "eu-central-1" });
    const named = await connect({ url: "https://api.example.com", sign: true }, { CELERIAC_TOKEN: "t" });
    expect(named.identity).toMatchObject({ kind: "signature", region: "eu-west-1" });
  });

  it("is told to nobody over plain http, but to this machine", async () => {
    await expect(connect({ url: "http://api.example.com", apiKey: "k" }, {})).rejects.toMatchObject({ code: "usage" });
    expect((await connect({ url: "http://localhost:8000", apiKey: "k" }, {})).identity).toEqual({
      kind: "key",
      key: "k",
    });
  });

  it("is nobody where there are no AWS credentials, and what to do is said", async () => {
    useAws({ AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
    await expect(connect({ url: API }, {})).rejects.toThrow(/no AWS credentials: set AWS_PROFILE/);
  });
});
