import { describe, expect, it } from "vitest";
import { createRestApi } from "../../src/api-gateway/index.ts";
import { readRestApi } from "../../src/api-gateway/read-template.ts";
import { createRouter } from "../../src/api-gateway/router.ts";
import { echo, restApiResources, type TestMethod } from "./harness.ts";

function route(methods: readonly (readonly [string, string])[], method: string, path: string): string | null {
  const resources = restApiResources(methods.map(([verb, at]): TestMethod => ({ method: verb, path: at })));
  const found = createRouter(readRestApi(resources).resources)(method, path);
  return found === null
    ? null
    : `${found.method.httpMethod} ${found.resource.path} ${JSON.stringify(found.pathParameters)}`;
}

describe("routing of the embedded API Gateway", () => {
  it("prefers a static segment to a parameter, and a parameter to a greedy one", () => {
    const methods = [
      ["GET", "/tasks/batch"],
      ["GET", "/tasks/{task_id}"],
      ["GET", "/{proxy+}"],
    ] as const;
    expect(route(methods, "GET", "/tasks/batch")).toBe("GET /tasks/batch null");
    expect(route(methods, "GET", "/tasks/7")).toBe('GET /tasks/{task_id} {"task_id":"7"}');
    expect(route(methods, "GET", "/tasks/7/children")).toBe('GET /{proxy+} {"proxy":"tasks/7/children"}');
  });

  it("goes back to a parameter where the static branch leads nowhere", () => {
    const methods = [
      ["GET", "/a/b"],
      ["GET", "/{x}/c"],
    ] as const;
    expect(route(methods, "GET", "/a/c")).toBe('GET /{x}/c {"x":"a"}');
  });

  it("leaves a request whose method the exact resource lacks to a greedy sibling", () => {
    const methods = [
      ["POST", "/test"],
      ["OPTIONS", "/{proxy+}"],
    ] as const;
    expect(route(methods, "OPTIONS", "/test")).toBe('OPTIONS /{proxy+} {"proxy":"test"}');
    expect(route(methods, "GET", "/test")).toBeNull();
  });

  it("takes the method itself before ANY, and ANY for seven methods only", () => {
    const methods = [
      ["ANY", "/add"],
      ["GET", "/add"],
    ] as const;
    expect(route(methods, "GET", "/add")).toBe("GET /add null");
    expect(route(methods, "HEAD", "/add")).toBe("ANY /add null");
    expect(route(methods, "PROPFIND", "/add")).toBeNull();
    expect(route(methods, "ANY", "/add")).toBe("ANY /add null");
  });

  it("doesn't answer HEAD or OPTIONS for a resource that has GET alone", () => {
    expect(route([["GET", "/add"]], "HEAD", "/add")).toBeNull();
    expect(route([["GET", "/add"]], "OPTIONS", "/add")).toBeNull();
  });

  it("ignores trailing and repeated leading slashes, but not those inside a greedy value", () => {
    const methods = [
      ["GET", "/"],
      ["GET", "/add"],
      ["GET", "/{proxy+}"],
    ] as const;
    expect(route(methods, "GET", "//")).toBe("GET / null");
    expect(route(methods, "GET", "//add/")).toBe("GET /add null");
    expect(route(methods, "GET", "/x//y/")).toBe('GET /{proxy+} {"proxy":"x//y"}');
  });

  it("doesn't let an empty segment stand for a parameter", () => {
    expect(route([["GET", "/a/{x}/b"]], "GET", "/a//b")).toBeNull();
  });

  it("matches names that every object has", () => {
    expect(route([["GET", "/add"]], "GET", "/constructor")).toBeNull();
    expect(route([["GET", "/{__proto__}"]], "GET", "/x")).toBe('GET /{__proto__} {"__proto__":"x"}');
  });

  it("stays quick for a path of thousands of segments", () => {
    const methods = [["GET", "/{a}/{b}/{c}/{d}"]] as const;
    expect(route(methods, "GET", `/${"x/".repeat(5000)}x`)).toBeNull();
  });
});

describe("reading a REST API from a template", () => {
  it("refuses an integration other than AWS_PROXY, naming the method and the field", () => {
    const resources = restApiResources([{ method: "GET", path: "/add" }], {
      method: { Integration: { Type: "MOCK" } },
    });
    expect(() => createRestApi(resources, echo)).toThrow(/AWS::ApiGateway::Method Method\d+ .*Integration\.Type/u);
  });

  it("refuses an authorizer that is neither IAM nor a Lambda's for tokens", () => {
    const resources = restApiResources([{ method: "GET", path: "/add", authorization: "COGNITO_USER_POOLS" }]);
    expect(() => createRestApi(resources, echo)).toThrow(/AuthorizationType/u);
  });

  it("refuses a method with a request validator", () => {
    const validated = restApiResources([{ method: "GET", path: "/add" }], { method: { RequestValidatorId: "v1" } });
    expect(() => createRestApi(validated, echo)).toThrow(/RequestValidatorId: request validators are not served/u);
  });

  it("refuses a template with no stage or with two APIs", () => {
    const resources = restApiResources([]);
    const [api, stage] = resources;
    if (api === undefined || stage === undefined) throw new Error("The harness lost its API.");
    expect(() => createRestApi([api], echo)).toThrow(/exactly one AWS::ApiGateway::Stage; the template has 0: none/u);
    expect(() => createRestApi([api, api, stage], echo)).toThrow(/the template has 2: Api, Api/u);
  });

  it("refuses a resource whose parent is missing", () => {
    const resources = restApiResources([{ method: "GET", path: "/a/b" }]).filter(
      ({ properties }) => properties["PathPart"] !== "a",
    );
    expect(() => createRestApi(resources, echo)).toThrow(/hangs off a parent/u);
  });

  it("describes the API through its control plane", async () => {
    const { control } = createRestApi(restApiResources([{ method: "GET", path: "/tasks/{task_id}" }]), echo);
    const call = async (method: string, path: string, query = ""): Promise<{ status: number; body: unknown }> => {
      const response = await control({
        service: "apigateway",
        operation: null,
        method,
        path,
        query: new URLSearchParams(query),
        headers: {},
        body: Buffer.alloc(0),
        input: {},
        caller: null,
      });
      return { status: response.status, body: JSON.parse(String(response.body)) };
    };
    expect(await call("GET", "/restapis")).toMatchObject({ body: { item: [{ id: "api1", name: "celeriac-local" }] } });
    expect(await call("GET", "/restapis/api1/resources")).toMatchObject({
      body: {
        item: [
          { id: "api1/root", path: "/" },
          { path: "/tasks", parentId: "api1/root", pathPart: "tasks" },
          { path: "/tasks/{task_id}", resourceMethods: { GET: {} } },
        ],
      },
    });
    expect(await call("GET", "/restapis/api1/resources", "embed=methods")).toMatchObject({
      body: { item: [{}, {}, { resourceMethods: { GET: { authorizationType: "NONE" } } }] },
    });
    expect(await call("GET", "/restapis/api1/stages")).toMatchObject({ body: { item: [{ stageName: "local" }] } });
    expect(await call("GET", "/restapis/other/stages")).toMatchObject({ status: 404 });
    expect(await call("DELETE", "/restapis/api1")).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining("DELETE /restapis/api1") },
    });
  });
});
