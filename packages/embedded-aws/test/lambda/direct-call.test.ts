import { describe, expect, it } from "vitest";
import type { Guard } from "../../src/gateway/gateway.ts";
import { functionResource, queueResource } from "../support/assembly.ts";
import type { TemplateResource } from "../support/assembly.ts";
import { invoke } from "../support/invoke.ts";
import { startRun } from "../support/run.ts";

/** Calls AWS over the connection of its environment, and answers what came of it. */
const DIRECT = `export const handler = async ({ service, target, body, abort }) => {
  const call = globalThis[Symbol.for("embedded-aws.call")];
  const signal = abort ? AbortSignal.timeout(50) : undefined;
  try {
    const answer = await call(service, target, JSON.stringify(body), signal);
    return { ...answer, body: answer.body.toString() };
  } catch ({ name, code, message }) {
    return { name, code, message };
  }
};`;

/** Asks STS who it is at the socket that its environment names. */
const AT_SOCKET = `import { request } from "node:http";
export const handler = () => new Promise((resolve, reject) => {
  const credential = process.env.AWS_ACCESS_KEY_ID + "/20260101/us-east-1/sts/aws4_request";
  const headers = { authorization: "AWS4-HMAC-SHA256 Credential=" + credential, "content-type": "application/x-www-form-urlencoded" };
  const sent = request({ socketPath: process.env.AWS_ENDPOINT_SOCKET, method: "POST", path: "/", headers }, async (answer) => {
    let text = "";
    for await (const chunk of answer) text += chunk;
    resolve(text);
  });
  sent.on("error", reject).end("Action=GetCallerIdentity");
});`;

const DENIED: TemplateResource = {
  Type: "AWS::IAM::Role",
  Properties: {
    RoleName: "r",
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
    },
    Policies: [
      { PolicyName: "p", PolicyDocument: { Statement: { Effect: "Allow", Action: "logs:*", Resource: "*" } } },
    ],
  },
};

const QUEUE = "http://localhost/000000000000/work";
const SEND = { service: "sqs", target: "AmazonSQS.SendMessage", body: { QueueUrl: QUEUE, MessageBody: "x" } };

async function callDirectly(call: object, guard?: Guard, properties: object = {}) {
  const resources = { F: functionResource("f", { ...properties }), Q: queueResource("work"), R: DENIED };
  const run = await startRun(resources, { f: DIRECT }, { guard });
  const asked = JSON.stringify(call).replace("http://localhost", run.embedded.awsUrl);
  return { run, ...(await invoke(run, "f", asked)) };
}

describe("a call over a function's own connection", () => {
  it("is served as over HTTP, in the name of the function", async () => {
    const seen: (string | null)[] = [];
    const { payload } = await callDirectly(SEND, ({ service, operation, caller }) => {
      if (caller !== null) seen.push(service, operation, caller);
      return null;
    });
    expect(seen).toEqual(["sqs", "SendMessage", "f"]);
    expect(payload).toMatchObject({
      status: 200,
      headers: { "x-amzn-requestid": expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    expect(JSON.parse(String(payload["body"]))).toMatchObject({ MessageId: expect.any(String) });
  });

  it("is denied what the role does not allow", async () => {
    const { payload } = await callDirectly(SEND, undefined, { Role: { "Fn::GetAtt": ["R", "Arn"] } });
    expect(payload).toMatchObject({ status: 403, headers: { "x-amzn-query-error": "AccessDenied;Sender" } });
    expect(payload["body"]).toContain("assumed-role/r/f is not authorized to perform: sqs:SendMessage");
  });

  it("fails like a broken connection where its answer is lost, having taken effect", async () => {
    const lost = new Set(["SendMessage"]);
    const { run, payload } = await callDirectly(SEND, ({ operation }) =>
      lost.delete(operation ?? "") ? "lose-reply" : null,
    );
    expect(payload).toMatchObject({ code: "ECONNRESET", message: "socket hang up" });
    expect(run.embedded.ages()["work"]).toBeGreaterThan(0);
  });

  it("names the service that is not served", async () => {
    const { payload } = await callDirectly({ service: "kinesis", target: "Kinesis_20131202.PutRecord", body: {} });
    expect(payload).toMatchObject({ status: 501, headers: { "x-amzn-errortype": "UnknownService" } });
    expect(payload["body"]).toContain("does not serve kinesis (PutRecord)");
  });

  it("ends with the caller's signal", async () => {
    const waiting = { QueueUrl: QUEUE, WaitTimeSeconds: 20 };
    const call = { service: "sqs", target: "AmazonSQS.ReceiveMessage", body: waiting, abort: true };
    expect((await callDirectly(call)).payload).toMatchObject({ name: "TimeoutError" });
  });
});

describe("the socket that a function is told", () => {
  it("serves the same HTTP, with the same identities", async () => {
    const run = await startRun({ F: functionResource("f") }, { f: AT_SOCKET });
    const { payload } = await invoke(run, "f", "{}");
    expect(JSON.stringify(payload)).toContain("<Arn>arn:aws:sts::000000000000:assumed-role/f/f</Arn>");
  });
});
