import { describe, expect, it } from "vitest";
import type { Invoke } from "../../src/types.ts";
import { answer, restApiResources, TestApi } from "./harness.ts";

const ADD = { method: "POST", path: "/add" };
const GET_TASK = { method: "GET", path: "/tasks/{task_id}" };

describe("the proxy event", () => {
  it("has every field of payload format 1.0", async () => {
    const api = await TestApi.start(restApiResources([GET_TASK], { stage: { Variables: { colour: "green" } } }));
    await api.fetch("/local/tasks/a%2Bb+c?x=1&x=%20two&y", { headers: { "X-One": "1", "user-agent": "test/1" } });
    expect(api.functions).toEqual(["arn:aws:lambda:us-east-1:000000000000:function:echo"]);
    expect(api.events[0]).toMatchObject({
      resource: "/tasks/{task_id}",
      path: "/tasks/a%2Bb+c",
      httpMethod: "GET",
      queryStringParameters: { x: " two", y: "" },
      multiValueQueryStringParameters: { x: ["1", " two"], y: [""] },
      pathParameters: { task_id: "a%2Bb+c" },
      stageVariables: { colour: "green" },
      body: null,
      isBase64Encoded: false,
      requestContext: {
        resourcePath: "/tasks/{task_id}",
        httpMethod: "GET",
        path: "/local/tasks/a%2Bb+c",
        protocol: "HTTP/1.1",
        stage: "local",
        apiId: "api1",
        deploymentId: "dep1",
        accountId: "000000000000",
        requestId: expect.stringMatching(/^[\da-f-]{36}$/u),
        extendedRequestId: expect.any(String),
        requestTimeEpoch: expect.any(Number),
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/u),
        domainName: `127.0.0.1:${api.port}`,
        identity: { sourceIp: "127.0.0.1", userAgent: "test/1", accessKey: null },
      },
    });
  });

  it("are served without the stage in the path too, as at a domain name without a base path", async () => {
    const api = await TestApi.start(restApiResources([GET_TASK]));
    for (const path of ["/tasks/1", "/local/tasks/1"]) await api.fetch(path);
    expect(api.events).toMatchObject([
      { path: "/tasks/1", requestContext: { path: "/tasks/1" } },
      { path: "/tasks/1", requestContext: { path: "/local/tasks/1" } },
    ]);
  });

  it("has nulls, not empty objects, where there is nothing", async () => {
    const api = await TestApi.start(restApiResources([ADD]));
    await api.fetch("/add", { method: "POST" });
    expect(api.events[0]).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
    });
  });

  it("keeps a header's spelling and repeats, and drops those of the connection", async () => {
    const api = await TestApi.start(restApiResources([ADD]));
    await api.raw(
      "POST /add HTTP/1.1\r\nHost: h\r\ntEsT-HEADeR: 1\r\ntest-header: 2\r\nX-Forwarded-For: 1.2.3.4\r\n" +
        "Connection: close\r\nTE: trailers\r\nContent-Length: 2\r\n\r\n{}",
    );
    expect(api.events[0]).toMatchObject({
      headers: { Host: "h", "tEsT-HEADeR": "2", "X-Forwarded-For": "1.2.3.4, 127.0.0.1", "X-Forwarded-Proto": "http" },
      multiValueHeaders: { "tEsT-HEADeR": ["1", "2"], "X-Forwarded-For": ["1.2.3.4, 127.0.0.1"] },
    });
    const names = Object.keys(Object(api.events[0]?.["headers"])).map((name) => name.toLowerCase());
    expect(names).not.toEqual(expect.arrayContaining(["connection"]));
    expect(names).not.toEqual(expect.arrayContaining(["content-length"]));
    expect(names).toContain("x-amzn-trace-id");
  });

  it.each([
    [["application/pdf"], "application/PDF; x=y", true],
    [["image/*"], "image/png", true],
    [["image/*"], "text/plain", false],
    [["*/*"], "text/plain", true],
    [[], "application/octet-stream", false],
  ])("with binary types %j sends a body of type %s in base64: %s", async (binaryMediaTypes, type, expected) => {
    const api = await TestApi.start(restApiResources([ADD], { binaryMediaTypes }));
    await api.fetch("/add", { method: "POST", body: "héllo", headers: { "content-type": type } });
    const body = expected ? Buffer.from("héllo").toString("base64") : "héllo";
    expect(api.events[0]).toMatchObject({ body, isBase64Encoded: expected });
  });

  it("the proxy event takes a body in chunks", async () => {
    const api = await TestApi.start(restApiResources([ADD]));
    const body = ReadableStream.from([Buffer.from("ab"), Buffer.from("cd")]);
    await api.fetch("/add", { method: "POST", body, duplex: "half" });
    expect(api.events[0]).toMatchObject({ body: "abcd" });
  });

  it("hands a parameter called __proto__ on like any other", async () => {
    const api = await TestApi.start(restApiResources([{ method: "GET", path: "/q" }]), async () =>
      answer({ body: "ok" }),
    );
    let seen = "";
    const spy = await TestApi.start(restApiResources([{ method: "GET", path: "/q" }]), async (_name, payload) => {
      seen = payload;
      return answer({});
    });
    await api.fetch("/q");
    await spy.fetch("/q?__proto__=1&constructor=2");
    expect(seen).toContain('"queryStringParameters":{"__proto__":"1","constructor":"2"}');
  });
});

const respond = async (
  payload: unknown,
  init: RequestInit = {},
  binaryMediaTypes: string[] = [],
): Promise<Response> => {
  const api = await TestApi.start(restApiResources([ADD], { binaryMediaTypes }), async () => answer(payload));
  return api.fetch("/add", { method: "POST", ...init });
};

