import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { onTestFinished } from "vitest";
import { createRestApi } from "../../src/api-gateway/index.ts";
import type { DeployedResource } from "../../src/resource.ts";
import type { Invoke, InvokeResult } from "../../src/types.ts";

/** Methods of a test API: `POST /add`, or with options. */
export interface TestMethod {
  readonly method: string;
  readonly path: string;
  readonly functionName?: string;
  readonly authorization?: string;
  readonly timeoutMillis?: number;
}

/** The resources of a template with these methods and, by type, these gateway responses and properties. */
export function restApiResources(
  methods: readonly TestMethod[],
  options: {
    readonly binaryMediaTypes?: readonly string[];
    readonly gatewayResponses?: readonly Readonly<Record<string, unknown>>[];
    readonly stage?: Readonly<Record<string, unknown>>;
    readonly method?: Readonly<Record<string, unknown>>;
  } = {},
): DeployedResource[] {
  const resources = [
    resource("Api", "AWS::ApiGateway::RestApi", "api1", {
      Name: "celeriac-local",
      ...(options.binaryMediaTypes === undefined ? {} : { BinaryMediaTypes: options.binaryMediaTypes }),
    }),
    resource("Stage", "AWS::ApiGateway::Stage", "local", {
      RestApiId: "api1",
      StageName: "local",
      DeploymentId: "dep1",
      ...options.stage,
    }),
  ];
  const ids = new Map([["", "api1/root"]]);
  for (const { method, path, ...rest } of methods) {
    let parent = "";
    for (const part of path.split("/").filter((segment) => segment !== "")) {
      const here = `${parent}/${part}`;
      if (!ids.has(here)) {
        ids.set(here, `res${ids.size}`);
        const properties = { RestApiId: "api1", ParentId: ids.get(parent), PathPart: part };
        resources.push(resource(`Resource${ids.size}`, "AWS::ApiGateway::Resource", ids.get(here) ?? "", properties));
      }
      parent = here;
    }
    const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${rest.functionName ?? "echo"}`;
    resources.push(
      resource(`Method${resources.length}`, "AWS::ApiGateway::Method", `method${resources.length}`, {
        RestApiId: "api1",
        ResourceId: ids.get(parent),
        HttpMethod: method,
        AuthorizationType: rest.authorization ?? "NONE",
        Integration: {
          Type: "AWS_PROXY",
          IntegrationHttpMethod: "POST",
          Uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
          ...(rest.timeoutMillis === undefined ? {} : { TimeoutInMillis: rest.timeoutMillis }),
        },
        ...options.method,
      }),
    );
  }
  for (const [index, response] of (options.gatewayResponses ?? []).entries()) {
    const properties = { RestApiId: "api1", ...response };
    resources.push(resource(`Response${index}`, "AWS::ApiGateway::GatewayResponse", `response${index}`, properties));
  }
  return resources;
}

function resource(
  logicalId: string,
  type: string,
  physicalId: string,
  properties: Readonly<Record<string, unknown>>,
): DeployedResource {
  return { stack: "celeriac-local-api", logicalId, type, properties, physicalId, arn: physicalId };
}

/** A function's answer. */
export function answer(payload: unknown, rest: Partial<InvokeResult> = {}): InvokeResult {
  return { payload: JSON.stringify(payload), functionError: null, throttled: false, timedOut: false, ...rest };
}

/** A function that answers with the event it got, as JSON. */
export const echo: Invoke = async (_name, payload) => answer({ statusCode: 200, body: payload });

/** A REST API on a free port, with what its function was sent. */
export class TestApi {
  readonly events: Record<string, unknown>[] = [];
  readonly functions: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Starts one for the test that runs, and ends it with the test. */
  static async start(
    resources: readonly DeployedResource[],
    invoke: Invoke = echo,
    now: () => number = Date.now,
  ): Promise<TestApi> {
    const recorded: Invoke = async (name, payload) => {
      api.functions.push(name);
      api.events.push(JSON.parse(payload));
      return invoke(name, payload);
    };
    const restApi = createRestApi(resources, recorded, now);
    const server = createServer(restApi.handle);
    const api = new TestApi(server);
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(() => api.#stop());
    return api;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The test API isn't listening.");
    return address.port;
  }

  async fetch(path: string, init: RequestInit & { duplex?: "half" } = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, init);
  }

  /** Sends bytes as they are and gives everything that comes back until the server closes or `until` is in it. */
  async raw(request: string | Buffer, until?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let received = "";
      const socket = connect(this.port, "127.0.0.1", () => socket.write(request));
      socket.setEncoding("latin1");
      socket.on("data", (text: string) => {
        received += text;
        if (until !== undefined && received.includes(until)) socket.destroy();
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(received));
    });
  }

  /** Sends the beginning of a request and resets the connection. */
  async hangUp(request: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const socket = connect(this.port, "127.0.0.1", () => {
        socket.write(request, () => socket.resetAndDestroy());
      });
      socket.on("close", () => resolve());
    });
  }

  async #stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
