import { CfnManagedPolicy, CfnPolicy, CfnRole, type PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Aspects, Stack, Validations } from "aws-cdk-lib/core";
import type { IConstruct } from "constructs";
import * as z from "zod";
import { ACKNOWLEDGED } from "./acknowledged.ts";

const Statement = z.object({
  Resource: z.unknown().transform((value): unknown[] => (Array.isArray(value) ? value : [value])),
});
const Document = z.object({ Statement: z.array(Statement) });
const Policies = z.array(z.object({ policyDocument: z.unknown() })).default([]);

/**
 * Gives the reasons for what cdk-nag finds in `scope`, where it is meant to be so: an app that runs cdk-nag is told of
 * its own findings alone. Whatever else a role is allowed is found as before.
 */
export function acknowledgeFindings(scope: IConstruct): void {
  for (const { finding, reason } of ACKNOWLEDGED) {
    const rule = /^\^([A-Z]\w+-\w+)\$$/i.exec(finding.source)?.[1];
    if (rule !== undefined) Validations.of(scope).acknowledge({ id: rule, reason });
  }
  Aspects.of(scope).add({ visit: (node) => acknowledgeWildcards(node, node, documentsOf(node)) });
}

/** The same of what `statements` let a principal of the app's own do. */
export function acknowledgeRights(grantee: IConstruct, statements: readonly PolicyStatement[]): void {
  const documents = [{ Statement: statements.map((statement): unknown => statement.toStatementJson()) }];
  acknowledgeWildcards(grantee, grantee, documents);
}

function documentsOf(node: IConstruct): unknown[] {
  if (node instanceof CfnPolicy || node instanceof CfnManagedPolicy) return [node.policyDocument];
  if (!(node instanceof CfnRole)) return [];
  return Policies.parse(Stack.of(node).resolve(node.policies)).map(({ policyDocument }) => policyDocument);
}

function acknowledgeWildcards(at: IConstruct, within: IConstruct, documents: readonly unknown[]): void {
  const stack = Stack.of(within);
  const resources = documents.flatMap((document) =>
    Document.parse(stack.resolve(document)).Statement.flatMap(({ Resource }) => Resource.map(flatten)),
  );
  for (const resource of new Set(resources.filter((text) => text.includes("*")))) {
    for (const id of findingsOf(resource)) {
      const known = ACKNOWLEDGED.find(({ finding }) => finding.test(id));
      if (known !== undefined) Validations.of(at).acknowledge({ id, reason: known.reason });
    }
  }
}

/** What cdk-nag finds where a role may do something to `resource`: of a lone `*` each pack has a rule of its own. */
function findingsOf(resource: string): string[] {
  const found = `AwsSolutions-IAM5[Resource::${resource}]`;
  return resource === "*" ? [found, "Serverless-LambdaStarPermissions"] : [found];
}

/** As cdk-nag writes out references, so that they can be named. */
function flatten(value: unknown): string {
  if (typeof value === "string") return value;
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const [key, inner] = entries[0] ?? [];
  if (key === "Ref") return `<${String(inner)}>`;
  if (key === "Fn::GetAtt" && Array.isArray(inner)) return `<${inner.map(flatten).join(".")}>`;
  if (key === "Fn::Join" && Array.isArray(inner) && Array.isArray(inner[1])) {
    return inner[1].map(flatten).join(String(inner[0]));
  }
  return JSON.stringify(value) ?? "";
}
