import {
  ApiKey,
  AuthorizationType,
  type MethodOptions,
  Period,
  type RestApi,
  TokenAuthorizer,
} from "aws-cdk-lib/aws-apigateway";
import { ManagedPolicy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { ENV } from "../../src/aws/env.ts";
import type { Auth, TokenRules } from "../../src/core/http/auth.ts";
import type { Right } from "../../src/core/record/caller.ts";
import { RIGHT_OF, ROUTES } from "../../src/core/http/routes.ts";
import type { AuthConfig } from "../auth-config.ts";
import type { StageContext } from "../stage.ts";
import { CeleriacFunction } from "./celeriac-function.ts";

/** For so long API Gateway keeps what the authorizer said of a token: each of its answers is an invocation less. */
const TOKEN_CACHE = Duration.minutes(5);

/** Who may call the API: what its methods ask for, and how its functions know who calls. */
export class ApiAccess extends Construct {
  /** What every method asks for. */
  readonly methods: MethodOptions;
  /** Variables of the API's functions. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #stage: StageContext;
  readonly #keys: readonly ApiKey[];

  constructor(scope: Construct, id: string, { stage }: { readonly stage: StageContext }) {
    super(scope, id);
    const { auth } = stage.config;
    this.#stage = stage;
    const keys = auth.kind === "apiKey" ? Object.entries(auth.keys) : [];
    const made = keys.map(([name, rights]) => ({
      key: new ApiKey(this, `Key-${name}`, { apiKeyName: `${stage.names.prefix}-${name}` }),
      name,
      rights,
    }));
    this.#keys = made.map(({ key }) => key);
    this.methods = this.#methodsOf(auth);
    this.environment = { [ENV.auth]: JSON.stringify(toldOf(auth, made)) };
  }

  #methodsOf(auth: AuthConfig): MethodOptions {
    switch (auth.kind) {
      case "none":
        return { authorizationType: AuthorizationType.NONE };
      case "iam":
        return { authorizationType: AuthorizationType.IAM };
      case "apiKey":
        return { authorizationType: AuthorizationType.NONE, apiKeyRequired: true };
      case "jwt":
        return { authorizationType: AuthorizationType.CUSTOM, authorizer: this.#authorizer(auth) };
    }
  }

  #authorizer(auth: Extract<AuthConfig, { kind: "jwt" }>): TokenAuthorizer {
    const { kind: _, ...given } = auth;
    const rules: TokenRules = given;
    const { lambda } = new CeleriacFunction(this, "Authorize", {
      stage: this.#stage,
      name: "api-authorize",
      description: "Verifies callers' tokens",
      memory: 256,
      timeout: 10,
      permissions: [],
      reservedConcurrency: this.#stage.config.apiConcurrency,
      environment: { [ENV.tokenRules]: JSON.stringify(rules) },
    });
    return new TokenAuthorizer(this, "Authorizer", {
      authorizerName: `${this.#stage.names.prefix}-token`,
      handler: lambda,
      resultsCacheTtl: TOKEN_CACHE,
      // What is no token is refused without an invocation.
      validationRegex: "^[Bb]earer [-0-9A-Za-z_.~+/]+=*$",
    });
  }

  /** Lets keys into the API, or makes the policies by which IAM lets principals in. */
  grant(api: RestApi): void {
    const { config, names } = this.#stage;
    if (config.auth.kind === "iam") grantRights(this, api, names.prefix);
    if (config.auth.kind !== "apiKey") return;
    const { rate, burst, perDay } = config.auth;
    const plan = api.addUsagePlan("Usage", {
      name: names.prefix,
      throttle: { rateLimit: rate, burstLimit: burst },
      ...(perDay !== null && { quota: { limit: perDay, period: Period.DAY } }),
      apiStages: [{ stage: api.deploymentStage }],
    });
    for (const key of this.#keys) plan.addApiKey(key);
  }
}

/** A managed policy for each right: attach it to the users and roles that are to have it. */
function grantRights(scope: Construct, api: RestApi, prefix: string): void {
  for (const right of ["submit", "read", "operate"] as const) {
    const routes = ROUTES.filter((route) => RIGHT_OF[route.function] === right);
    const policy = new ManagedPolicy(scope, `Policy-${right}`, {
      // With the region: policies are of the whole account, and a stage may be in two regions.
      managedPolicyName: `${prefix}-${right}-${Aws.REGION}`,
      description: `The right to ${right} at the API of ${prefix}`,
    });
    // IAM deletes none that is attached: the policies stay when `auth` changes or the stage goes, and the next
    // deployment adopts them.
    policy.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    policy.addStatements(
      new PolicyStatement({
        actions: ["execute-api:Invoke"],
        resources: routes.map(({ method, path }) =>
          api.arnForExecuteApi(method, path.replaceAll(/\{\w+\}/g, "*"), api.deploymentStage.stageName),
        ),
      }),
    );
  }
}

/** What the functions are told. */
function toldOf(
  auth: AuthConfig,
  keys: readonly { readonly key: ApiKey; readonly name: string; readonly rights: readonly Right[] }[],
): Auth {
  switch (auth.kind) {
    case "none":
    case "jwt":
      return { kind: auth.kind };
    case "iam":
      return auth;
    case "apiKey":
      return {
        kind: "apiKey",
        keys: Object.fromEntries(keys.map(({ key, name, rights }) => [key.keyId, { name, rights: [...rights] }])),
      };
  }
}
