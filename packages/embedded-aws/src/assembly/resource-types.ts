import { createHash } from "node:crypto";
import { ACCOUNT, REGION } from "../resource.ts";

/** What a resource is called and how templates refer to it. */
export interface Identity {
  /** What `Ref` gives. */
  readonly physicalId: string;
  readonly arn: string;
  /** What `Fn::GetAtt` gives beside `Arn`. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What an identity is made of: the template's own name for it, else one made of stack and logical id as AWS does. */
export interface Naming {
  readonly stack: string;
  readonly logicalId: string;
  /** A property of the resource, evaluated; undefined if absent or not a string. */
  readonly property: (name: string) => string | undefined;
  /** Where the local AWS answers, such as `http://localhost:4566`. */
  readonly awsUrl: string;
}

type Identify = (naming: Naming) => Identity;

/** The types that do something locally, or that others refer to by more than name and ARN. */
const KNOWN: Readonly<Record<string, Identify>> = {
  "AWS::DynamoDB::Table": (naming) => named(naming, "TableName", "dynamodb", "table/"),
  "AWS::DynamoDB::GlobalTable": (naming) => named(naming, "TableName", "dynamodb", "table/"),
  "AWS::S3::Bucket": (naming) => {
    const name = (naming.property("BucketName") ?? generatedName(naming)).toLowerCase();
    const domain = `${name}.s3.${REGION}.amazonaws.com`;
    return {
      physicalId: name,
      arn: `arn:aws:s3:::${name}`,
      attributes: { DomainName: `${name}.s3.amazonaws.com`, RegionalDomainName: domain },
    };
  },
  "AWS::SQS::Queue": (naming) => {
    const name = naming.property("QueueName") ?? generatedName(naming);
    const url = `${naming.awsUrl}/${ACCOUNT}/${name}`;
    return { physicalId: url, arn: arn("sqs", name), attributes: { QueueName: name, QueueUrl: url } };
  },
  "AWS::Lambda::Function": (naming) => named(naming, "FunctionName", "lambda", "function:"),
  "AWS::Lambda::Version": (naming) => qualified(naming, "1"),
  "AWS::Lambda::Alias": (naming) => qualified(naming, naming.property("Name") ?? "live"),
  "AWS::Lambda::EventSourceMapping": (naming) => generated(naming, "lambda", "event-source-mapping:"),
  "AWS::ApiGateway::RestApi": (naming) => {
    const id = generatedId(naming);
    return {
      physicalId: id,
      arn: arn("apigateway", `/restapis/${id}`),
      attributes: { RestApiId: id, RootResourceId: `${id}/root` },
    };
  },
  "AWS::ApiGateway::Resource": (naming) => generated(naming, "apigateway", "/resources/", "ResourceId"),
  "AWS::ApiGateway::ApiKey": (naming) => generated(naming, "apigateway", "/apikeys/", "APIKeyId"),
  "AWS::ApiGateway::Authorizer": (naming) => generated(naming, "apigateway", "/authorizers/", "AuthorizerId"),
  "AWS::ApiGateway::Method": (naming) => generated(naming, "apigateway", "/methods/"),
  "AWS::ApiGateway::Deployment": (naming) => generated(naming, "apigateway", "/deployments/", "DeploymentId"),
  "AWS::ApiGateway::Stage": (naming) => named(naming, "StageName", "apigateway", "/stages/"),
  "AWS::ApiGateway::GatewayResponse": (naming) => generated(naming, "apigateway", "/gatewayresponses/", "Id"),
  "AWS::ApiGateway::Model": (naming) => named(naming, "Name", "apigateway", "/models/"),
  "AWS::ApiGateway::RequestValidator": (naming) =>
    generated(naming, "apigateway", "/requestvalidators/", "RequestValidatorId"),
  "AWS::StepFunctions::StateMachine": (naming) => {
    const name = naming.property("StateMachineName") ?? generatedName(naming);
    const machine = arn("states", `stateMachine:${name}`);
    return { physicalId: machine, arn: machine, attributes: { Name: name } };
  },
  "AWS::Events::Rule": (naming) => named(naming, "Name", "events", "rule/"),
  "AWS::Scheduler::Schedule": (naming) => {
    // Names have 64 characters at the most; what tells generated ones apart is in their end.
    const name = naming.property("Name") ?? generatedName(naming).slice(-64);
    return { physicalId: name, arn: arn("scheduler", `schedule/${naming.property("GroupName") ?? "default"}/${name}`) };
  },
  "AWS::Scheduler::ScheduleGroup": (naming) => {
    const name = naming.property("Name") ?? generatedName(naming).slice(-64);
    return { physicalId: name, arn: arn("scheduler", `schedule-group/${name}`), attributes: { State: "ACTIVE" } };
  },
};

/**
 * Types without an effect on a local run. They are named so that templates can refer to them, and otherwise left alone.
 */
const WITHOUT_EFFECT: Readonly<Record<string, Identify>> = {
  "AWS::ApiGateway::Account": (naming) => generated(naming, "apigateway", "/account/"),
  "AWS::ApiGateway::UsagePlan": (naming) => generated(naming, "apigateway", "/usageplans/", "Id"),
  "AWS::ApiGateway::UsagePlanKey": (naming) => generated(naming, "apigateway", "/usageplans/keys/", "Id"),
  "AWS::CDK::Metadata": (naming) => generated(naming, "cloudformation", "metadata/"),
  "AWS::CloudWatch::Alarm": (naming) => named(naming, "AlarmName", "cloudwatch", "alarm:"),
  "AWS::CloudWatch::CompositeAlarm": (naming) => named(naming, "AlarmName", "cloudwatch", "alarm:"),
  "AWS::CloudWatch::Dashboard": (naming) => named(naming, "DashboardName", "cloudwatch", "dashboard/"),
  "AWS::IAM::ManagedPolicy": (naming) => {
    const name = naming.property("ManagedPolicyName") ?? generatedName(naming);
    return { physicalId: `arn:aws:iam::${ACCOUNT}:policy/${name}`, arn: `arn:aws:iam::${ACCOUNT}:policy/${name}` };
  },
  "AWS::IAM::Policy": (naming) => named(naming, "PolicyName", "iam", "policy/"),
  "AWS::IAM::Role": (naming) => {
    const name = naming.property("RoleName") ?? generatedName(naming);
    return {
      physicalId: name,
      arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
      attributes: { RoleId: generatedId(naming) },
    };
  },
  "AWS::KMS::Alias": (naming) => named(naming, "AliasName", "kms", ""),
  "AWS::KMS::Key": (naming) => generated(naming, "kms", "key/", "KeyId"),
  "AWS::Lambda::EventInvokeConfig": (naming) => generated(naming, "lambda", "event-invoke-config:"),
  "AWS::Lambda::Permission": (naming) => generated(naming, "lambda", "permission:"),
  "AWS::Logs::LogGroup": (naming) => {
    const name = naming.property("LogGroupName") ?? generatedName(naming);
    return { physicalId: name, arn: arn("logs", `log-group:${name}:*`) };
  },
  "AWS::Logs::MetricFilter": (naming) => generated(naming, "logs", "metric-filter:"),
  "AWS::Logs::QueryDefinition": (naming) => generated(naming, "logs", "query-definition:", "QueryDefinitionId"),
  "AWS::Logs::ResourcePolicy": (naming) => generated(naming, "logs", "resource-policy:"),
  "AWS::S3::BucketPolicy": (naming) => generated(naming, "s3", "bucket-policy/"),
  "AWS::SES::ConfigurationSet": (naming) => named(naming, "Name", "ses", "configuration-set/"),
  "AWS::SES::EmailIdentity": (naming) => named(naming, "EmailIdentity", "ses", "identity/"),
  "AWS::SNS::Subscription": (naming) => generated(naming, "sns", "subscription:"),
  "AWS::SNS::Topic": (naming) => {
    const name = naming.property("TopicName") ?? generatedName(naming);
    return { physicalId: arn("sns", name), arn: arn("sns", name), attributes: { TopicName: name } };
  },
  "AWS::SNS::TopicPolicy": (naming) => generated(naming, "sns", "topic-policy:"),
  "AWS::SQS::QueuePolicy": (naming) => generated(naming, "sqs", "queue-policy:"),
};

/** The identity of a resource; undefined for a type that the local AWS neither serves nor may ignore. */
export function identify(type: string, naming: Naming): Identity | undefined {
  return (KNOWN[type] ?? WITHOUT_EFFECT[type])?.(naming);
}

function named(naming: Naming, property: string, service: string, prefix: string): Identity {
  const name = naming.property(property) ?? generatedName(naming);
  return { physicalId: name, arn: arn(service, `${prefix}${name}`) };
}

function generated(naming: Naming, service: string, prefix: string, attribute?: string): Identity {
  const id = generatedId(naming);
  return { physicalId: id, arn: arn(service, `${prefix}${id}`), ...(attribute && { attributes: { [attribute]: id } }) };
}

function qualified(naming: Naming, qualifier: string): Identity {
  const name = naming.property("FunctionName") ?? naming.logicalId;
  const target = `${name.startsWith("arn:") ? name : arn("lambda", `function:${name}`)}:${qualifier}`;
  return { physicalId: target, arn: target, attributes: { Version: "1" } };
}

function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

function generatedName({ stack, logicalId }: Naming): string {
  return `${stack}-${logicalId}`;
}

/** Ten characters as API Gateway's ids have them; the same at every deployment. */
function generatedId({ stack, logicalId }: Naming): string {
  const digest = createHash("sha256").update(`${stack}/${logicalId}`).digest();
  return BigInt(`0x${digest.toString("hex")}`)
    .toString(36)
    .slice(0, 10);
}
