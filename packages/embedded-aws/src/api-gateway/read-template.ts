import * as z from "zod";
import type { DeployedResource } from "../resource.ts";
import type {
  ApiKeyDefinition,
  ApiMethod,
  ApiResource,
  ApiStage,
  GatewayResponseDefinition,
  RestApiDefinition,
  TokenAuthorizer,
} from "./definition.ts";

const RestApiSchema = z.looseObject({
  Name: z.string().optional(),
  BinaryMediaTypes: z.array(z.string()).default([]),
  Body: z
    .never({ error: "an OpenAPI body is not served by the embedded AWS; declare resources and methods" })
    .optional(),
});

const ResourceSchema = z.looseObject({ RestApiId: z.string(), ParentId: z.string(), PathPart: z.string().min(1) });

/** 29 s is REST's default and ceiling, 50 ms its floor; regional APIs may be raised to 300 s. */
const MethodSchema = z.looseObject({
  RestApiId: z.string(),
  ResourceId: z.string(),
  HttpMethod: z.string(),
  AuthorizationType: z.enum(["NONE", "AWS_IAM", "CUSTOM"]).default("NONE"),
  AuthorizerId: z.string().optional(),
  ApiKeyRequired: z.stringbool().or(z.boolean()).default(false),
  RequestValidatorId: z.never({ error: "request validators are not served by the embedded AWS" }).optional(),
  Integration: z.looseObject({
    Type: z.literal("AWS_PROXY"),
    Uri: z.string(),
    TimeoutInMillis: z.coerce.number().int().min(50).max(300_000).default(29_000),
  }),
});

/**
 * Of the authorizers of REST APIs (TOKEN, REQUEST, COGNITO_USER_POOLS) the first. TTL is 300 s by default, 3,600 at the
 * most.
 */
const AuthorizerSchema = z.looseObject({
  Type: z.literal("TOKEN", { error: "of authorizers, the embedded AWS serves those of type TOKEN" }),
  AuthorizerUri: z.string(),
  IdentitySource: z
    .string()
    .regex(/^method\.request\.header\.[\w-]+$/u)
    .default("method.request.header.Authorization"),
  IdentityValidationExpression: z.string().optional(),
  AuthorizerResultTtlInSeconds: z.coerce.number().int().min(0).max(3_600).default(300),
});

const ApiKeySchema = z.looseObject({
  Name: z.string().optional(),
  Value: z.string().min(20).optional(),
  Enabled: z.stringbool().or(z.boolean()).default(false),
});

const GatewayResponseSchema = z.looseObject({
  RestApiId: z.string(),
  ResponseType: z.string(),
  StatusCode: z.coerce.number().int().min(100).max(599).optional(),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
});

const StageSchema = z.looseObject({
  RestApiId: z.string(),
  StageName: z.string(),
  DeploymentId: z.string().default("deployment"),
  Variables: z.record(z.string(), z.coerce.string()).optional(),
  MethodSettings: z
    .array(
      z.looseObject({
        HttpMethod: z.string().default("*"),
        ResourcePath: z.string().default("/*"),
        ThrottlingRateLimit: z.coerce.number().nonnegative().optional(),
        ThrottlingBurstLimit: z.coerce.number().nonnegative().optional(),
      }),
    )
    .default([]),
});

const LAMBDA_URI =
  /^arn:[^:]+:apigateway:[^:]+:lambda:path\/2015-03-31\/functions\/(?<functionArn>arn:[^/]+)\/invocations$/u;

/**
 * Reads the one REST API out of a deployment's resources. Throws, with the logical id and the property, for what
 * the embedded gateway does not serve (OpenAPI bodies, other integrations and authorizers, validators).
 */
export function readRestApi(resources: readonly DeployedResource[]): RestApiDefinition {
  const api = theOnly(resources, "AWS::ApiGateway::RestApi");
  const stage = theOnly(resources, "AWS::ApiGateway::Stage");
  const properties = parse(RestApiSchema, api);
  return {
    id: api.physicalId,
    name: properties.Name ?? api.logicalId,
    binaryMediaTypes: properties.BinaryMediaTypes.map((type) => type.toLowerCase()),
    stage: readStage(stage),
    resources: readResources(api.physicalId, resources),
    apiKeys: readApiKeys(resources),
    gatewayResponses: readGatewayResponses(resources),
  };
}

function theOnly(resources: readonly DeployedResource[], type: string): DeployedResource {
  const found = resources.filter((resource) => resource.type === type);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const names = found.map((resource) => resource.logicalId).join(", ") || "none";
    throw new Error(`The embedded gateway serves exactly one ${type}; the template has ${found.length}: ${names}.`);
  }
  return only;
}

function parse<Schema extends z.ZodType>(schema: Schema, resource: DeployedResource): z.output<Schema> {
  const result = schema.safeParse(resource.properties);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
  throw new Error(`${resource.type} ${resource.logicalId} can't be served by the embedded gateway: ${faults}`);
}

function readStage(resource: DeployedResource): ApiStage {
  const stage = parse(StageSchema, resource);
  return {
    name: stage.StageName,
    deploymentId: stage.DeploymentId,
    variables: stage.Variables ?? null,
    methodSettings: stage.MethodSettings.map((setting) => ({
      httpMethod: setting.HttpMethod,
      // A slash inside a resource path is written ~1, as in a JSON Pointer.
      resourcePath: setting.ResourcePath.replace(/^\/(?=~1)/u, "").replaceAll("~1", "/"),
      rateLimit: setting.ThrottlingRateLimit ?? null,
      burstLimit: setting.ThrottlingBurstLimit ?? null,
    })),
  };
}

