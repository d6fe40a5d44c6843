import type { AwsResponse, AwsService } from "../types.ts";
import type { ApiResource, RestApiDefinition } from "./definition.ts";

/** The control plane's read operations over a deployed API; anything else is refused by its method and path. */
export function createControl(api: RestApiDefinition): AwsService {
  const createdDate = Math.floor(Date.now() / 1000);
  const restApi = {
    id: api.id,
    name: api.name,
    createdDate,
    binaryMediaTypes: api.binaryMediaTypes,
    apiKeySource: "HEADER",
    endpointConfiguration: { types: ["REGIONAL"] },
    disableExecuteApiEndpoint: false,
    rootResourceId: api.resources[0]?.id,
  };
  return async ({ method, path, query }) => {
    const [collection, apiId, part, ...rest] = path.split("/").filter((segment) => segment !== "");
    if (method !== "GET" || collection !== "restapis" || rest.length > 0) return unsupported(method, path);
    if (apiId === undefined) return answer({ item: [restApi] });
    if (decodeURIComponentSafely(apiId) !== api.id) {
      return failure(404, "NotFoundException", `Invalid API identifier specified ${apiId}`);
    }
    if (part === undefined) return answer(restApi);
    if (part === "resources")
      return answer({ item: describeResources(api, query.getAll("embed").includes("methods")) });
    if (part === "stages") return answer({ item: [describeStage(api, createdDate)] });
    return unsupported(method, path);
  };
}

function describeResources(api: RestApiDefinition, embedMethods: boolean): unknown[] {
  return api.resources.map((resource) => ({
    id: resource.id,
    ...(resource.parentId === null ? {} : { parentId: resource.parentId, pathPart: resource.pathPart }),
    path: resource.path,
    ...(resource.methods.size === 0 ? {} : { resourceMethods: describeMethods(resource, embedMethods) }),
  }));
}

function describeMethods(resource: ApiResource, embed: boolean): Record<string, unknown> {
  const methods = [...resource.methods.values()].map((method): [string, unknown] => {
    const { httpMethod, authorization, functionArn, timeoutMillis } = method;
    if (!embed) return [httpMethod, {}];
    const methodIntegration = {
      type: "AWS_PROXY",
      httpMethod: "POST",
      uri: functionArn,
      timeoutInMillis: timeoutMillis,
    };
    return [
      httpMethod,
      { httpMethod, authorizationType: authorization, apiKeyRequired: method.apiKeyRequired, methodIntegration },
    ];
  });
  return Object.fromEntries(methods);
}

function describeStage(api: RestApiDefinition, createdDate: number): unknown {
  const { stage } = api;
  const methodSettings = stage.methodSettings.map((setting): [string, unknown] => [
    `${setting.resourcePath === "/*" ? "*" : setting.resourcePath.replaceAll("/", "~1")}/${setting.httpMethod}`,
    { throttlingRateLimit: setting.rateLimit ?? undefined, throttlingBurstLimit: setting.burstLimit ?? undefined },
  ]);
  return {
    stageName: stage.name,
    deploymentId: stage.deploymentId,
    createdDate,
    lastUpdatedDate: createdDate,
    cacheClusterEnabled: false,
    tracingEnabled: false,
    variables: stage.variables ?? undefined,
    methodSettings: Object.fromEntries(methodSettings),
  };
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function answer(body: unknown): AwsResponse {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function failure(status: number, type: string, message: string): AwsResponse {
  const headers = { "content-type": "application/json", "x-amzn-errortype": type };
  return { status, headers, body: JSON.stringify({ message }) };
}

function unsupported(method: string, path: string): AwsResponse {
  return failure(
    400,
    "BadRequestException",
    `The embedded API Gateway doesn't serve ${method} ${path}; it serves GetRestApis, GetRestApi, GetResources and GetStages.`,
  );
}
