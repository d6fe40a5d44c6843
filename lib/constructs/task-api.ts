import {
  AccessLogFormat,
  EndpointType,
  type IResource,
  LambdaIntegration,
  LogGroupLogDestination,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { CfnOutput } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { type ApiFunction, ROUTES } from "../../src/core/http/routes.ts";
import { API_FUNCTIONS } from "../api-functions.ts";
import type { StageContext } from "../stage.ts";
import { ApiAccess } from "./api-access.ts";
import { ApiFunctionConstruct } from "./api-function.ts";
import { addGatewayProblems } from "./gateway-problems.ts";
import { addPreflight } from "./preflight.ts";
import { stageKey } from "./stage-key.ts";

/** The first segment of every path, and the version of the contract. */
const VERSION = "v1";

/**
 * One line per request: who asked for what, and how it went. No query, header or body, which may hold what is private.
 */
const ACCESS_LOG = JSON.stringify({
  time: "$context.requestTime",
  request: "$context.requestId",
  caller: "$context.identity.userArn",
  address: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  route: "$context.resourcePath",
  status: "$context.status",
  problem: "$context.error.responseType",
  milliseconds: "$context.responseLatency",
  bytes: "$context.responseLength",
});

/**
 * The REST API: every route of ROUTES at the function of its right, and everything else at `read`, which answers 404 or
 * 405.
 */
export class TaskApi extends Construct {
  readonly api: RestApi;
  /** By their rights. */
  readonly functions: ReadonlyMap<ApiFunction, IFunction>;

  constructor(scope: Construct, id: string, { stage }: { readonly stage: StageContext }) {
    super(scope, id);
    const { config, names, removal } = stage;
    const access = new ApiAccess(this, "Access", { stage });
    const encryptionKey = stageKey(this, stage);
    const accessLog = new LogGroup(this, "AccessLog", {
      ...(encryptionKey !== null && { encryptionKey }),
      logGroupName: `/aws/apigateway/${names.prefix}`,
      retention: config.logRetentionDays,
      removalPolicy: removal,
    });
    this.api = new RestApi(this, "Api", {
      restApiName: names.prefix,
      description: "Submits tasks and answers for them",
      endpointTypes: [EndpointType.REGIONAL],
      // Documents come as they are; text is as well off in base64, and one rule for all leaves no type out.
      binaryMediaTypes: ["*/*"],
      cloudWatchRole: false,
      defaultMethodOptions: access.methods,
      deployOptions: {
        stageName: VERSION,
        accessLogDestination: new LogGroupLogDestination(accessLog),
        accessLogFormat: AccessLogFormat.custom(ACCESS_LOG),
        tracingEnabled: config.tracing,
        throttlingRateLimit: config.apiRate,
        throttlingBurstLimit: config.apiBurst,
      },
    });
    nameOutput(this.api);
    addGatewayProblems(this.api, config);
    this.functions = new Map(
      API_FUNCTIONS.map((right) => {
        const { environment } = access;
        return [right, new ApiFunctionConstruct(this, right, { stage, right, environment }).lambda];
      }),
    );
    this.#addRoutes(stage);
    access.grant(this.api);
  }

  #addRoutes(stage: StageContext): void {
    const integrations = new Map<ApiFunction, LambdaIntegration>();
    for (const [right, lambda] of this.functions) {
      // One permission for the whole API: one for each method and each test would be 80, and 20 KB is all that a policy
      // takes.
      integrations.set(right, new LambdaIntegration(lambda, { scopePermissionToMethod: false }));
    }
    for (const route of ROUTES) {
      resourceOf(this.api, route.path).addMethod(route.method, integrations.get(route.function));
    }
    const fallback = integrations.get("read");
    this.api.root.addResource("{proxy+}");
    const resources = allResources(this.api.root);
    for (const resource of resources) resource.addMethod("ANY", fallback);
    if (stage.config.corsOrigins.length > 0 && fallback !== undefined) addPreflight(resources, fallback);
  }
}

/** The resource of a path, made together with those above it where it is not there yet. */
function resourceOf(api: RestApi, path: string): IResource {
  return path
    .split("/")
    .filter(Boolean)
    .reduce((resource: IResource, part) => resource.getResource(part) ?? resource.addResource(part), api.root);
}

function allResources(root: IResource): IResource[] {
  const children = root.node.children.filter(isResource);
  return [root, ...children.flatMap(allResources)];
}

function isResource(value: object): value is IResource {
  return "addMethod" in value;
}

/** CDK puts out the URL under an id with a hash; a person who deploys looks for a name. */
function nameOutput(api: RestApi): void {
  const output = api.node.findChild("Endpoint");
  if (output instanceof CfnOutput) output.overrideLogicalId("ApiUrl");
}
