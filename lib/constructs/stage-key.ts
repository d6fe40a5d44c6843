import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type IKey, Key } from "aws-cdk-lib/aws-kms";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { Aws } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { StageContext } from "../stage.ts";

/**
 * The key that a stage makes for itself where `kmsKey` is true. Its id lies in a parameter, for other stacks know names
 * and nothing else.
 */
export class OwnKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, { names, removal }: StageContext) {
    super(scope, id);
    this.key = new Key(this, "Key", {
      description: `Table, bucket, queues and logs of ${names.prefix}`,
      alias: names.prefix,
      enableKeyRotation: true,
      removalPolicy: removal,
    });
    // Rules send to the canvas queue in their service's name, not in a role's.
    this.key.addToResourcePolicy(
      new PolicyStatement({
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        principals: [new ServicePrincipal("events.amazonaws.com")],
        resources: ["*"],
        // EventBridge names account and rule, both of which its guide advises to ask for; of the account's rules these
        // alone are let into the queues by their policies.
        conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
      }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        actions: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
        resources: ["*"],
        conditions: {
          ArnLike: { "kms:EncryptionContext:aws:logs:arn": names.arn("logs", `log-group:/aws/*/${names.prefix}*`) },
        },
      }),
    );
    const parameter = new StringParameter(this, "Id", {
      parameterName: names.keyParameter,
      stringValue: this.key.keyId,
      description: "The id of the key of this stage",
    });
    parameter.applyRemovalPolicy(removal);
  }
}

/** The stage's key as constructs of other stacks than its own name it; null where AWS's own keys encrypt. */
export function stageKey(scope: Construct, { keyArn }: StageContext): IKey | null {
  return keyArn === null ? null : Key.fromKeyArn(scope, "StageKey", keyArn);
}

const READ = ["kms:Decrypt", "kms:DescribeKey"];
const WRITE = ["kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"];

/** What tells an action that writes what is encrypted. */
const WRITES = /:(BatchWriteItem|PutItem|PutObject|SendMessage|UpdateItem)$/;

/**
 * The stage's key, for principals that may do `statements`: through DynamoDB, S3 and SQS, which call KMS in the
 * caller's name, and never by itself. None where AWS's own keys encrypt.
 */
export function keyPermissions({ keyArn }: StageContext, statements: readonly PolicyStatement[]): PolicyStatement[] {
  if (keyArn === null) return [];
  const writes = statements.some(({ actions }) => actions.some((action) => WRITES.test(action)));
  const services = ["dynamodb", "s3", "sqs"].map((service) => `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}`);
  return [
    new PolicyStatement({
      actions: [...READ, ...(writes ? WRITE : [])],
      resources: [keyArn],
      conditions: { StringEquals: { "kms:ViaService": services } },
    }),
  ];
}
