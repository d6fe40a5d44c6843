/** The account that every local ARN names. */
export const ACCOUNT = "000000000000";

/** The region that every local ARN and URL names. */
export const REGION = "us-east-1";

/** One resource of a synthesized stack, its properties without a single intrinsic left. */
export interface DeployedResource {
  readonly stack: string;
  readonly logicalId: string;
  /** The CloudFormation type, such as `AWS::SQS::Queue`. */
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** What `Ref` gives: a name, a URL or an id, by type. */
  readonly physicalId: string;
  /** What `Fn::GetAtt X.Arn` gives; for a type without an ARN, its physical id. */
  readonly arn: string;
}
