import { describe, expect, it } from "vitest";
import { answer, echo, restApiResources, TestApi } from "./harness.ts";

const ADD = { method: "POST", path: "/add" };
const MEGABYTE = 1024 * 1024;

const PROBLEM = {
  ResponseParameters: {
    "gatewayresponse.header.Content-Type": "'application/problem+json'",
    "gatewayresponse.header.X-Echo": "method.request.querystring.echo",
    "gatewayresponse.header.X-Request": "context.requestId",
  },
  ResponseTemplates: {
    "application/json":
      '{"title":$context.error.messageString,"detail":"$context.error.message","type":"$context.error.responseType",' +
      '"instance":"$context.path","id":"$context.requestId","agent":"$context.identity.userAgent","none":"$context.nope.x"}',
  },
};

describe("what the gateway refuses itself", () => {
  it("is AWS's JSON where the template says nothing", async () => {
    const api = await TestApi.start(restApiResources([ADD]));
    const response = await api.fetch("/nothing");
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ message: "Missing Authentication Token" });
    expect(response.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
    expect((await api.fetch("/add")).status).toBe(403);
  });

  it("is the gateway response of its type, headers and template filled in", async () => {
    const gatewayResponses = [
      { ResponseType: "MISSING_AUTHENTICATION_TOKEN", StatusCode: "404", ...PROBLEM },
      { ResponseType: "DEFAULT_4XX", StatusCode: "418" },
    ];
    const api = await TestApi.start(restApiResources([ADD], { gatewayResponses }));
    const response = await api.fetch('/local/no"where?echo=a%0d%0ab%EA%B0%80', { headers: { "user-agent": 'a"b' } });
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(Buffer.from(response.headers.get("x-echo") ?? "", "latin1").toString()).toBe("ab가");
    const id = response.headers.get("x-amzn-requestid");
    expect(response.headers.get("x-request")).toBe(id);
    expect(await response.json()).toEqual({
      title: "Missing Authentication Token",
      detail: "Missing Authentication Token",
      type: "MISSING_AUTHENTICATION_TOKEN",
      instance: "/local/no%22where",
      id,
      agent: 'a"b',
      none: "",
    });
  });

  it("falls back on DEFAULT_4XX and DEFAULT_5XX, which keep the status unless they set one", async () => {
    const gatewayResponses = [
      { ResponseType: "DEFAULT_4XX", ...PROBLEM },
      { ResponseType: "DEFAULT_5XX", StatusCode: 503, ...PROBLEM },
    ];
    const api = await TestApi.start(restApiResources([ADD], { gatewayResponses }), async () => answer("malformed"));
    const unknown = await api.fetch("/nothing");
    expect(unknown.status).toBe(403);
    expect(await unknown.json()).toMatchObject({ type: "MISSING_AUTHENTICATION_TOKEN" });
    const malformed = await api.fetch("/add", { method: "POST" });
    expect(malformed.status).toBe(503);
    expect(await malformed.json()).toMatchObject({ type: "API_CONFIGURATION_ERROR", title: "Internal server error" });
  });

  it("maps a throttled function through INTEGRATION_FAILURE", async () => {
    const gatewayResponses = [{ ResponseType: "INTEGRATION_FAILURE", StatusCode: "429" }];
    const api = await TestApi.start(restApiResources([ADD], { gatewayResponses }), async () =>
      answer({}, { throttled: true }),
    );
    expect((await api.fetch("/add", { method: "POST" })).status).toBe(429);
  });

  it("throttles each method by the stage's settings, with the gateway response THROTTLED", async () => {
    let at = 0;
    const MethodSettings = [
      { HttpMethod: "*", ResourcePath: "/*", ThrottlingRateLimit: 10, ThrottlingBurstLimit: 2 },
      { HttpMethod: "GET", ResourcePath: "/~1tasks~1{id}", ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 },
    ];
    const methods = [ADD, { method: "GET", path: "/tasks/{id}" }];
    const api = await TestApi.start(restApiResources(methods, { stage: { MethodSettings } }), echo, () => at);
    const statuses = async (path: string, method: string, times: number): Promise<number[]> => {
      const seen: number[] = [];
      for (let time = 0; time < times; time += 1) seen.push((await api.fetch(path, { method })).status);
      return seen;
    };
    expect(await statuses("/add", "POST", 3)).toEqual([200, 200, 429]);
    expect(await statuses("/tasks/1", "GET", 2)).toEqual([200, 429]);
    at = 100;
    expect(await statuses("/add", "POST", 2)).toEqual([200, 429]);
    expect(await (await api.fetch("/tasks/1")).json()).toEqual({ message: "Too Many Requests" });
  });

  it("includes calls without a signature where the method asks for IAM", async () => {
    const api = await TestApi.start(restApiResources([{ ...ADD, authorization: "AWS_IAM" }]));
    const call = async (headers: Record<string, string>, query = ""): Promise<readonly [number, string | null]> => {
      const response = await api.fetch(`/add${query}`, { method: "POST", headers });
      return [response.status, response.headers.get("x-amzn-errortype")];
    };
    const scope = "AKIAEXAMPLE/20261122/us-east-1/execute-api/aws4_request";
    const signed = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=abc`;
    expect(await call({})).toEqual([403, "MissingAuthenticationTokenException"]);
    expect(await call({ authorization: "Bearer x" })).toEqual([403, "IncompleteSignatureException"]);
    expect(await call({ authorization: "AWS4-HMAC-SHA256 Credential=x" })).toEqual([
      403,
      "IncompleteSignatureException",
    ]);
    expect(await call({ authorization: "AWS4-HMAC-SHA256" })).toEqual([403, "IncompleteSignatureException"]);
    expect(await call({}, "?X-Amz-Signature=abc")).toEqual([403, "IncompleteSignatureException"]);
    expect(await call({ authorization: signed })).toEqual([200, null]);
    const parts = {
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": scope,
      "X-Amz-Date": "20261122T000000Z",
    };
    const query = new URLSearchParams({ ...parts, "X-Amz-SignedHeaders": "host", "X-Amz-Signature": "abc" });
    expect(await call({}, `?${query.toString()}`)).toEqual([200, null]);
    expect(api.events.at(-1)).toMatchObject({ requestContext: { identity: { accessKey: "AKIAEXAMPLE" } } });
  });
});

describe("uploads that are too large", () => {
  it("get 413 above 10 MB, announced or not", async () => {
    const api = await TestApi.start(restApiResources([ADD]));
    const announced = await api.fetch("/add", { method: "POST", body: Buffer.alloc(10 * MEGABYTE + 1) });
    expect(announced.status).toBe(413);
    expect(await announced.json()).toEqual({ message: "HTTP content length exceeded 10485760 bytes." });
    const chunks = ReadableStream.from(Array.from({ length: 11 }, () => Buffer.alloc(MEGABYTE, 97)));
    const streamed = await api.fetch("/add", { method: "POST", body: chunks, duplex: "half" });
    expect(streamed.status).toBe(413);
    expect(api.events).toHaveLength(0);
  });

  it("get 413 where the event made of them is over 6 MB", async () => {
    const api = await TestApi.start(restApiResources([ADD], { binaryMediaTypes: ["application/octet-stream"] }));
    const send = async (bytes: number, type: string): Promise<number> => {
      const body = Buffer.alloc(bytes, 97);
      return (await api.fetch("/add", { method: "POST", body, headers: { "content-type": type } })).status;
    };
    expect(await send(5 * MEGABYTE, "application/octet-stream")).toBe(413);
    expect(await send(4 * MEGABYTE, "application/octet-stream")).not.toBe(413);
    expect(await send(6_291_500, "text/plain")).toBe(413);
    // A control character takes six characters in JSON, so a body well under the limit can still be too much.
    expect((await api.fetch("/add", { method: "POST", body: Buffer.alloc(1_100_000) })).status).toBe(413);
  });

  it("deliver the answer to a client that is still sending, then let it use the connection again", async () => {
    const api = await TestApi.start(restApiResources([ADD]));
    const body = "x".repeat(11 * MEGABYTE);
    const refused = `POST /add HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const next = "POST /add HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    const received = await api.raw(refused + next);
    expect(received.match(/HTTP\/1\.1 \d{3}(?= )/gu)).toEqual(["HTTP/1.1 413", "HTTP/1.1 200"]);
  });

  it("deliver the answer before the upload is over, and to one that asked to close", async () => {
    const api = await TestApi.start(restApiResources([ADD]));
    const head = "POST /add HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 20000000\r\n\r\nabc";
    expect(await api.raw(head, "exceeded")).toContain("HTTP/1.1 413");
    const whole = `POST /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 9000000\r\n\r\n${"x".repeat(9_000_000)}`;
    expect(await api.raw(whole)).toContain("Missing Authentication Token");
  });
});

