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
  /** The key that encrypts what the stage keeps; null for AWS's own keys. */
  readonly keyArn: string | null;
}

/** The context of the stage that `config` describes, its bundles in the folder `bundles`. */
export function stageContext(config: StageConfig, bundles: string): StageContext {
  const names = namesOf(config);
  return {
    config,
    names,
    bundles,
    removal: config.resources === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    keyArn: keyArnOf(config, names),
  };
}

/** A key of the stage's own is known by a parameter that CloudFormation reads as it deploys. */
function keyArnOf({ kmsKey }: StageConfig, names: Names): string | null {
  if (kmsKey === true) return names.arn("kms", `key/{{resolve:ssm:${names.keyParameter}}}`);
  return kmsKey === false ? null : kmsKey;
}

/** A stack of a stage, `<prefix>-<stage>-<name>`, protected from deletion where its resources are to be retained. */
export class StageStack extends Stack {
  constructor(app: App, { config, names }: StageContext, name: string, description: string) {
    super(app, names.stack(name), {
      stackName: names.stack(name),
      description,
      tags: config.tags,
      terminationProtection: config.resources === "retain",
    });
  }
}