function readResources(apiId: string, resources: readonly DeployedResource[]): ApiResource[] {
  const methods = readMethods(resources);
  const rootId = `${apiId}/root`;
  const noMethods: ReadonlyMap<string, ApiMethod> = new Map();
  const built: ApiResource[] = [
    { id: rootId, parentId: null, pathPart: "", path: "/", methods: methods.get(rootId) ?? noMethods },
  ];
  const childrenOf = new Map<string, DeployedResource[]>();
  for (const resource of resources) {
    if (resource.type !== "AWS::ApiGateway::Resource") continue;
    const { ParentId } = parse(ResourceSchema, resource);
    childrenOf.set(ParentId, [...(childrenOf.get(ParentId) ?? []), resource]);
  }
  // The list grows while it is walked: every resource is followed by its children, to any depth.
  for (const parent of built) {
    for (const child of childrenOf.get(parent.id) ?? []) {
      const { PathPart } = parse(ResourceSchema, child);
      const path = `${parent.path === "/" ? "" : parent.path}/${PathPart}`;
      const id = child.physicalId;
      built.push({ id, parentId: parent.id, pathPart: PathPart, path, methods: methods.get(id) ?? noMethods });
    }
  }
  assertAllPlaced(built, [...childrenOf.values()].flat(), methods);
  return built;
}

function assertAllPlaced(
  built: readonly ApiResource[],
  children: readonly DeployedResource[],
  methods: ReadonlyMap<string, unknown>,
): void {
  const known = new Set(built.map((resource) => resource.id));
  const orphan = children.find((child) => !known.has(child.physicalId));
  if (orphan !== undefined) {
    throw new Error(`AWS::ApiGateway::Resource ${orphan.logicalId} hangs off a parent that the template doesn't have.`);
  }
  const stray = [...methods.keys()].find((resourceId) => !known.has(resourceId));
  if (stray !== undefined) throw new Error(`A method names the resource ${stray}, which the template doesn't have.`);
}

function readMethods(resources: readonly DeployedResource[]): Map<string, Map<string, ApiMethod>> {
  const byResource = new Map<string, Map<string, ApiMethod>>();
  const authorizers = readAuthorizers(resources);
  for (const resource of resources) {
    if (resource.type !== "AWS::ApiGateway::Method") continue;
    const method = parse(MethodSchema, resource);
    const functionArn = functionOf(resource, method.Integration.Uri);
    const methods = byResource.get(method.ResourceId) ?? new Map<string, ApiMethod>();
    methods.set(method.HttpMethod.toUpperCase(), {
      httpMethod: method.HttpMethod.toUpperCase(),
      authorization: method.AuthorizationType,
      authorizer: authorizerOf(resource, method, authorizers),
      apiKeyRequired: method.ApiKeyRequired,
      functionArn,
      timeoutMillis: method.Integration.TimeoutInMillis,
    });
    byResource.set(method.ResourceId, methods);
  }
  return byResource;
}

function functionOf(resource: DeployedResource, uri: string): string {
  const functionArn = LAMBDA_URI.exec(uri)?.groups?.["functionArn"];
  if (functionArn !== undefined) return functionArn;
  throw new Error(
    `${resource.type} ${resource.logicalId} has the integration URI ${uri}; ` +
      "the embedded gateway serves arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations only.",
  );
}

function authorizerOf(
  resource: DeployedResource,
  method: z.output<typeof MethodSchema>,
  authorizers: ReadonlyMap<string, TokenAuthorizer>,
): TokenAuthorizer | null {
  if (method.AuthorizationType !== "CUSTOM") return null;
  const found = authorizers.get(method.AuthorizerId ?? "");
  if (found !== undefined) return found;
  throw new Error(`AWS::ApiGateway::Method ${resource.logicalId} names an authorizer that the template doesn't have.`);
}

function readAuthorizers(resources: readonly DeployedResource[]): Map<string, TokenAuthorizer> {
  const authorizers = resources.filter(({ type }) => type === "AWS::ApiGateway::Authorizer");
  return new Map(
    authorizers.map((resource) => {
      const authorizer = parse(AuthorizerSchema, resource);
      const pattern = authorizer.IdentityValidationExpression;
      return [
        resource.physicalId,
        {
          id: resource.physicalId,
          functionArn: functionOf(resource, authorizer.AuthorizerUri),
          header: authorizer.IdentitySource.slice("method.request.header.".length).toLowerCase(),
          // The whole token must fit, as by Java's matches().
          pattern: pattern === undefined ? null : new RegExp(`^(?:${pattern})$`, "u"),
          ttl: authorizer.AuthorizerResultTtlInSeconds,
        },
      ];
    }),
  );
}

/**
 * The keys that are enabled. AWS makes their values up; here, where nobody could look one up, a key's value is its
 * name.
 */
function readApiKeys(resources: readonly DeployedResource[]): ApiKeyDefinition[] {
  return resources
    .filter(({ type }) => type === "AWS::ApiGateway::ApiKey")
    .flatMap((resource) => {
      const key = parse(ApiKeySchema, resource);
      return key.Enabled ? [{ id: resource.physicalId, value: key.Value ?? key.Name ?? resource.physicalId }] : [];
    });
}

function readGatewayResponses(resources: readonly DeployedResource[]): Map<string, GatewayResponseDefinition> {
  const responses = new Map<string, GatewayResponseDefinition>();
  for (const resource of resources) {
    if (resource.type !== "AWS::ApiGateway::GatewayResponse") continue;
    const response = parse(GatewayResponseSchema, resource);
    responses.set(response.ResponseType, {
      statusCode: response.StatusCode ?? null,
      parameters: response.ResponseParameters,
      templates: response.ResponseTemplates,
    });
  }
  return responses;
}
