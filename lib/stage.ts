import { type App, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import type { StageConfig } from "./config.ts";
import { type Names, namesOf } from "./names.ts";

/** What all constructs of one stage are made from. */
export interface StageContext {
  readonly config: StageConfig;
  readonly names: Names;
  /** The folder with a folder for each Lambda's bundle. */
  readonly bundles: string;
  /** What becomes of resources that hold data when they leave the template. */
  readonly removal: RemovalPolicy;
  /** Whether stacks and table refuse to be deleted: what is retained, once it has been deployed. */
  readonly isProtected: boolean;
  /** The key that encrypts what the stage keeps; null for AWS's own keys. */
  readonly keyArn: string | null;
}

/**
 * The context of the stage that `config` describes, its bundles in the folder `bundles`.
 * @param key The ARN of a key that code brings.
 */
export function stageContext(config: StageConfig, bundles: string, key: string | null = null): StageContext {
  const names = namesOf(config);
  return {
    config,
    names,
    bundles,
    // Not on create: what a first deployment made before it failed would be in the way of the next.
    removal: config.resources === "retain" ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
    isProtected: config.resources === "retain" && config.first !== true,
    keyArn: key ?? keyArnOf(config, names),
  };
}

/** A key of the stage's own is known by a parameter that CloudFormation reads as it deploys. */
function keyArnOf({ kmsKey }: StageConfig, names: Names): string | null {
  if (kmsKey === true) return names.arn("kms", `key/{{resolve:ssm:${names.keyParameter}}}`);
  return kmsKey === false ? null : kmsKey;
}

/** A stack of a stage, `<prefix>-<stage>-<name>`, protected from deletion where its resources are retained. */
export class StageStack extends Stack {
  constructor(app: App, { config, names, isProtected }: StageContext, name: string, description: string) {
    super(app, names.stack(name), {
      stackName: names.stack(name),
      description,
      tags: config.tags,
      terminationProtection: isProtected,
    });
  }
}
