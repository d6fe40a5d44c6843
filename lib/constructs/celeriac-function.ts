import { join } from "node:path";
import { PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  CfnFunction,
  Code,
  Function as LambdaFunction,
  LayerVersion,
  RecursiveLoop,
  Runtime,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Duration, Size } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { ENV } from "../../src/aws/env.ts";
import { MAX_CALL_ATTEMPTS } from "../../src/core/limits.ts";
import type { Vpc } from "../../src/core/define/module.ts";
import type { StageContext } from "../stage.ts";
import { sendTraces, writeLogs } from "./permissions.ts";
import { keyPermissions, stageKey } from "./stage-key.ts";

/** A Lambda of a stage. */
export interface CeleriacFunctionProps {
  readonly stage: StageContext;
  /** `task-math`, `api-read`, `canvas`: in its name, and its bundle's folder. */
  readonly name: string;
  readonly description: string;
  /** MB. */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  /** What it may do besides writing its log. */
  readonly permissions: readonly PolicyStatement[];
  /** Variables besides those that every function has. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Whether it takes messages that it may have sent itself (retries, links, nested canvases). Lambda takes that for a
   * mistake after about 16 rounds and drops the message, unless told otherwise; our own bound is MAX_HOPS. Nobody waits
   * for its answers, so it tries calls that are throttled more often than one that serves a request. @default false
   */
  readonly feedsItself?: boolean;
  /** Environments that are kept for it, and that it never exceeds. @default none are kept, the account's bound holds */
  readonly reservedConcurrency?: number | null;
  /** Size of /tmp, MB. @default 512, which costs nothing */
  readonly ephemeralStorage?: number;
  /** @default outside of any VPC */
  readonly vpc?: Vpc | null;
  /** ARNs of layers' versions. @default none */
  readonly layers?: readonly string[];
}

/** A Lambda with its log group and a role that may do nothing but what is listed. The only place where one is made. */
export class CeleriacFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: CeleriacFunctionProps) {
    super(scope, id);
    const { config, names, bundles, removal } = props.stage;
    const encryptionKey = stageKey(this, props.stage);
    const logGroup = new LogGroup(this, "Log", {
      ...(encryptionKey !== null && { encryptionKey }),
      logGroupName: names.logGroup(props.name),
      retention: config.logRetentionDays,
      removalPolicy: removal,
    });
    const statements = [
      writeLogs(names, props.name),
      ...props.permissions,
      ...keyPermissions(props.stage, props.permissions),
      ...(config.tracing ? [sendTraces()] : []),
    ];
    const role = new Role(this, "Role", {
      description: `Role of ${names.lambda(props.name)}`,
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      // Inline: the role has its rights from its first moment, and no grant of CDK's adds broader ones.
      inlinePolicies: { work: new PolicyDocument({ statements }) },
    });
    this.lambda = new LambdaFunction(this, "Function", {
      functionName: names.lambda(props.name),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "index.handler",
      code: Code.fromAsset(join(bundles, props.name)),
      memorySize: props.memory,
      timeout: Duration.seconds(props.timeout),
      // By its ARN alone: CDK would add a DependsOn to what the reference says already (cfn-lint, W3005).
      role: Role.fromRoleArn(this, "RoleOfFunction", role.roleArn, { mutable: false }),
      logGroup,
      ...(config.tracing && { tracing: Tracing.ACTIVE }),
      environment: {
        ...commonEnvironment(props.stage),
        // Read by every client of the SDK, those of user code among them.
        ...(props.feedsItself === true && { AWS_MAX_ATTEMPTS: String(MAX_CALL_ATTEMPTS) }),
        ...props.environment,
      },
      layers: (props.layers ?? []).map((arn, at) => LayerVersion.fromLayerVersionArn(this, `Layer${at}`, arn)),
      ...(props.feedsItself === true && { recursiveLoop: RecursiveLoop.ALLOW }),
      ...(typeof props.reservedConcurrency === "number" && { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(props.ephemeralStorage !== undefined &&
        props.ephemeralStorage > 512 && { ephemeralStorageSize: Size.mebibytes(props.ephemeralStorage) }),
    });
    if (props.vpc) this.#putInto(props.vpc);
  }

  /** By ids alone: CDK's own way needs the VPC's id and zones too, and looks them up with credentials. */
  #putInto({ subnetIds, securityGroupIds }: Vpc): void {
    const { defaultChild } = this.lambda.node;
    if (!(defaultChild instanceof CfnFunction)) throw new Error("A function has no CfnFunction: CDK has changed.");
    defaultChild.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
  }
}

/** The variables that every function has. */
export function commonEnvironment({ config, names }: StageContext): Record<string, string> {
  return {
    [ENV.stage]: names.label,
    [ENV.table]: names.prefix,
    [ENV.bucket]: names.bucket,
    [ENV.queuePrefix]: names.queueUrlPrefix,
    [ENV.machinePrefix]: names.machineArnPrefix,
    [ENV.retentionDays]: String(config.recordRetentionDays),
    ...(config.maxQueueAge !== null && { [ENV.maxQueueAge]: String(config.maxQueueAge) }),
    ...(config.otlp !== null && { [ENV.otlp]: config.otlp }),
    ...(config.completionEvents && { [ENV.completionEvents]: "on" }),
    ...(config.emulatorUrl !== undefined && { [ENV.emulatorUrl]: config.emulatorUrl }),
    ...(config.canvas === "direct" && { [ENV.canvas]: "direct" }),
  };
}