describe("a function's answer", () => {
  it("goes out with its status, headers and body", async () => {
    const response = await respond({
      statusCode: "201",
      headers: { "X-Number": 5, "X-Yes": true, "X-Both": "lost" },
      multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"], "x-both": ["kept"] },
      body: "é",
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("x-number")).toBe("5");
    expect(response.headers.get("x-yes")).toBe("true");
    expect(response.headers.get("x-both")).toBe("kept");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("content-length")).toBe("2");
    expect(response.headers.get("x-amzn-requestid")).toMatch(/^[\da-f-]{36}$/u);
    expect(await response.text()).toBe("é");
  });

  it.each([{}, { statusCode: 200 }, { headers: { "x-a": "1" } }, { statusCode: null, body: null, headers: null }])(
    "may leave fields out: %j is an empty 200",
    async (payload) => {
      const response = await respond(payload);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe("");
    },
  );

  it.each([
    [null],
    ["text"],
    [[]],
    [{ statusCode: 200, message: "an unknown field" }],
    [{ statusCode: "abc" }],
    [{ statusCode: 99 }],
    [{ statusCode: 200, body: { not: "text" } }],
    [{ statusCode: 200, headers: { a: { b: 1 } } }],
    [{ statusCode: 200, headers: { "bad name": "x" } }],
    [{ statusCode: 200, headers: { split: "a\r\nb: c" } }],
    [{ statusCode: 200, multiValueHeaders: { a: "not a list" } }],
    [{ statusCode: 200, isBase64Encoded: "yes" }],
    [{ statusCode: 200, cookies: ["a=1"] }],
  ])("is malformed as %j: 502", async (payload) => {
    const response = await respond(payload);
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({ message: "Internal server error" });
    expect(response.headers.get("x-amzn-errortype")).toBe("InternalServerErrorException");
  });

  it("carries text outside Latin-1 in a header as UTF-8", async () => {
    const response = await respond({ statusCode: 200, headers: { "X-Name": "파일" } });
    expect(Buffer.from(response.headers.get("x-name") ?? "", "latin1").toString("utf8")).toBe("파일");
  });

  it("renames the headers that are the gateway's", async () => {
    const response = await respond({
      statusCode: 200,
      headers: { Date: "today", Server: "s", "Content-Length": "99" },
    });
    expect(response.headers.get("x-amzn-remapped-date")).toBe("today");
    expect(response.headers.get("x-amzn-remapped-server")).toBe("s");
    expect(response.headers.get("content-length")).toBe("0");
  });

  it("is decoded from base64 for a client that accepts one of the binary types, else sent as it is", async () => {
    const payload = { statusCode: 200, isBase64Encoded: true, body: Buffer.from("bytes").toString("base64") };
    const pdf = { headers: { accept: "application/pdf, */*" } };
    expect(await (await respond(payload, pdf, ["application/pdf"])).text()).toBe("bytes");
    expect(await (await respond(payload, {}, ["application/pdf"])).text()).toBe(payload.body);
    expect(await (await respond(payload, {}, ["*/*"])).text()).toBe("bytes");
  });

  it("of more than 6 MB is a 502", async () => {
    expect((await respond({ statusCode: 200, body: "x".repeat(6_291_556) })).status).toBe(502);
    expect((await respond({ statusCode: 200, body: "x".repeat(6_000_000) })).status).toBe(200);
  });

  it("has no body and no length for 204, and only the length for HEAD", async () => {
    const none = await respond({ statusCode: 204 });
    expect(none.status).toBe(204);
    expect(none.headers.get("content-length")).toBeNull();
    const api = await TestApi.start(restApiResources([{ method: "ANY", path: "/add" }]), async () =>
      answer({ body: "four" }),
    );
    const head = await api.fetch("/add", { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe("4");
    expect(await head.text()).toBe("");
  });

  it.each([
    ["an error", answer({ errorMessage: "boom" }, { functionError: "Unhandled" }), 502],
    ["its own timeout", answer({ errorMessage: "timed out" }, { functionError: "Unhandled", timedOut: true }), 502],
    ["reserved concurrency", answer({}, { throttled: true }), 500],
  ])("that is %s becomes the gateway's own", async (_name, result, status) => {
    const api = await TestApi.start(restApiResources([ADD]), async () => result);
    const response = await api.fetch("/add", { method: "POST" });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ message: "Internal server error" });
  });
});

describe("requests under way", () => {
  it("end with 504 when the integration's timeout is over", async () => {
    const api = await TestApi.start(
      restApiResources([{ ...ADD, timeoutMillis: 50 }]),
      async () => new Promise(() => {}),
    );
    const response = await api.fetch("/add", { method: "POST" });
    expect(response.status).toBe(504);
    expect(await response.json()).toEqual({ message: "Endpoint request timed out" });
  });

  it("share a connection that is kept alive", async () => {
    const api = await TestApi.start(restApiResources([ADD]));
    const request = "POST /add HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}";
    const last = "POST /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
    const received = await api.raw(request + request + last);
    expect(received.match(/HTTP\/1\.1 \d{3}(?= )/gu)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 403"]);
  });

  it("do no harm when the client goes away", async () => {
    const { promise: invoked, resolve: markInvoked } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const slow: Invoke = async () => {
      markInvoked();
      await released;
      return answer({ statusCode: 200 });
    };
    const api = await TestApi.start(restApiResources([ADD, GET_TASK]), slow);
    const controller = new AbortController();
    const abandoned = api.fetch("/add", { method: "POST", body: "{}", signal: controller.signal });
    await invoked;
    controller.abort();
    await expect(abandoned).rejects.toThrow(/abort/u);
    release();
    await api.hangUp("POST /add HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{");
    await api.hangUp("POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n{");
    expect((await api.fetch("/tasks/1")).status).toBe(200);
  });
});