describe("what no client should send", () => {
  it.each([
    ["a null byte in the path", "GET /add%00/x HTTP/1.1\r\nHost: h"],
    ["bad percent-encoding", "GET /%zz%?%=%e0%a4&a=%ff HTTP/1.1\r\nHost: h"],
    ["no host", "GET /x HTTP/1.0"],
    ["the whole URL", "GET http://example.com/x?y=1 HTTP/1.1\r\nHost: h"],
    ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: h"],
    ["a method of WebDAV", "PROPFIND /x HTTP/1.1\r\nHost: h"],
    ["TRACE", "TRACE /x HTTP/1.1\r\nHost: h"],
    ["a method that is none", "FROBNICATE /x HTTP/1.1\r\nHost: h"],
    ["a header of 11 KB", `GET /x HTTP/1.1\r\nHost: h\r\nX-Big: ${"x".repeat(11_000)}`],
    ["a header of 100 KB", `GET /x HTTP/1.1\r\nHost: h\r\nX-Big: ${"x".repeat(100_000)}`],
    ["a hundred repeats", `GET /x HTTP/1.1\r\nHost: h\r\n${"X-A: 1\r\n".repeat(100)}X-B: 2`],
    ["bytes outside ASCII", "GET /\u00e9\u00ff HTTP/1.1\r\nHost: h\r\nX-Caf\u00e9: \u00ff"],
    ["two lengths", "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2"],
    ["a length and chunks", "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked"],
    ["a broken chunk", "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
    ["an upgrade", "GET /x HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket"],
  ])("as %s gets an answer below 500, and the next client is served", async (_name, head) => {
    const api = await TestApi.start(restApiResources([{ method: "ANY", path: "/{proxy+}" }]));
    const connection = /Connection:/u.test(head) ? "" : "\r\nConnection: close";
    const [start_ = "", ...rest] = head.split("\r\n");
    const received = await api.raw(
      Buffer.from(`${[`${start_}${connection}`, ...rest].join("\r\n")}\r\n\r\n`, "latin1"),
      "\r\n\r\n",
    );
    expect(received).toMatch(/^HTTP\/1\.1 [234]\d\d /u);
    expect((await api.fetch("/next")).status).toBe(200);
  });

  it("as a request line and headers over 10,240 bytes gets 431 through the gateway responses", async () => {
    const gatewayResponses = [{ ResponseType: "DEFAULT_4XX", ...PROBLEM }];
    const api = await TestApi.start(restApiResources([ADD], { gatewayResponses }));
    const response = await api.fetch("/add", { method: "POST", headers: { "x-big": "x".repeat(10_300) } });
    expect(response.status).toBe(431);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });
});
