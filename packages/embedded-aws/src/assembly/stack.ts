import { ACCOUNT, REGION } from "../resource.ts";
import type { DeployedResource } from "../resource.ts";
import { evaluate, NO_VALUE } from "./intrinsics.ts";
import type { Scope } from "./intrinsics.ts";
import { identify } from "./resource-types.ts";
import type { Identity } from "./resource-types.ts";
import type { Template, TemplateResource } from "./schema.ts";

/** What the stacks so far have given to those that follow. */
export interface Published {
  /** Export name to value. */
  readonly exports: Map<string, unknown>;
  /** `STACK/OUTPUT` to value. */
  readonly outputs: Map<string, unknown>;
}

/**
 * Evaluates a template: every resource whose condition holds, with an identity and with plain values for properties.
 * Adds the stack's outputs to `published`. Throws, by name, for a resource type, function, reference or export that the
 * local AWS does not know.
 */
export function resolveStack(
  stack: string,
  template: Template,
  awsUrl: string,
  published: Published,
): readonly DeployedResource[] {
  const identities = new Map<string, Identity>();
  const conditions = new Map<string, boolean>();

  function holds(name: string): boolean {
    const known = conditions.get(name);
    if (known !== undefined) return known;
    if (!Object.hasOwn(template.Conditions, name)) throw new Error(`Stack ${stack} lacks the condition "${name}".`);
    const value = evaluate(template.Conditions[name], scope(`condition ${name}`)) === true;
    conditions.set(name, value);
    return value;
  }

  function identityOf(logicalId: string, resource: TemplateResource): Identity {
    const known = identities.get(logicalId);
    if (known) return known;
    const property = (name: string): string | undefined => {
      const value = evaluate(resource.Properties[name], scope(logicalId));
      return typeof value === "string" ? value : undefined;
    };
    const identity = identify(resource.Type, { stack, logicalId, property, awsUrl });
    if (!identity) {
      throw new Error(
        `Stack ${stack} has ${logicalId} of type ${resource.Type}, which the local AWS does not serve. ` +
          "Leave it out of the local stage, or add it to packages/embedded-aws/src/assembly/resource-types.ts.",
      );
    }
    identities.set(logicalId, identity);
    return identity;
  }

  function scope(place: string): Scope {
    const where = `Stack ${stack}, ${place}`;
    return {
      where,
      condition: holds,
      ref: (name) => {
        const resource = template.Resources[name];
        if (resource) return identityOf(name, resource).physicalId;
        return name.startsWith("AWS::") ? pseudoParameter(name, stack) : template.Parameters[name]?.Default;
      },
      attribute: (logicalId, attribute) => {
        const resource = template.Resources[logicalId];
        if (!resource) throw new Error(`${where} refers to "${logicalId}", which its template lacks.`);
        const identity = identityOf(logicalId, resource);
        const value = attribute === "Arn" ? identity.arn : identity.attributes?.[attribute];
        if (value === undefined) {
          throw new Error(
            `${where} asks for ${attribute} of ${logicalId} (${resource.Type}), which the local AWS lacks.`,
          );
        }
        return value;
      },
      importValue: (name) => found(published.exports, name, `${where} imports "${name}"`),
      stackOutput: (from, output) =>
        found(published.outputs, `${from}/${output}`, `${where} reads "${output}" of ${from}`),
      mapping: (map, first, second) => {
        const value = template.Mappings[map]?.[first]?.[second];
        if (value === undefined)
          throw new Error(`${where} looks up ${map}.${first}.${second}, which its template lacks.`);
        return value;
      },
    };
  }

  const resources = Object.entries(template.Resources)
    .filter(([, resource]) => resource.Condition === undefined || holds(resource.Condition))
    .map(([logicalId, resource]) => {
      const { physicalId, arn } = identityOf(logicalId, resource);
      const properties: Record<string, unknown> = {};
      for (const [key, template] of Object.entries(resource.Properties)) {
        const value = evaluate(template, scope(logicalId));
        if (value !== NO_VALUE) properties[key] = value;
      }
      return { stack, logicalId, type: resource.Type, properties, physicalId, arn };
    });

  for (const [name, output] of Object.entries(template.Outputs)) {
    if (output.Condition !== undefined && !holds(output.Condition)) continue;
    const value = evaluate(output.Value, scope(`output ${name}`));
    published.outputs.set(`${stack}/${name}`, value);
    if (output.Export) published.exports.set(String(evaluate(output.Export.Name, scope(`output ${name}`))), value);
  }
  return resources;
}

function pseudoParameter(name: string, stack: string): unknown {
  switch (name) {
    case "AWS::AccountId":
      return ACCOUNT;
    case "AWS::Region":
      return REGION;
    case "AWS::Partition":
      return "aws";
    case "AWS::URLSuffix":
      return "amazonaws.com";
    case "AWS::NoValue":
      return NO_VALUE;
    case "AWS::NotificationARNs":
      return [];
    case "AWS::StackName":
      return stack;
    case "AWS::StackId":
      return `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stack}/local`;
    default:
      return undefined;
  }
}

function found(values: ReadonlyMap<string, unknown>, name: string, what: string): unknown {
  if (!values.has(name)) throw new Error(`${what}, which no stack before it offers.`);
  return values.get(name);
}
