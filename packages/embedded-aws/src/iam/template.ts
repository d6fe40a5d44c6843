import * as z from "zod";
import type { DeployedResource } from "../resource.ts";
import { messageOf } from "../values.ts";
import { pattern, readPolicy } from "./policy.ts";
import type { Statement } from "./policy.ts";

/** A role of the templates. */
export interface Role {
  readonly arn: string;
  readonly name: string;
  /** What its policies say, wherever they stand. */
  readonly statements: readonly Statement[];
  /** Who may take it on. */
  readonly trust: readonly Statement[];
}

/** Who may do what, by the templates. */
export interface Permissions {
  /** By ARN. */
  readonly roles: ReadonlyMap<string, Role>;
  /** The ARN of the role of a function (by name), state machine or other resource (by ARN). */
  readonly roleOf: ReadonlyMap<string, string>;
  /** Policies of queues, buckets and functions, by ARN. */
  readonly resourcePolicies: ReadonlyMap<string, readonly Statement[]>;
}

const inline = z.array(z.object({ PolicyDocument: z.unknown() })).default([]);
const RoleSchema = z.looseObject({
  AssumeRolePolicyDocument: z.unknown(),
  Policies: inline,
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.undefined("permissions boundaries are not served").optional(),
});
const PolicySchema = z.looseObject({ PolicyDocument: z.unknown(), Roles: z.array(z.string()).default([]) });
const QueuePolicySchema = z.looseObject({ PolicyDocument: z.unknown(), Queues: z.array(z.string()) });
const BucketPolicySchema = z.looseObject({ PolicyDocument: z.unknown(), Bucket: z.string() });
const PermissionSchema = z.looseObject({
  FunctionName: z.string(),
  Action: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
});
const BearerSchema = z.looseObject({ Role: z.string().optional(), RoleArn: z.string().optional() });

/** Reads roles and policies. Throws in one line, naming the resource, for what is malformed or not served. */
export function readPermissions(resources: readonly DeployedResource[]): Permissions {
  const roles = new Map<string, Role>();
  const roleOf = new Map<string, string>();
  const resourcePolicies = new Map<string, Statement[]>();
  const addPolicy = (arn: string, statements: readonly Statement[]): void =>
    void resourcePolicies.set(arn, [...(resourcePolicies.get(arn) ?? []), ...statements]);
  const arnOf = (id: string): string =>
    resources.find(({ physicalId, arn }) => physicalId === id || arn === id)?.arn ?? id;

  const read: Readonly<Record<string, (resource: DeployedResource) => void>> = {
    "AWS::IAM::Role": (resource) => void roles.set(resource.arn, readRole(resource, resources)),
    "AWS::Lambda::Function": ({ physicalId, properties }) => {
      const { Role } = BearerSchema.parse(properties);
      if (Role !== undefined) roleOf.set(physicalId, Role);
    },
    "AWS::StepFunctions::StateMachine": ({ arn, properties }) => {
      const { RoleArn } = BearerSchema.parse(properties);
      if (RoleArn !== undefined) roleOf.set(arn, RoleArn);
    },
    "AWS::SQS::QueuePolicy": ({ properties }) => {
      const { Queues, PolicyDocument } = QueuePolicySchema.parse(properties);
      for (const queue of Queues) addPolicy(arnOf(queue), readPolicy(PolicyDocument));
    },
    "AWS::S3::BucketPolicy": ({ properties }) => {
      const { Bucket, PolicyDocument } = BucketPolicySchema.parse(properties);
      addPolicy(`arn:aws:s3:::${Bucket}`, readPolicy(PolicyDocument));
    },
    "AWS::Lambda::Permission": ({ properties }) => {
      const { FunctionName, Action, Principal, SourceArn } = PermissionSchema.parse(properties);
      addPolicy(arnOf(FunctionName), [permissionOf(Action, Principal, SourceArn)]);
    },
  };
  for (const resource of resources) {
    try {
      read[resource.type]?.(resource);
    } catch (error) {
      throw new Error(`${resource.type} ${resource.logicalId} of stack ${resource.stack}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  return { roles, roleOf, resourcePolicies };
}

function readRole({ arn, physicalId, properties }: DeployedResource, resources: readonly DeployedResource[]): Role {
  const { AssumeRolePolicyDocument, Policies, ManagedPolicyArns } = RoleSchema.parse(properties);
  const documents = Policies.map(({ PolicyDocument }) => PolicyDocument);
  const left = new Set(ManagedPolicyArns);
  for (const resource of resources) {
    if (resource.type !== "AWS::IAM::Policy" && resource.type !== "AWS::IAM::ManagedPolicy") continue;
    const { PolicyDocument, Roles } = PolicySchema.parse(resource.properties);
    if (Roles.includes(physicalId) || left.delete(resource.arn)) documents.push(PolicyDocument);
  }
  const [unknown] = left;
  if (unknown !== undefined)
    throw new Error(
      `it has the managed policy ${unknown}, which is not in the templates. Write its statements into one.`,
    );
  return {
    arn,
    name: physicalId,
    statements: documents.flatMap(readPolicy),
    trust: readPolicy(AssumeRolePolicyDocument),
  };
}

/** A permission is a statement of the function's policy: whom it names may invoke it, from that source. */
function permissionOf(action: string, service: string, sourceArn: string | undefined): Statement {
  return {
    effect: "Allow",
    actions: [pattern(action, "i")],
    exceptActions: false,
    resources: [pattern("*")],
    exceptResources: false,
    principals: [service.includes(".") ? `Service:${service}` : `AWS:${service}`],
    conditions:
      sourceArn === undefined ? [] : [{ operator: "ArnLike", key: "aws:sourcearn", values: [pattern(sourceArn)] }],
  };
}
